#include "plugins/storage/local/directory_watch.hpp"

#include <dirent.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <thread>
#include <unordered_map>
#include <vector>

#include "plugins/storage/local/file_storage.hpp"
#include "plugins/storage/local/file_uri.hpp"

namespace consort::storage_local {
namespace {

constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE |
                                  IN_CREATE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR |
                                  IN_EXCL_UNLINK;

bool below(std::string_view path, std::string_view directory) {
    return path.size() > directory.size() && path.starts_with(directory) &&
           path[directory.size()] == '/';
}

Error watch_error(const std::string& path, int error) {
    if (error == ENOSPC)
        return {CONSORT_E_BUSY, "Can't watch '" + path +
                                    "': the limit of watched directories is reached. Raise it with "
                                    "'sysctl fs.inotify.max_user_watches=1048576'."};
    if (error == EMFILE)
        return {CONSORT_E_BUSY, "Can't watch '" + path +
                                    "': the limit of inotify instances is reached. Raise it with "
                                    "'sysctl fs.inotify.max_user_instances=1024'."};
    return system_error("Can't watch", path, error);
}

}  // namespace

struct DirectoryWatch::Impl {
    std::string root;
    ChangeSink changed;
    std::function<void(std::string_view)> warn;
    int queue = -1, stop = -1;
    std::unordered_map<int, std::string> directories;  // by watch descriptor
    std::thread thread;

    Impl(std::string path, ChangeSink sink, std::function<void(std::string_view)> log)
        : root(std::move(path)), changed(sink), warn(std::move(log)) {
        while (root.size() > 1 && root.back() == '/') root.pop_back();
    }
    ~Impl() {
        if (thread.joinable()) {
            const std::uint64_t one = 1;
            static_cast<void>(!::write(stop, &one, sizeof one));
            thread.join();
        }
        if (queue >= 0) ::close(queue);
        if (stop >= 0) ::close(stop);
    }

    // Watches a directory and all below it. `report`: also tells of the files in it, which may
    // have come before the watch was set.
    Result<void> add(const std::string& top, bool report) {
        std::vector<std::string> pending{top};
        while (!pending.empty()) {
            const std::string path = std::move(pending.back());
            pending.pop_back();
            const int watch = ::inotify_add_watch(queue, path.c_str(), kEvents);
            if (watch < 0) {
                const int error = errno;
                // Gone again, or not for us: nothing to follow there. The root must be.
                const bool passing = error == ENOENT || error == ENOTDIR || error == EACCES;
                if (passing && path != root) continue;
                return watch_error(path, error);
            }
            if (!directories.emplace(watch, path).second) continue;
            const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(path.c_str()), ::closedir);
            if (open == nullptr) continue;
            while (const dirent* entry = ::readdir(open.get())) {
                const std::string_view name(entry->d_name);
                if (name == "." || name == "..") continue;
                if (entry->d_type == DT_REG && !report) continue;
                struct stat status {};
                if (::fstatat(::dirfd(open.get()), entry->d_name, &status, 0) != 0) continue;
                std::string child = path == "/" ? "/" : path + '/';
                child += name;
                if (S_ISDIR(status.st_mode))
                    pending.push_back(std::move(child));
                else if (report && S_ISREG(status.st_mode))
                    changed(CONSORT_CHANGE_WRITTEN, uri_of(child));
            }
        }
        return {};
    }

    void drop(const std::string& top) {
        for (auto it = directories.begin(); it != directories.end();) {
            if (it->second == top || below(it->second, top)) {
                ::inotify_rm_watch(queue, it->first);
                it = directories.erase(it);
            } else {
                ++it;
            }
        }
    }

    void lost() { changed(CONSORT_CHANGE_LOST, uri_of(root)); }

    void handle(const inotify_event& event, std::string_view name) {
        if ((event.mask & IN_Q_OVERFLOW) != 0) {
            if (auto done = add(root, false); !done) warn(done.error().text);
            return lost();
        }
        const auto found = directories.find(event.wd);
        if (found == directories.end()) return;
        if ((event.mask & IN_IGNORED) != 0) {
            directories.erase(found);
            return;
        }
        if ((event.mask & (IN_DELETE_SELF | IN_MOVE_SELF)) != 0) {
            // The parent tells of every other directory.
            if (found->second == root) changed(CONSORT_CHANGE_REMOVED, uri_of(root));
            return;
        }
        std::string path = found->second == "/" ? "/" : found->second + '/';
        path += name;
        if ((event.mask & IN_ISDIR) != 0) return handle_directory(event.mask, path);
        if ((event.mask & (IN_DELETE | IN_MOVED_FROM)) != 0) {
            changed(CONSORT_CHANGE_REMOVED, uri_of(path));
        } else if ((event.mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0) {
            changed(CONSORT_CHANGE_WRITTEN, uri_of(path));
        } else if ((event.mask & IN_CREATE) != 0) {
            handle_link(path);
        }
    }

    void handle_directory(std::uint32_t mask, const std::string& path) {
        if ((mask & (IN_DELETE | IN_MOVED_FROM)) != 0) {
            drop(path);
            changed(CONSORT_CHANGE_REMOVED, uri_of(path));
        } else if ((mask & (IN_CREATE | IN_MOVED_TO)) != 0) {
            appeared(path);
        }
    }

    // A symbolic or hard link is complete as soon as it is there; an ordinary new file is not.
    void handle_link(const std::string& path) {
        struct stat own {
        }, target{};
        if (::lstat(path.c_str(), &own) != 0 || ::stat(path.c_str(), &target) != 0) return;
        if (S_ISDIR(target.st_mode)) return appeared(path);
        if (S_ISREG(target.st_mode) && (S_ISLNK(own.st_mode) || own.st_nlink > 1))
            changed(CONSORT_CHANGE_WRITTEN, uri_of(path));
    }

    void appeared(const std::string& path) {
        if (auto done = add(path, true); !done) {
            warn(done.error().text);
            changed(CONSORT_CHANGE_LOST, uri_of(path));
        }
    }

    void run() {
        alignas(inotify_event) char buffer[64 * 1024];
        pollfd ready[2] = {{queue, POLLIN, 0}, {stop, POLLIN, 0}};
        for (;;) {
            if (::poll(ready, 2, -1) < 0 && errno != EINTR) return lost();
            if (ready[1].revents != 0) return;
            const ssize_t got = ::read(queue, buffer, sizeof buffer);
            if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
            if (got <= 0) return lost();
            for (const char* at = buffer; at < buffer + got;) {
                inotify_event event;
                std::memcpy(&event, at, sizeof event);
                const char* name = at + sizeof event;
                handle(event, {name, ::strnlen(name, event.len)});
                at = name + event.len;
            }
        }
    }
};

DirectoryWatch::DirectoryWatch(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
DirectoryWatch::~DirectoryWatch() = default;

Result<std::unique_ptr<DirectoryWatch>> DirectoryWatch::start(
    std::string path, ChangeSink changed, std::function<void(std::string_view)> warn) {
    auto impl = std::make_unique<Impl>(std::move(path), changed, std::move(warn));
    impl->queue = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (impl->queue < 0) return watch_error(impl->root, errno);
    impl->stop = ::eventfd(0, EFD_CLOEXEC);
    if (impl->stop < 0) return system_error("Can't watch", impl->root, errno);
    if (auto done = impl->add(impl->root, false); !done) return done.error();
    impl->thread = std::thread([impl = impl.get()] { impl->run(); });
    return std::unique_ptr<DirectoryWatch>(new DirectoryWatch(std::move(impl)));
}

}  // namespace consort::storage_local
