// The disk tier of the coded segments: a folder of files, bounded in bytes, which a crash can't
// corrupt.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "consort/result.hpp"

#include "core/media/coded.hpp"
#include "core/observe/metrics.hpp"

namespace consort::media {

// A file for each entry, named by the hash of its key, written under another name and renamed, and
// checked whenever it is read: what is damaged, cut off or somebody else's is removed and counts as
// not there. The least recently used go first, also across restarts (times of change tell). Files
// and folders are counted in whole blocks of 4 KiB, those under way included, and together never
// exceed `max_bytes`, as du counts them too.
//
// Writing happens on the store's own thread, which first looks through the folder; until then
// entries are found but none is written. When the disk is full or can't be written to, one line
// says so, entries are no longer kept, and it is tried again from time to time.
//
// Metrics: consort_rendition_cache_bytes{tier="disk"}, consort_rendition_store_full,
// consort_rendition_store_errors_total, consort_rendition_store_dropped_total,
// consort_rendition_store_damaged_total.
class CodedStore {
  public:
    struct Options {
        std::filesystem::path directory;  // nobody else's
        std::uint64_t max_bytes = 0;
        std::chrono::milliseconds retry{30'000};
        std::uint64_t max_pending = 32ull << 20;  // bytes that may wait to be written
    };
    CodedStore(Options options, observe::Metrics& metrics);
    ~CodedStore();  // finishes the entry under way and drops the others

    // False: it is certainly not there. Any thread, never blocks on the disk.
    bool may_have(std::string_view key) const;
    // NOT_FOUND also for what is damaged. Blocks: worker threads.
    Result<CodedPtr> load(std::string_view key);
    // Keeps `coded`, made with `key`, soon, in place of what is there. Any thread, does not block.
    void save(std::string_view key, CodedPtr coded);
    // Somebody uses the entry out of memory: it is not the next to go. Any thread.
    void used(std::string_view key);
    // Waits until the folder is known and all is written or dropped; false: not within `limit`.
    bool settle(std::chrono::milliseconds limit);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace consort::media
