// Follows the changes below a directory with inotify.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "consort/offers/storage.hpp"

namespace consort::storage_local {

// Reports from a thread of its own, from start() until the destructor returns:
//   WRITTEN  a file was closed after writing, or moved here, or lies in a directory that appeared;
//   REMOVED  a file or a whole directory went;
//   LOST     the kernel's queue overflowed, or a directory could not be watched.
// Directories that appear are watched as well. A directory reached twice (by a symbolic link, also
// in a loop) is watched once. Never destroy it from within a report.
class DirectoryWatch {
  public:
    // BUSY if the kernel's limit of watches is reached; the text says how to raise it.
    static Result<std::unique_ptr<DirectoryWatch>> start(
        std::string path, ChangeSink changed, std::function<void(std::string_view)> warn);
    ~DirectoryWatch();
    DirectoryWatch(const DirectoryWatch&) = delete;
    DirectoryWatch& operator=(const DirectoryWatch&) = delete;

  private:
    struct Impl;
    explicit DirectoryWatch(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace consort::storage_local
