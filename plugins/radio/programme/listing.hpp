// The audio files of a directory at one moment.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace consort::radio {

// Differs when a file has changed.
struct FileStamp {
    std::uint64_t size = 0;
    std::int64_t modified_ns = 0;
    std::uint64_t file_id = 0;
    bool operator==(const FileStamp&) const = default;
};

struct AudioFile {
    std::string uri;
    std::string path;       // below the directory, decoded; any bytes
    std::uint64_t key = 0;  // stable_hash of the URI
    FileStamp stamp;
    bool operator==(const AudioFile&) const = default;
};

// Whether the directory itself could be listed.
enum class Reach { kThere, kMissing, kDenied, kUnreachable };

// Immutable.
class Listing {
  public:
    // `files` in natural order of their paths; `problems`: sentences that say what is left out,
    // why, and what to do about it.
    Listing(std::vector<AudioFile> files, std::vector<std::string> problems,
            Reach reach = Reach::kThere)
        : files_(std::move(files)), problems_(std::move(problems)), reach_(reach) {
        for (const AudioFile& file : files_) by_uri_.emplace(file.uri, &file);
    }
    Listing(const Listing&) = delete;
    Listing& operator=(const Listing&) = delete;

    const std::vector<AudioFile>& files() const noexcept { return files_; }
    const std::vector<std::string>& problems() const noexcept { return problems_; }
    Reach reach() const noexcept { return reach_; }
    // Null: it is not among them.
    const AudioFile* find(std::string_view uri) const {
        const auto found = by_uri_.find(uri);
        return found == by_uri_.end() ? nullptr : found->second;
    }

  private:
    std::vector<AudioFile> files_;
    std::vector<std::string> problems_;
    Reach reach_;
    std::unordered_map<std::string_view, const AudioFile*> by_uri_;
};

}  // namespace consort::radio
