#include "plugins/storage/local/file_storage.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>

#include "plugins/storage/local/file_uri.hpp"

namespace consort::storage_local {
namespace {

// What the storage serves of a stat; kind 0: neither a file nor a directory.
consort_stat converted(const struct stat& from) {
    consort_stat to{};
    to.kind = S_ISREG(from.st_mode)   ? CONSORT_ENTRY_FILE
              : S_ISDIR(from.st_mode) ? CONSORT_ENTRY_DIRECTORY
                                      : 0;
    to.size = to.kind == CONSORT_ENTRY_FILE ? static_cast<std::uint64_t>(from.st_size) : 0;
    to.modified_ns = std::int64_t{from.st_mtim.tv_sec} * 1'000'000'000 + from.st_mtim.tv_nsec;
    to.file_id = from.st_ino;
    return to;
}

Error not_regular(const std::string& path) {
    return {CONSORT_E_UNSUPPORTED, "'" + path + "' is not a regular file."};
}

}  // namespace

Error system_error(std::string_view what, std::string_view path, int error) {
    consort_status status = CONSORT_E_IO;
    if (error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG) status = CONSORT_E_NOT_FOUND;
    if (error == EACCES || error == EPERM) status = CONSORT_E_DENIED;
    if (error == EMFILE || error == ENFILE) status = CONSORT_E_BUSY;
    return {status, std::string(what) + " '" + std::string(path) +
                        "': " + std::generic_category().message(error) + "."};
}

FileStorage::Source::~Source() { ::close(fd); }

Result<std::unique_ptr<FileStorage::Source>> FileStorage::open(std::string_view uri) {
    auto path = path_of(uri);
    if (!path) return path.error();
    // Looked at before it is opened, because opening a device may do something; and not waited
    // for, in case a pipe takes the name in between.
    struct stat status {};
    if (::stat(path->c_str(), &status) != 0) return system_error("Can't open", *path, errno);
    if (!S_ISREG(status.st_mode)) return not_regular(*path);
    const int fd = ::open(path->c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) return system_error("Can't open", *path, errno);
    const bool looked = ::fstat(fd, &status) == 0;
    auto source = std::make_unique<Source>(fd, std::move(*path), converted(status));
    if (!looked) return system_error("Can't look at", source->path, errno);
    if (!S_ISREG(status.st_mode)) return not_regular(source->path);
    return source;
}

Result<std::uint64_t> FileStorage::read(Source& source, std::uint64_t offset, void* buffer,
                                        std::uint64_t size) {
    constexpr std::uint64_t kMost = 1 << 30;
    std::uint64_t done = 0;
    while (done < size && offset + done <= std::uint64_t{std::numeric_limits<off_t>::max()}) {
        const ssize_t got =
            ::pread(source.fd, static_cast<char*>(buffer) + done, std::min(size - done, kMost),
                    static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return system_error("Can't read", source.path, errno);
        if (got == 0) break;
        done += static_cast<std::uint64_t>(got);
    }
    return done;
}

Result<consort_stat> FileStorage::look(std::string_view uri) {
    auto path = path_of(uri);
    if (!path) return path.error();
    struct stat status {};
    if (::stat(path->c_str(), &status) != 0) return system_error("Can't look at", *path, errno);
    const consort_stat found = converted(status);
    if (found.kind == 0) return not_regular(*path);
    return found;
}

Result<void> FileStorage::list(std::string_view uri, const ListSink& each) {
    auto path = path_of(uri);
    if (!path) return path.error();
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path->c_str()), ::closedir);
    if (directory == nullptr) return system_error("Can't list", *path, errno);
    for (;;) {
        errno = 0;
        const dirent* entry = ::readdir(directory.get());
        if (entry == nullptr) {
            if (errno != 0) return system_error("Can't list", *path, errno);
            return {};
        }
        const std::string_view name(entry->d_name);
        if (name == "." || name == "..") continue;
        if (entry->d_type != DT_REG && entry->d_type != DT_DIR && entry->d_type != DT_LNK &&
            entry->d_type != DT_UNKNOWN)
            continue;
        struct stat status {};
        if (::fstatat(::dirfd(directory.get()), entry->d_name, &status, 0) != 0) {
            const int error = errno;
            // One that is gone by now is no news, a link that leads nowhere is.
            if (error != ENOENT || entry->d_type == DT_LNK)
                left_out(*path + (path->ends_with('/') ? "" : "/") + entry->d_name, error);
            continue;
        }
        const consort_stat found = converted(status);
        if (found.kind == 0) continue;
        if (auto go_on = each(name, found); !go_on) return go_on;
    }
}

void FileStorage::left_out(const std::string& path, int error) {
    {
        const std::lock_guard lock(mutex_);
        if (told_.size() >= kMostTold || !told_.insert(path).second) return;
    }
    warn_(system_error("Left out, because it can't be looked at:", path, error).text);
}

Result<std::unique_ptr<DirectoryWatch>> FileStorage::watch(std::string_view uri,
                                                           ChangeSink changed) {
    auto path = path_of(uri);
    if (!path) return path.error();
    return DirectoryWatch::start(std::move(*path), changed, warn_);
}

}  // namespace consort::storage_local
