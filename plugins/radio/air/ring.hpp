// The last stretch of a station's stream, and where in it those begin who come now.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "plugins/radio/common/chunk.hpp"

namespace consort::radio {

using Clock = std::chrono::steady_clock;

// A byte of the stream: one at which a listener may begin, or the next that one gets.
struct Place {
    std::uint64_t number = 0;  // of the chunk
    std::size_t offset = 0;    // in its bytes
};

// A chunk, and which logical stream it belongs to: in Ogg each begins with header pages of its own.
struct OnAir {
    SharedChunk chunk;
    std::uint64_t logical = 0;
};

// Keeps chunks for `keep_seconds` of sound, the newest in every case. Not thread-safe.
//
// The live edge is what the station has made until now. Chunks come by the half second; between
// them the edge moves with the clock, so that two who come a little after each other begin that
// little apart, and play together.
class Ring {
  public:
    explicit Ring(double keep_seconds) noexcept : keep_seconds_(keep_seconds) {}

    void push(SharedChunk chunk, Clock::time_point now);

    bool empty() const noexcept { return chunks_.empty(); }
    // Of the oldest chunk, and of the one that is not made yet.
    std::uint64_t first_number() const noexcept;
    std::uint64_t next_number() const noexcept;
    // Null: not here any more, or not yet.
    OnAir find(std::uint64_t number) const;
    // Where the sound begins that is `seconds` before the live edge: on the last coded frame that
    // is not after it, or on a chunk where frames are not known. The oldest place if the ring does
    // not reach as far back. Nothing if the ring is empty.
    std::optional<Place> before_edge(double seconds, Clock::time_point now) const;
    // Seconds of sound from the chunk's beginning to the newest one's end; all of the ring if the
    // chunk is gone, 0 if it is to come.
    double seconds_from(std::uint64_t number) const;

  private:
    double end_seconds() const;

    double keep_seconds_;
    std::deque<OnAir> chunks_;
    Clock::time_point epoch_{};  // when second 0 of the sound was the live edge, as it seems
};

}  // namespace consort::radio
