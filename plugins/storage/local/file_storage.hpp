// Regular files and directories of this machine as a storage.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "consort/offers/storage.hpp"

#include "plugins/storage/local/directory_watch.hpp"

namespace consort::storage_local {

// Threads and errors as consort.storage/1 says. Names are bytes: any file name is served. Symbolic
// links are followed; whoever walks directories must guard against loops.
class FileStorage {
  public:
    // `warn` gets a sentence for the log, from any thread.
    explicit FileStorage(std::function<void(std::string_view)> warn) : warn_(std::move(warn)) {}

    class Source {
      public:
        Source(int file, std::string name, const consort_stat& status)
            : fd(file), path(std::move(name)), stat(status) {}
        ~Source();
        Source(const Source&) = delete;
        Source& operator=(const Source&) = delete;
        const int fd;
        const std::string path;
        const consort_stat stat;
    };
    using Watch = DirectoryWatch;

    const char* scheme() const noexcept { return "file"; }
    Result<std::unique_ptr<Source>> open(std::string_view uri);
    Result<consort_stat> stat(const Source& source) { return source.stat; }
    Result<std::uint64_t> read(Source& source, std::uint64_t offset, void* buffer,
                               std::uint64_t size);
    int descriptor(const Source& source) noexcept { return source.fd; }
    Result<consort_stat> look(std::string_view uri);
    // Entries that are neither files nor directories are left out, and those that can't be looked
    // at (dangling links, disks that fail), which are warned of once.
    Result<void> list(std::string_view uri, const ListSink& each);
    Result<std::unique_ptr<Watch>> watch(std::string_view uri, ChangeSink changed);

  private:
    static constexpr std::size_t kMostTold = 10'000;
    void left_out(const std::string& path, int error);

    std::function<void(std::string_view)> warn_;
    std::mutex mutex_;
    std::set<std::string> told_;  // paths that were warned of
};

// The Error for an errno: NOT_FOUND, DENIED, BUSY or IO, with a sentence that names the object.
Error system_error(std::string_view what, std::string_view path, int error);

}  // namespace consort::storage_local
