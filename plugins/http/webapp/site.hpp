// The built web app in memory: every file read once, answers without touching the disk.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "consort/result.hpp"

namespace consort::webapp {

struct File {
    std::string bytes;
    std::string content_type;
    std::string etag;        // without quotes; follows from the bytes
    bool immutable = false;  // its name changes with its content
};

// Immutable once loaded; any thread may read. Files are kept under their path relative to the root,
// with '/', as the URL has it: a path that was not listed is not there, whatever it looks like.
class Site {
  public:
    static constexpr std::size_t max_files = 4096;
    static constexpr std::size_t max_bytes = 64u << 20;

    // Reads all regular files below `root`; links are not followed. NOT_FOUND if `root` holds no
    // index.html; UNSUPPORTED if there is more than the bounds allow; IO.
    static Result<Site> load(const std::filesystem::path& root);

    // Null: no such file. `path` comes without the leading slash.
    std::shared_ptr<const File> file(std::string_view path) const;
    // The page that the app's own routes start from.
    const std::shared_ptr<const File>& index() const noexcept { return index_; }
    std::size_t file_count() const noexcept { return files_.size(); }

  private:
    std::map<std::string, std::shared_ptr<const File>, std::less<>> files_;
    std::shared_ptr<const File> index_;
};

// By the name's extension; "application/octet-stream" for others.
std::string_view content_type_of(std::string_view name) noexcept;

// A path that the app may have a page for: no API, and no file extension in its last segment.
bool is_app_route(std::string_view path) noexcept;

}  // namespace consort::webapp
