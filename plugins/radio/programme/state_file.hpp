// A small file that is whole at any moment, power cuts included.
#pragma once

#include <string>
#include <string_view>

#include "consort/result.hpp"

namespace consort::radio {

// One thread at a time. All calls block.
class StateFile {
  public:
    explicit StateFile(std::string path) : path_(std::move(path)) {}

    // Empty: there is none.
    Result<std::string> read() const;
    // Replaces it in one step: whoever reads it later gets all of the old or all of the new text.
    Result<void> write(std::string_view text) const;
    // Renames it to `<path>.<ending>`, where it is out of the way. Returns that name.
    Result<std::string> put_aside(std::string_view ending) const;

    const std::string& path() const noexcept { return path_; }

  private:
    std::string path_;
};

}  // namespace consort::radio
