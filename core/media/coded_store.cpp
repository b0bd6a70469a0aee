#include "core/media/coded_store.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>

#include "core/media/coded_index.hpp"
#include "core/observe/log.hpp"

namespace consort::media {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kNameSize = 32;
constexpr const char* kNew = "new";                         // the folder of the files under way
constexpr std::uint64_t kFolders = 2 * CodedIndex::kBlock;  // it, and the one of all

const observe::Logger& logger() {
    static const observe::Logger instance("media");
    return instance;
}

struct File {
    explicit File(int opened) : fd(opened) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        if (fd >= 0) ::close(fd);
    }
    const int fd;
};

std::string name_of(std::string_view key) {
    XXH128_canonical_t hash;
    XXH128_canonicalFromHash(&hash, XXH3_128bits(key.data(), key.size()));
    std::string name;
    name.reserve(kNameSize);
    for (const unsigned char byte : hash.digest)
        for (const int nibble : {byte >> 4, byte & 15}) name += "0123456789abcdef"[nibble];
    return name;
}

bool is_name(std::string_view text) {
    return text.size() == kNameSize &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Error io_error(const fs::path& path, int error) {
    return {CONSORT_E_IO, path.string() + ": " + std::generic_category().message(error)};
}

Result<void> write_all(int fd, std::span<const std::byte> bytes, const fs::path& path) {
    while (!bytes.empty()) {
        const ssize_t done = ::write(fd, bytes.data(), bytes.size());
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return io_error(path, errno);
        bytes = bytes.subspan(static_cast<std::size_t>(done));
    }
    return {};
}

bool read_all(int fd, std::byte* to, std::uint64_t size) {
    while (size != 0) {
        const ssize_t done = ::read(fd, to, size);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;
        to += done;
        size -= static_cast<std::uint64_t>(done);
    }
    return true;
}

}  // namespace

struct CodedStore::Impl {
    struct Pending {
        std::string name;
        CodedPtr coded;
    };

    const Options options;
    const std::uint64_t max_bytes;  // of the entries
    observe::Gauge &bytes_gauge, &full_gauge;
    observe::Counter &errors, &dropped, &damaged;

    mutable std::mutex mutex;
    std::condition_variable wake, settled;
    CodedIndex index;
    std::uint64_t reserved = 0;  // of the file under way
    bool known = false;          // the folder was looked through
    bool busy = true, stopping = false;
    std::deque<Pending> pending;
    std::uint64_t pending_bytes = 0;
    bool full = false;
    Clock::time_point retry_at;
    std::thread thread;

    Impl(Options options_in, observe::Metrics& metrics)
        : options(std::move(options_in)),
          max_bytes(options.max_bytes - std::min(options.max_bytes, kFolders)),
          bytes_gauge(metrics.gauge("consort_rendition_cache_bytes",
                                    "Bytes of the segments of renditions that are kept.",
                                    {{"tier", "disk"}})),
          full_gauge(metrics.gauge("consort_rendition_store_full",
                                   "1 while segments can't be written to disk.")),
          errors(metrics.counter("consort_rendition_store_errors_total",
                                 "Segments that could not be written to disk.")),
          dropped(metrics.counter("consort_rendition_store_dropped_total",
                                  "Segments not written because the disk was too slow.")),
          damaged(metrics.counter("consort_rendition_store_damaged_total",
                                  "Stored segments that were damaged, and removed.")) {}

    fs::path path(std::string_view name) const {
        return options.directory / name.substr(0, 2) / name;
    }

    void work() {
        pthread_setname_np(pthread_self(), "segment-store");
        scan();
        std::unique_lock lock(mutex);
        for (;;) {
            busy = false;
            if (pending.empty()) settled.notify_all();
            wake.wait(lock, [this] { return stopping || !pending.empty(); });
            if (stopping) return;
            const Pending next = std::move(pending.front());
            pending.pop_front();
            pending_bytes -= next.coded->image().size();
            busy = true;
            lock.unlock();
            const Result<void> done = write(next);
            lock.lock();
            settle_state(done);
        }
    }

    // Under the mutex.
    void settle_state(const Result<void>& done) {
        bytes_gauge.set(static_cast<double>(index.bytes() + reserved));
        if (done.ok()) {
            if (full) logger().info("segments are kept on disk again");
            full = false;
        } else {
            errors.add();
            if (!full)
                logger().error(
                    "segments can't be kept on disk, playing goes on from memory; make "
                    "room, or set [cache] disk_bytes lower: " +
                    done.error().text);
            full = true;
            retry_at = Clock::now() + options.retry;
            pending.clear();
            pending_bytes = 0;
        }
        full_gauge.set(full ? 1 : 0);
    }

    void scan() {
        struct Found {
            std::string name;
            std::uint64_t size;
            fs::file_time_type time;
        };
        std::vector<Found> found;
        std::error_code error;
        fs::remove_all(options.directory / kNew, error);
        for (const auto& shard : fs::directory_iterator(options.directory, error)) {
            std::error_code inner;
            for (const auto& file : fs::directory_iterator(shard.path(), inner)) {
                {
                    const std::lock_guard lock(mutex);
                    if (stopping) return;
                }
                std::error_code bad;
                const std::string name = file.path().filename().string();
                const std::uint64_t size = file.file_size(bad);
                const auto time = file.last_write_time(bad);
                const bool ours = !bad && is_name(name) && file.path() == path(name);
                if (ours)
                    found.push_back({name, size, time});
                else
                    fs::remove(file.path(), bad);
            }
            ::rmdir(shard.path().c_str());  // fails unless it is empty
        }
        std::ranges::stable_sort(found, {}, &Found::time);
        std::vector<std::string> gone;
        {
            const std::lock_guard lock(mutex);
            for (Found& file : found) index.put(std::move(file.name), CodedIndex::cost(file.size));
            gone = index.shrink(max_bytes);
            known = true;
            bytes_gauge.set(static_cast<double>(index.bytes()));
        }
        unlink_all(gone);
    }

    // On the store's thread, which alone makes folders.
    void unlink_all(const std::vector<std::string>& names) const {
        for (const std::string& name : names) {
            const fs::path file = path(name);
            ::unlink(file.c_str());
            ::rmdir(file.parent_path().c_str());  // fails unless it is empty now
        }
    }

    // Makes room first, so that the bound holds at every moment.
    Result<void> write(const Pending& entry) {
        const std::uint64_t cost = CodedIndex::cost(entry.coded->image().size());
        std::vector<std::string> gone;
        {
            const std::lock_guard lock(mutex);
            gone = index.shrink(max_bytes - cost);
            reserved = cost;
            bytes_gauge.set(static_cast<double>(index.bytes() + reserved));
        }
        unlink_all(gone);
        const Result<void> done = write_file(entry);
        const std::lock_guard lock(mutex);
        reserved = 0;
        if (done.ok()) index.put(entry.name, cost);
        return done;
    }

    Result<void> write_file(const Pending& entry) const {
        const fs::path to = path(entry.name), temporary = options.directory / kNew / entry.name;
        std::error_code error;
        fs::create_directories(to.parent_path(), error);
        if (!error) fs::create_directories(temporary.parent_path(), error);
        if (error) return io_error(to.parent_path(), error.value());
        const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        if (fd < 0) return io_error(temporary, errno);
        Result<void> done = write_all(fd, entry.coded->image(), temporary);
        if (::close(fd) != 0 && done.ok()) done = io_error(temporary, errno);
        if (done.ok() && ::rename(temporary.c_str(), to.c_str()) != 0) done = io_error(to, errno);
        if (!done.ok()) {
            ::unlink(temporary.c_str());
            ::rmdir(to.parent_path().c_str());  // fails unless it is empty
        }
        return done;
    }

    Result<CodedPtr> read_file(std::string_view key, const std::string& name) const {
        const File file(::open(path(name).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
        if (file.fd < 0) return Error{CONSORT_E_NOT_FOUND, "The segment is not on disk."};
        struct stat stat {};
        if (::fstat(file.fd, &stat) != 0) return io_error(path(name), errno);
        const Error bad{CONSORT_E_CORRUPT, "A stored segment is damaged."};
        if (!S_ISREG(stat.st_mode) || stat.st_size <= 0) return bad;
        const auto size = static_cast<std::uint64_t>(stat.st_size);
        if (size > kMaxCodedBytes) return bad;
        CodedBytes bytes(static_cast<std::byte*>(std::malloc(size)));
        if (bytes == nullptr)
            return Error{CONSORT_E_NO_MEMORY, "There is no memory for a segment."};
        if (!read_all(file.fd, bytes.get(), size)) return bad;
        ::futimens(file.fd, nullptr);
        return consort_coded::parse(key, std::move(bytes), size);
    }
};

CodedStore::CodedStore(Options options, observe::Metrics& metrics)
    : impl_(std::make_unique<Impl>(std::move(options), metrics)) {
    impl_->thread = std::thread([impl = impl_.get()] { impl->work(); });
}

CodedStore::~CodedStore() {
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->stopping = true;
    }
    impl_->wake.notify_all();
    impl_->thread.join();
}

bool CodedStore::may_have(std::string_view key) const {
    const std::string name = name_of(key);
    const std::lock_guard lock(impl_->mutex);
    return !impl_->known || impl_->index.has(name);
}

Result<CodedPtr> CodedStore::load(std::string_view key) {
    const std::string name = name_of(key);
    Result<CodedPtr> coded = impl_->read_file(key, name);
    const std::lock_guard lock(impl_->mutex);
    if (coded) {
        impl_->index.use(name);
        return coded;
    }
    if (coded.error().status == CONSORT_E_NOT_FOUND) impl_->index.remove(name);
    if (coded.error().status != CONSORT_E_CORRUPT) return coded;
    const auto file = impl_->path(name);
    ::unlink(file.c_str());
    impl_->index.remove(name);
    impl_->damaged.add();
    logger().warning("a stored segment was damaged and is made again", {{"file", file.string()}});
    return Error{CONSORT_E_NOT_FOUND, coded.error().text};
}

void CodedStore::save(std::string_view key, CodedPtr coded) {
    const std::uint64_t size = coded->image().size();
    if (CodedIndex::cost(size) > impl_->max_bytes) return;
    std::string name = name_of(key);
    {
        const std::lock_guard lock(impl_->mutex);
        if (impl_->full && Clock::now() < impl_->retry_at) return;
        const auto same = std::ranges::find(impl_->pending, name, &Impl::Pending::name);
        if (same != impl_->pending.end()) {
            impl_->pending_bytes -= same->coded->image().size();
            impl_->pending.erase(same);
        }
        if (impl_->pending_bytes + size > impl_->options.max_pending) {
            impl_->dropped.add();
            return;
        }
        impl_->pending.push_back({std::move(name), std::move(coded)});
        impl_->pending_bytes += size;
    }
    impl_->wake.notify_all();
}

void CodedStore::used(std::string_view key) {
    const std::string name = name_of(key);
    const std::lock_guard lock(impl_->mutex);
    impl_->index.use(name);
}

bool CodedStore::settle(std::chrono::milliseconds limit) {
    std::unique_lock lock(impl_->mutex);
    return impl_->settled.wait_for(
        lock, limit, [this] { return impl_->known && !impl_->busy && impl_->pending.empty(); });
}

}  // namespace consort::media
