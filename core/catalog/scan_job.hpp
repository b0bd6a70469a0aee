// One pass over media directories: list, read what is new or changed, write, remove what vanished.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <iterator>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/catalog/database.hpp"
#include "core/catalog/library_writer.hpp"
#include "core/catalog/media_files.hpp"

namespace consort::catalog {

// A queue whose push waits while it is full, whose pop waits while it is empty. Nobody is woken for
// nothing: that costs more than most of what goes through it.
template <class T>
class BoundedQueue {
  public:
    explicit BoundedQueue(std::size_t most) : most_(most) {}

    // False: closed; the item is dropped.
    bool push(T item) {
        std::unique_lock lock(mutex_);
        room_.wait(lock, [&] { return closed_ || items_.size() < most_; });
        if (closed_) return false;
        items_.push_back(std::move(item));
        if (items_.size() >= wanted_) filled_.notify_one();
        return true;
    }
    // False: closed and empty.
    bool pop(T& item) {
        std::unique_lock lock(mutex_);
        filled_.wait(lock, [&] { return closed_ || !items_.empty(); });
        if (items_.empty()) return false;
        item = std::move(items_.front());
        items_.pop_front();
        room_.notify_one();
        return true;
    }
    // Waits until there are `count`, or `longest` has passed and there is one at least. For a queue
    // that one thread takes from. Empty: closed and empty.
    std::vector<T> pop_many(std::size_t count, std::chrono::milliseconds longest) {
        std::unique_lock lock(mutex_);
        wanted_ = std::min(count, most_);
        filled_.wait_for(lock, longest, [&] { return closed_ || items_.size() >= wanted_; });
        wanted_ = 1;
        filled_.wait(lock, [&] { return closed_ || !items_.empty(); });
        const auto end =
            items_.begin() + static_cast<std::ptrdiff_t>(std::min(count, items_.size()));
        std::vector<T> taken(std::make_move_iterator(items_.begin()), std::make_move_iterator(end));
        items_.erase(items_.begin(), end);
        room_.notify_all();
        return taken;
    }
    void close() {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        filled_.notify_all();
        room_.notify_all();
    }
    std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return items_.size();
    }

  private:
    const std::size_t most_;
    mutable std::mutex mutex_;
    std::condition_variable filled_, room_;
    std::deque<T> items_;
    std::size_t wanted_ = 1;  // how many the one who waits wants
    bool closed_ = false;
};

// What a scan tells while it runs. Called from its threads, several at once.
struct ScanObserver {
    virtual ~ScanObserver() = default;
    virtual void phase(std::string_view name) = 0;
    virtual void found(std::uint64_t files) = 0;  // media files seen
    virtual void kept() = 0;                      // one of them is unchanged
    virtual void reading(std::string_view file) = 0;
    virtual void unusable(std::string_view file, std::string_view reason) = 0;
    virtual void problem(std::string sentence) = 0;
    // After the commit.
    virtual void committed(const std::vector<Change>& changes) = 0;
};

class ScanJob {
  public:
    struct Target {
        std::string uri;
        bool recursive = true;
    };
    ScanJob(Database& database, MediaFiles& files, LibraryWriter& writer,
            const std::vector<std::string>& roots, unsigned threads, ScanObserver& observer,
            const std::atomic<bool>& stop);

    // Everything. An earlier one that was interrupted goes on.
    Result<void> full();
    // Only these directories, as they are now. Those that are gone are removed.
    Result<void> partial(const std::vector<Target>& targets);

  private:
    struct Known {
        std::int64_t id = 0;
        std::uint64_t size = 0, file_id = 0;
        std::int64_t modified_ns = 0;
    };
    struct Directory {
        bool known = false;
        LibraryWriter::FolderCover cover;
        std::unordered_map<std::string, Known> files;
    };
    struct Todo {
        std::string directory, uri, name, relative_uri;
        consort_stat stat{};
        std::int64_t source_id = 0;
    };
    struct Done {
        std::string directory;
        std::int64_t source_id = 0;
        bool is_cover = false;
        LibraryWriter::FolderCover cover;
        Record record;
    };
    struct Ancestor {
        std::uint64_t file_id;
        std::int64_t modified_ns;
    };

    Result<void> run(const std::function<void()>& walk_all);
    bool walk(const std::string& uri, bool recursive, std::vector<Ancestor>& ancestors);
    void walk_root(const std::string& root);
    void walk_entries(const std::string& uri, std::vector<media::DirectoryEntry>& entries,
                      Directory& known);
    Directory load(const std::string& uri);
    bool is_known(const std::string& uri);
    std::string relative(std::string_view uri) const;
    void read_files();
    void write_results();
    void find_vanished_directories(const std::function<bool(std::string_view)>& examined);
    Result<void> remove_vanished();
    Result<void> mark(bool finished);

    Database& database_;
    MediaFiles& files_;
    LibraryWriter& writer_;
    std::vector<std::string> roots_;
    const unsigned threads_;
    ScanObserver& observer_;
    const std::atomic<bool>& stop_;

    std::int64_t generation_ = 0;
    BoundedQueue<Todo> todo_{4096};
    BoundedQueue<Done> done_{2048};
    std::vector<std::jthread> readers_;
    std::unordered_set<std::string> visited_;
    std::vector<std::string> kept_;  // subtrees that could not be listed, with a '/' at the end
    std::vector<std::int64_t> vanished_;
    Result<void> written_;
};

}  // namespace consort::catalog
