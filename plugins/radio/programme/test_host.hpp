// A host for the tests of the programme: the fake one, with directories of the real disk, and with
// workers and timers that several threads may use.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <list>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "consort/testing.hpp"
#include "consort/uri.hpp"

#include "plugins/radio/programme/uri_text.hpp"

namespace consort::radio::testing {

namespace fs = std::filesystem;

// Removed with all it holds when it goes.
class TemporaryDirectory {
  public:
    TemporaryDirectory() {
        std::string pattern = (fs::temp_directory_path() / "consort-radio-XXXXXX").string();
        if (!::mkdtemp(pattern.data())) throw std::runtime_error("no temporary directory");
        path_ = pattern;
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    const fs::path& path() const noexcept { return path_; }

  private:
    fs::path path_;
};

inline std::string uri_of(const fs::path& path) {
    std::string uri = "file://";
    for (const fs::path& part : path.relative_path()) uri = child_uri(uri + '/', part.string());
    return uri;
}

inline fs::path path_of(std::string_view uri) { return percent_decoded_leniently(uri.substr(7)); }

inline void put(const fs::path& file, std::string_view content = "sound") {
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
}

// What consort.host.storage/1 does here: file: URIs. Changes are told by hand.
struct DiskStorage {
    std::mutex mutex;
    std::set<fs::path> denied, out_of_reach;  // as if the system said so
    bool can_watch = true;
    std::atomic<int> lists = 0, watches = 0;
    std::function<void()> while_listing = [] {};
    struct Watch {
        DiskStorage* storage;
        std::string uri;
        consort_change changed;
        void* arg;
    };
    std::list<Watch> watching;

    // To every watch of a directory above.
    void tell(std::uint32_t change, const fs::path& path) {
        const std::lock_guard lock(mutex);
        const std::string uri = uri_of(path);
        for (const Watch& watch : watching)
            if (uri.starts_with(watch.uri)) watch.changed(watch.arg, change, str(uri));
    }
    consort_status refusal(const fs::path& path) {
        const std::lock_guard lock(mutex);
        if (denied.contains(path)) return CONSORT_E_DENIED;
        if (out_of_reach.contains(path)) return CONSORT_E_IO;
        return fs::exists(path) ? CONSORT_OK : CONSORT_E_NOT_FOUND;
    }
    consort_status list(const fs::path& path, consort_list_entry each, void* arg) {
        ++lists;
        while_listing();
        if (const consort_status no = refusal(path); no < 0) return no;
        std::error_code error;
        for (fs::directory_iterator at(path, error), end; !error && at != end;
             at.increment(error)) {
            struct stat found {};
            if (::stat(at->path().c_str(), &found) != 0) continue;
            consort_stat stat{};
            stat.kind = S_ISDIR(found.st_mode) ? CONSORT_ENTRY_DIRECTORY : CONSORT_ENTRY_FILE;
            stat.size = static_cast<std::uint64_t>(found.st_size);
            stat.modified_ns = found.st_mtim.tv_sec * 1'000'000'000 + found.st_mtim.tv_nsec;
            stat.file_id = found.st_ino;
            const std::string name = at->path().filename().string();
            if (const consort_status status = each(arg, str(name), &stat); status != CONSORT_OK)
                return status;
        }
        return error ? CONSORT_E_IO : CONSORT_OK;
    }
};

// Time passes by hand, also while other threads look at the clock.
struct HandTimers {
    std::atomic<std::int64_t> now = 0;
    std::mutex running;  // held while timers run, and to change them
    struct Timer {
        std::int64_t due, period;
        void (*run)(void*) noexcept;
        void* arg;
    };
    std::list<Timer> timers;

    void advance(std::chrono::nanoseconds by) {
        const std::lock_guard lock(running);
        const std::int64_t until = now + by.count();
        for (;;) {
            Timer* next = nullptr;
            for (Timer& timer : timers)
                if (timer.due <= until && (!next || timer.due < next->due)) next = &timer;
            if (!next) break;
            now = std::max(now.load(), next->due);
            next->due = next->period > 0 ? next->due + next->period : INT64_MAX;
            next->run(next->arg);
        }
        now = until;
    }
};

class TestHost : public consort::testing::FakeHost {
  public:
    DiskStorage disk;
    HandTimers clock;

    // Without workers, jobs run at once on the thread that posts them.
    void start_workers(int count) {
        for (int i = 0; i < count; ++i) workers_.emplace_back([this] { work(); });
    }
    ~TestHost() {
        {
            const std::lock_guard lock(jobs_mutex_);
            ending_ = true;
        }
        wake_.notify_all();
        for (std::thread& worker : workers_) worker.join();
    }

    HostLink link() {
        HostLink link{raw(), &table()};
        link.log = link.query<consort_log_api>(CONSORT_SERVICE_LOG);
        return link;
    }
    int logged(std::string_view text) {
        const auto held = lock();
        int count = 0;
        for (const auto& line : log.lines) count += line.text.find(text) != std::string::npos;
        return count;
    }

  private:
    using Function = void (*)(void*) noexcept;
    struct Job {
        Function run;
        void* arg;
    };

    static TestHost& of(consort_host* host) noexcept {
        return static_cast<TestHost&>(FakeHost::of(host));
    }
    void work() {
        std::unique_lock lock(jobs_mutex_);
        for (;;) {
            wake_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
            if (jobs_.empty()) return;
            const Job job = jobs_.front();
            jobs_.pop_front();
            lock.unlock();
            job.run(job.arg);
            lock.lock();
        }
    }

    static const consort_host_api& table() {
        static const auto api = consort::testing::filled_table<consort_host_api>([](auto& t) {
            t = FakeHost::api();
            t.query = [](consort_host* host, const char* id) noexcept -> const void* {
                const std::string_view wanted(id);
                if (wanted == CONSORT_SERVICE_STORAGE) return &storage_table();
                if (wanted == CONSORT_SERVICE_EXECUTOR) return &executor_table();
                if (wanted == CONSORT_SERVICE_TIMER) return &timer_table();
                return FakeHost::api().query(host, id);
            };
        });
        return api;
    }
    static const consort_storage_api& storage_table() {
        static const auto api = consort::testing::filled_table<consort_storage_api>([](auto& t) {
            t.open = [](consort_host* host, consort_str uri, consort_source** out) noexcept {
                *out = reinterpret_cast<consort_source*>(host);
                return of(host).disk.refusal(path_of(view(uri)));
            };
            t.close = [](consort_host*, consort_source*) noexcept {};
            t.list = [](consort_host* host, consort_str uri, consort_list_entry each,
                        void* arg) noexcept {
                return of(host).disk.list(path_of(view(uri)), each, arg);
            };
            t.watch = [](consort_host* host, consort_str uri, consort_change changed, void* arg,
                         consort_watch** out) noexcept {
                DiskStorage& disk = of(host).disk;
                if (!disk.can_watch) return consort_status{CONSORT_E_UNSUPPORTED};
                if (const consort_status no = disk.refusal(path_of(view(uri))); no < 0) return no;
                const std::lock_guard lock(disk.mutex);
                disk.watching.push_back({&disk, std::string(view(uri)), changed, arg});
                ++disk.watches;
                *out = reinterpret_cast<consort_watch*>(&disk.watching.back());
                return consort_status{CONSORT_OK};
            };
            t.unwatch = [](consort_watch* raw) noexcept {
                auto* const watch = reinterpret_cast<DiskStorage::Watch*>(raw);
                DiskStorage& disk = *watch->storage;
                const std::lock_guard lock(disk.mutex);
                disk.watching.remove_if([&](const auto& it) { return &it == watch; });
            };
        });
        return api;
    }
    static const consort_executor_api& executor_table() {
        static const auto api = consort::testing::filled_table<consort_executor_api>([](auto& t) {
            t.post = [](consort_host* host, std::uint32_t, Function run, Function,
                        void* arg) noexcept {
                TestHost& self = of(host);
                if (self.workers_.empty()) {
                    run(arg);
                    return consort_status{CONSORT_OK};
                }
                {
                    const std::lock_guard lock(self.jobs_mutex_);
                    self.jobs_.push_back({run, arg});
                }
                self.wake_.notify_one();
                return consort_status{CONSORT_OK};
            };
            t.on_worker = [](consort_host*) noexcept { return std::int32_t{0}; };
        });
        return api;
    }
    static const consort_timer_api& timer_table() {
        static const auto api = consort::testing::filled_table<consort_timer_api>([](auto& t) {
            t.now = [](consort_host* host) noexcept { return of(host).clock.now.load(); };
            t.start = [](consort_host* host, std::int64_t delay, std::int64_t period, Function run,
                         void* arg, consort_timer** out) noexcept {
                HandTimers& clock = of(host).clock;
                const std::lock_guard lock(clock.running);
                clock.timers.push_back({clock.now + delay, period, run, arg});
                *out = reinterpret_cast<consort_timer*>(&clock.timers.back());
                return consort_status{CONSORT_OK};
            };
            t.stop = [](consort_host* host, consort_timer* raw) noexcept {
                HandTimers& clock = of(host).clock;
                const std::lock_guard lock(clock.running);
                clock.timers.remove_if([&](const auto& timer) {
                    return reinterpret_cast<const consort_timer*>(&timer) == raw;
                });
            };
        });
        return api;
    }

    std::mutex jobs_mutex_;
    std::condition_variable wake_;
    std::deque<Job> jobs_;
    bool ending_ = false;
    std::vector<std::thread> workers_;
};

// A directory of its own, and a host that sees it.
class DirectoryTest : public ::testing::Test {
  protected:
    fs::path at(std::string_view name) const { return directory_.path() / name; }
    TemporaryDirectory directory_;
    TestHost host_;
};

}  // namespace consort::radio::testing
