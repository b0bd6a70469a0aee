#include "core/catalog/scanner.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "consort/abi/catalog.h"

#include "core/catalog/scan_job.hpp"
#include "core/observe/log.hpp"

namespace consort::catalog {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxProblems = 100;
constexpr std::chrono::milliseconds kWakeEvery{200};

const char* topic_of(Change::What what) {
    return what == Change::What::added     ? "library.item.added"
           : what == Change::What::changed ? "library.item.changed"
                                           : "library.item.removed";
}

const char* kind_name(std::uint32_t kind) {
    return kind == CONSORT_ITEM_TRACK     ? "track"
           : kind == CONSORT_ITEM_MOVIE   ? "movie"
           : kind == CONSORT_ITEM_EPISODE ? "episode"
                                          : "file";
}

}  // namespace

struct Scanner::Impl final : ScanObserver {
    Impl(ScannerOptions o, Catalog& c, MediaFiles& f, observe::Metrics& m, ScannerHooks h)
        : options(std::move(o)),
          catalog(c),
          files(f),
          hooks(std::move(h)),
          found_total(m.counter("consort_scan_found_total", "Media files seen by scans.")),
          probed_total(m.counter("consort_scan_probed_total", "Media files read by scans.")),
          added_total(m.counter("consort_scan_added_total", "Items added to the library.")),
          changed_total(m.counter("consort_scan_changed_total", "Items read again, changed.")),
          removed_total(m.counter("consort_scan_removed_total", "Items removed.")),
          broken_total(m.counter("consort_scan_broken_total", "Files found to be broken.")),
          running_gauge(m.gauge("consort_scan_running", "1 while a scan runs.")),
          duration_gauge(m.gauge("consort_scan_last_duration_seconds",
                                 "How long the last complete scan took.")),
          track_gauge(items_gauge(m, "track")),
          movie_gauge(items_gauge(m, "movie")),
          episode_gauge(items_gauge(m, "episode")),
          broken_gauge(items_gauge(m, "broken")) {}

    static observe::Gauge& items_gauge(observe::Metrics& m, const char* kind) {
        return m.gauge("consort_library_items", "Items in the library.", {{"kind", kind}});
    }

    // ---- ScanObserver
    void phase(std::string_view name) override {
        edit([&](Progress& p) { p.phase = name; });
    }
    void found(std::uint64_t count) override {
        found_total.add(static_cast<double>(count));
        edit([&](Progress& p) { p.found += count; });
    }
    void kept() override {
        edit([](Progress& p) { ++p.done; });
    }
    void reading(std::string_view file) override {
        probed_total.add();
        edit([&](Progress& p) {
            ++p.probed;
            p.current = file;
        });
    }
    void unusable(std::string_view file, std::string_view reason) override {
        log.warning("a file cannot be played", {{"file", file}, {"why", reason}});
    }
    void problem(std::string sentence) override {
        log.warning(sentence);
        edit([&](Progress& p) {
            if (p.problems.size() < kMaxProblems) p.problems.push_back(std::move(sentence));
        });
    }
    void committed(const std::vector<Change>& changes) override {
        edit([&](Progress& p) {
            for (const Change& change : changes) count(p, change);
        });
        for (const Change& change : changes) {
            if (hooks.forget && change.what != Change::What::added) hooks.forget(change.uid);
            if (hooks.publish)
                hooks.publish(topic_of(change.what), "{\"id\":\"" + change.uid + "\",\"kind\":\"" +
                                                         kind_name(change.kind) + "\"}");
        }
    }
    void count(Progress& p, const Change& change) {
        if (change.what == Change::What::removed) {
            ++p.removed;
            removed_total.add();
            return;
        }
        ++p.done;
        if (change.kind == 0) {
            ++p.broken;
            broken_total.add();
        } else if (change.what == Change::What::added) {
            ++p.added;
            added_total.add();
        } else {
            ++p.changed;
            changed_total.add();
        }
    }

    // Wakes the listeners now and then, and always at the end of a phase.
    template <class Edit>
    void edit(Edit&& change) {
        std::unique_lock lock(progress_mutex);
        const std::string before = progress.phase;
        change(progress);
        const Clock::time_point now = Clock::now();
        if (progress.phase == before && now < next_wake) return;
        next_wake = now + kWakeEvery;
        lock.unlock();
        const std::lock_guard waking(listeners->mutex);
        for (const auto& [id, wake] : listeners->wakes) wake();
    }

    // ---- The scanner's thread
    void loop();
    Result<void> run_full();
    Result<void> run_partial(const std::set<std::string>& changed);
    void scan(bool full, const std::set<std::string>& changed);
    void update_item_gauges();
    void on_change(std::uint32_t change, std::string_view uri);

    const ScannerOptions options;
    Catalog& catalog;
    MediaFiles& files;
    const ScannerHooks hooks;
    observe::Logger log{"scan"};
    observe::Counter &found_total, &probed_total, &added_total, &changed_total, &removed_total,
        &broken_total;
    observe::Gauge &running_gauge, &duration_gauge, &track_gauge, &movie_gauge, &episode_gauge,
        &broken_gauge;
    LibraryWriter writer;

    mutable std::mutex progress_mutex;
    Progress progress;
    Clock::time_point next_wake{};
    struct Listeners {
        std::mutex mutex;
        std::map<std::uint64_t, std::function<void()>> wakes;
        std::uint64_t next = 1;
    };
    const std::shared_ptr<Listeners> listeners = std::make_shared<Listeners>();

    std::mutex mutex;
    std::condition_variable work, idle;
    bool full_wanted = false, full_running = false, busy = false;
    std::set<std::string> changed_uris;
    Clock::time_point changes_due{};
    std::atomic<bool> stopping{false};
    std::vector<media::Storage::Watch> watches;
    std::jthread thread;
};

void Scanner::Impl::loop() {
    std::unique_lock lock(mutex);
    while (!stopping) {
        const bool changes_ready = !changed_uris.empty() && Clock::now() >= changes_due;
        if (!full_wanted && !changes_ready) {
            if (changed_uris.empty()) {
                idle.notify_all();
                work.wait(lock);
            } else {
                work.wait_until(lock, changes_due);
            }
            continue;
        }
        const bool full = std::exchange(full_wanted, false);
        full_running = full;
        const std::set<std::string> changed = std::exchange(changed_uris, {});
        busy = true;
        lock.unlock();
        scan(full, changed);
        lock.lock();
        full_running = busy = false;
    }
    idle.notify_all();
}

void Scanner::Impl::scan(bool full, const std::set<std::string>& changed) {
    const Clock::time_point begun = Clock::now();
    edit([&](Progress& p) {
        const std::uint64_t scans = p.scans;
        p = Progress{};
        p.scans = scans;
        p.running = true;
        p.started_at_ns = wall_clock_ns();
    });
    running_gauge.set(1);
    const Result<void> result = full ? run_full() : run_partial(changed);
    running_gauge.set(0);
    const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
    if (full && result) duration_gauge.set(seconds);
    update_item_gauges();
    edit([&](Progress& p) {
        p.running = false;
        p.current.clear();
        p.finished_at_ns = wall_clock_ns();
        p.phase = result || stopping ? "idle" : "failed";
        if (result) ++p.scans;
        if (!result && !stopping) p.problems.push_back(result.error().text);
    });
    if (!result && !stopping) log.error("The scan failed: " + result.error().text);
    if (!result) return;
    const Progress p = [&] {
        const std::lock_guard lock(progress_mutex);
        return progress;
    }();
    log.info("scanned", {{"found", std::to_string(p.found)},
                         {"added", std::to_string(p.added)},
                         {"changed", std::to_string(p.changed)},
                         {"removed", std::to_string(p.removed)},
                         {"broken", std::to_string(p.broken)},
                         {"seconds", std::to_string(seconds)}});
    if (hooks.publish)
        hooks.publish("library.scan.finished", "{\"found\":" + std::to_string(p.found) + "}");
}

Result<void> Scanner::Impl::run_full() {
    const unsigned threads = options.threads != 0
                                 ? options.threads
                                 : 2 * std::max(1u, std::thread::hardware_concurrency());
    ScanJob job(catalog.database(), files, writer, options.roots, threads, *this, stopping);
    return job.full();
}

Result<void> Scanner::Impl::run_partial(const std::set<std::string>& changed) {
    std::vector<ScanJob::Target> targets;
    for (const std::string& uri : changed) {
        targets.push_back({uri.substr(0, uri.rfind('/')), false});
        const Result<consort_stat> stat = files.look(uri);
        // A directory that came or went takes all below it along.
        if (!stat || stat->kind == CONSORT_ENTRY_DIRECTORY) targets.push_back({uri, true});
    }
    ScanJob job(catalog.database(), files, writer, options.roots, 2, *this, stopping);
    return job.partial(targets);
}

void Scanner::Impl::update_item_gauges() {
    const Result<Counts> counts = catalog.counts();
    if (!counts) return;
    track_gauge.set(static_cast<double>(counts->tracks));
    movie_gauge.set(static_cast<double>(counts->movies));
    episode_gauge.set(static_cast<double>(counts->episodes));
    broken_gauge.set(static_cast<double>(counts->broken));
}

void Scanner::Impl::on_change(std::uint32_t change, std::string_view uri) {
    constexpr std::size_t kMaxChanged = 10'000;  // beyond that a full scan is cheaper
    const std::lock_guard lock(mutex);
    if (change == CONSORT_CHANGE_LOST || changed_uris.size() >= kMaxChanged)
        full_wanted = true;
    else
        changed_uris.emplace(uri);
    changes_due = Clock::now() + options.debounce;
    work.notify_all();
}

Scanner::Scanner(ScannerOptions options, Catalog& catalog, MediaFiles& files,
                 observe::Metrics& metrics, ScannerHooks hooks)
    : impl_(std::make_unique<Impl>(std::move(options), catalog, files, metrics, std::move(hooks))) {
    impl_->update_item_gauges();
    impl_->thread = std::jthread([impl = impl_.get()] { impl->loop(); });
}

Scanner::~Scanner() { stop(); }

bool Scanner::request_scan() {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->full_wanted || impl_->full_running || impl_->stopping) return false;
    impl_->full_wanted = true;
    impl_->work.notify_all();
    return true;
}

std::vector<std::string> Scanner::start_watching() {
    std::vector<std::string> problems;
    for (const std::string& root : impl_->options.roots) {
        auto watch =
            impl_->files.watch(media::Storage::to_uri(root),
                               [impl = impl_.get()](std::uint32_t change, std::string_view uri) {
                                   impl->on_change(change, uri);
                               });
        if (watch)
            impl_->watches.push_back(std::move(*watch));
        else
            problems.push_back("Changes in " + root + " are not followed: " + watch.error().text);
    }
    return problems;
}

bool Scanner::wait_idle(std::chrono::milliseconds timeout) {
    std::unique_lock lock(impl_->mutex);
    return impl_->idle.wait_for(lock, timeout, [&] {
        return impl_->stopping ||
               (!impl_->full_wanted && !impl_->busy && impl_->changed_uris.empty());
    });
}

void Scanner::stop() {
    impl_->watches.clear();  // before the lock: ending a watch waits for its callback
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->stopping = true;
        impl_->work.notify_all();
    }
    if (impl_->thread.joinable()) impl_->thread.join();
}

Progress Scanner::progress() const {
    const std::lock_guard lock(impl_->progress_mutex);
    return impl_->progress;
}

std::shared_ptr<void> Scanner::on_progress(std::function<void()> wake) {
    const std::shared_ptr<Impl::Listeners> listeners = impl_->listeners;
    const std::lock_guard lock(listeners->mutex);
    const std::uint64_t id = listeners->next++;
    listeners->wakes.emplace(id, std::move(wake));
    return {nullptr, [listeners, id](void*) {
                const std::lock_guard done(listeners->mutex);
                listeners->wakes.erase(id);
            }};
}

}  // namespace consort::catalog
