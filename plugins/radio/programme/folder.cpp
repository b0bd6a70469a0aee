#include "plugins/radio/programme/folder.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "consort/services/executor.hpp"
#include "consort/services/log.hpp"
#include "consort/services/sources.hpp"
#include "consort/services/timer.hpp"

#include "plugins/radio/programme/audio_name.hpp"
#include "plugins/radio/programme/scan.hpp"
#include "plugins/radio/programme/settling.hpp"
#include "plugins/radio/programme/uri_text.hpp"

namespace consort::radio {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

// Between two scans: where the watch tells of all changes; where there is none; where something is
// wrong that people may mend without the watch telling, such as rights and missing directories.
constexpr nanoseconds kWatchedPeriod = seconds(600);
constexpr nanoseconds kPeriod = seconds(60);
constexpr nanoseconds kTroubledPeriod = seconds(15);
// Files that are being written are looked at after this, then less and less often.
constexpr nanoseconds kFirstSettling = seconds(1);
constexpr nanoseconds kLongestSettling = seconds(32);
// A large directory in which much changes must not keep a worker busy: after a scan comes a rest of
// so many times its length.
constexpr int kRest = 4;

}  // namespace

struct Folder::Impl {
    Impl(const HostLink& link, std::string directory, Listed receiver)
        : sources(link),
          executor(link),
          timers(link),
          log(link),
          uri(without_slash(std::move(directory))),
          listed(std::move(receiver)) {}

    const Sources sources;
    const Executor executor;
    const Timers timers;
    const Log log;
    const std::string uri;
    const Listed listed;
    std::atomic<bool> closed = false;

    std::mutex mutex;
    std::condition_variable idle;
    bool scanning = false;  // queued or running
    bool running = false;
    bool wanted = true;
    nanoseconds due{};
    nanoseconds rest{};                           // no scan before
    std::set<std::string, std::less<>> complete;  // since the last scan
    bool watch_is_sound = false;
    nanoseconds renewal{};  // of the watch, at the earliest

    // Of the scan alone.
    bool watch_is_possible = true;
    std::optional<SourceWatch> watch;
    Settling settling;
    nanoseconds settling_pause = kFirstSettling;
    std::shared_ptr<const Listing> listing;

    void changed(std::uint32_t change, std::string_view where) {
        const std::lock_guard lock(mutex);
        wanted = true;
        if (change == CONSORT_CHANGE_WRITTEN) {
            if (is_audio_name(name_of(where))) complete.emplace(where);
        } else if (change == CONSORT_CHANGE_LOST || where == uri) {
            watch_is_sound = false;
        }
    }

    void scan() {
        const nanoseconds begin = timers.now();
        bool renew = false;
        std::set<std::string, std::less<>> written;
        {
            const std::lock_guard lock(mutex);
            if (closed) return;
            running = true;
            renew = !watch_is_sound && watch_is_possible && timers.now() >= renewal;
            if (renew) renewal = timers.now() + kTroubledPeriod;
            wanted = false;
            written.swap(complete);
        }
        if (renew) begin_watch();
        const Result<void> done = contained([&]() -> Result<void> {
            read(written);
            return {};
        });
        if (!done) log.error("Listing '", shown(uri), "' failed: ", done.error().text);
        const bool well = done && listing && listing->problems().empty();
        const std::lock_guard lock(mutex);
        nanoseconds pause = kPeriod;
        if (well && watch_is_sound) pause = kWatchedPeriod;
        if (!well && watch_is_possible) pause = kTroubledPeriod;
        if (settling.waits()) {
            pause = std::min(pause, settling_pause);
            settling_pause = std::min(settling_pause * 2, kLongestSettling);
        } else {
            settling_pause = kFirstSettling;
        }
        const nanoseconds now = timers.now();
        due = now + pause;
        rest = now + kRest * (now - begin);
        running = scanning = false;
        idle.notify_all();
    }

    // Before the listing, so that no change slips between the two.
    void begin_watch() {
        watch.reset();
        auto begun = sources.watch(
            uri, [this](std::uint32_t change, std::string_view where) { changed(change, where); });
        if (begun) {
            watch.emplace(std::move(*begun));
            const std::lock_guard lock(mutex);
            watch_is_sound = true;
        } else if (begun.error().status == CONSORT_E_UNSUPPORTED) {
            watch_is_possible = false;
        }
    }

    void read(const std::set<std::string, std::less<>>& written) {
        Scan found = scan_directory(sources, uri, listing.get(), [this] { return !closed; });
        if (closed) return;
        std::vector<AudioFile> files =
            found.reach == Reach::kUnreachable && listing
                ? listing->files()
                : settling.settle(std::move(found.files), listing.get(), written);
        for (const std::string& problem : found.problems)
            if (!listing || std::find(listing->problems().begin(), listing->problems().end(),
                                      problem) == listing->problems().end())
                log.warning(problem);
        if (listing && files == listing->files() && found.problems == listing->problems()) return;
        // A long one takes a while to free, which is not for the receiver's locks to wait for.
        const auto before =
            std::exchange(listing, std::make_shared<const Listing>(
                                       std::move(files), std::move(found.problems), found.reach));
        listed(listing);
    }
};

Folder::Folder(const HostLink& link, std::string uri, Listed listed)
    : impl_(std::make_shared<Impl>(link, std::move(uri), std::move(listed))) {}

Folder::~Folder() { close(); }

void Folder::close() {
    impl_->closed = true;
    {
        std::unique_lock lock(impl_->mutex);
        impl_->idle.wait(lock, [this] { return !impl_->running; });
    }
    impl_->watch.reset();
}

void Folder::tick() {
    {
        const std::lock_guard lock(impl_->mutex);
        const nanoseconds now = impl_->timers.now();
        const bool due = impl_->wanted || now >= impl_->due;
        if (impl_->closed || impl_->scanning || !due || now < impl_->rest) return;
        impl_->scanning = true;
    }
    if (const auto posted = impl_->executor.blocking([impl = impl_] { impl->scan(); }); !posted) {
        // The workers are busy: with the next tick.
        const std::lock_guard lock(impl_->mutex);
        impl_->scanning = false;
    }
}

void Folder::reload() {
    const std::lock_guard lock(impl_->mutex);
    impl_->wanted = true;
}

}  // namespace consort::radio
