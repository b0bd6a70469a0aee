// The memory tier of the coded segments.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/media/coded.hpp"
#include "core/observe/metrics.hpp"

namespace consort::media {

// Bounded in bytes, the least recently used go first. Not for several threads at once.
class CodedMemory {
  public:
    CodedMemory(std::uint64_t max_bytes, observe::Metrics& metrics)
        : max_bytes_(max_bytes),
          bytes_gauge_(metrics.gauge("consort_rendition_cache_bytes",
                                     "Bytes of the segments of renditions that are kept.",
                                     {{"tier", "memory"}})),
          ahead_used_(metrics.counter("consort_rendition_ahead_used_total",
                                      "Segments made ahead that somebody then asked for.")),
          ahead_dropped_(metrics.counter("consort_rendition_ahead_dropped_total",
                                         "Segments made ahead, or to be made, for nobody.")) {}

    bool has(std::string_view key) const { return by_key_.contains(key); }
    // Null: it is not there. Counts as used.
    CodedPtr find(std::string_view key) {
        const auto found = by_key_.find(key);
        if (found == by_key_.end()) return nullptr;
        entries_.splice(entries_.begin(), entries_, found->second);
        if (std::exchange(found->second->ahead, false)) ahead_used_.add();
        return found->second->coded;
    }
    // `gone` gets what had to make room, to be freed outside of locks.
    void put(std::string key, CodedPtr coded, bool ahead, std::vector<CodedPtr>& gone) {
        if (coded->image().size() > max_bytes_ || has(key)) return;
        bytes_ += coded->image().size();
        entries_.push_front({std::move(key), std::move(coded), ahead});
        by_key_[entries_.front().key] = entries_.begin();
        while (bytes_ > max_bytes_) {
            Entry& last = entries_.back();
            bytes_ -= last.coded->image().size();
            if (last.ahead) ahead_dropped_.add();
            by_key_.erase(last.key);
            gone.push_back(std::move(last.coded));
            entries_.pop_back();
        }
        bytes_gauge_.set(static_cast<double>(bytes_));
    }

  private:
    struct Entry {
        std::string key;
        CodedPtr coded;
        bool ahead;  // made ahead, and not asked for yet
    };
    const std::uint64_t max_bytes_;
    observe::Gauge& bytes_gauge_;
    observe::Counter &ahead_used_, &ahead_dropped_;
    std::list<Entry> entries_;  // most recently used first
    std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_;
    std::uint64_t bytes_ = 0;
};

}  // namespace consort::media
