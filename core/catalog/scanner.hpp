// Keeps the catalog in step with the media directories: full scans, and changes as they happen.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/catalog/catalog.hpp"
#include "core/catalog/media_files.hpp"
#include "core/observe/metrics.hpp"

namespace consort::catalog {

// How far a scan is. Counts are of the scan that runs, or of the last one.
struct Progress {
    bool running = false;
    std::string phase = "idle";  // idle, listing, reading, finishing, failed
    std::uint64_t scans = 0;     // completed since start-up
    std::uint64_t found = 0;     // media files seen, those unchanged included
    std::uint64_t done = 0;      // files dealt with; `found` is final once phase is not "listing"
    std::uint64_t probed = 0, added = 0, changed = 0, removed = 0, broken = 0;
    std::string current;                                 // file last begun, for people
    std::int64_t started_at_ns = 0, finished_at_ns = 0;  // since 1970; 0: not yet
    std::vector<std::string> problems;                   // sentences: unreadable directories …
};

struct ScannerOptions {
    std::vector<std::string> roots;           // paths or URIs of the media directories
    unsigned threads = 0;                     // that read files; 0: twice the cores
    std::chrono::milliseconds debounce{500};  // quiet time before changes are looked at
};

// Called on the scanner's thread after the change is committed; must return soon and not throw.
struct ScannerHooks {
    std::function<void(std::string_view item_id)> forget;  // MediaService::forget
    // Topics library.item.added, .changed, .removed with {"id":…,"kind":…} and
    // library.scan.finished.
    std::function<void(std::string_view topic, std::string_view json)> publish;
};

// One scan at a time, on threads of its own that exist only while it runs. An interrupted scan
// (stop, kill -9) is taken up by the next one: every batch is one transaction, and what is in the
// catalog unchanged is not read again.
//
// A media directory that is missing or empty of everything keeps its items; it is reported among
// the problems. Metrics: consort_scan_{found,probed,added,changed,removed,broken}_total,
// consort_scan_running, consort_scan_last_duration_seconds, consort_library_items{kind}.
class Scanner {
  public:
    // All references must outlive the scanner.
    Scanner(ScannerOptions options, Catalog& catalog, MediaFiles& files, observe::Metrics& metrics,
            ScannerHooks hooks = {});
    ~Scanner();  // as stop()
    Scanner(const Scanner&) = delete;
    Scanner& operator=(const Scanner&) = delete;

    // Asks for a full scan and returns; false: one was asked for or runs already. Any thread.
    bool request_scan();
    // Follows changes from now on, where the storage can. Returns the problems, as sentences.
    std::vector<std::string> start_watching();
    // Waits until nothing is left to do. False after `timeout`. Any thread but the hooks'.
    bool wait_idle(std::chrono::milliseconds timeout);
    // Interrupts a scan between two files, ends the watches. Idempotent.
    void stop();

    Progress progress() const;
    // `wake` runs, on a scanner thread, a few times a second while progress changes, and must not
    // block. After the returned handle is destroyed it does not run any more.
    std::shared_ptr<void> on_progress(std::function<void()> wake);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace consort::catalog
