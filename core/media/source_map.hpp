// Remembers which content a source had when it was last opened, so that a source that has not
// changed since needs no hashing.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "consort/abi/storage.h"

namespace consort::media {

// One small file a source below `directory`. A note counts only while size, time of change and file
// id are the same, and is a mere hint: losing it costs a hash. Any thread; blocks.
class SourceMap {
  public:
    explicit SourceMap(std::filesystem::path directory) : directory_(std::move(directory)) {}

    std::optional<std::string> find(std::string_view uri, const consort_stat& stat) const;
    void remember(std::string_view uri, const consort_stat& stat, std::string_view identity) const;

  private:
    std::filesystem::path note(std::string_view uri) const;
    std::filesystem::path directory_;
};

}  // namespace consort::media
