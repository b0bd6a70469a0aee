// Where the bytes of samples lie: neighbours in the file become one run.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "consort/media.hpp"

namespace consort::delivery {

struct ByteRun {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    bool in_line = false;  // counts from the index's inline area, not the source
};

// Appends a sample's bytes, to the last run if they follow it.
inline void append_run(std::vector<ByteRun>& runs, const Sample& sample) {
    const bool in_line = (sample.flags & CONSORT_SAMPLE_INLINE) != 0;
    if (sample.size == 0) return;
    if (!runs.empty() && runs.back().in_line == in_line &&
        runs.back().offset + runs.back().length == sample.offset) {
        runs.back().length += sample.size;
    } else {
        runs.push_back({sample.offset, sample.size, in_line});
    }
}

inline std::uint64_t total_length(std::span<const ByteRun> runs) noexcept {
    std::uint64_t total = 0;
    for (const ByteRun& run : runs) total += run.length;
    return total;
}

// A piece of a run as a slice; keeps the media alive. For any thread.
Result<Slice> run_slice(const MediaView& media, const ByteRun& run);

// Copies the runs one after the other to `to`, which has room for all of them. Reads nothing else
// of the source. For workers.
Result<void> read_runs(const MediaView& media, std::span<const ByteRun> runs, char* to);

}  // namespace consort::delivery
