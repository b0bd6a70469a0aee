// Cuts a track into segments on the presentation's time line.
#pragma once

#include <cstdint>
#include <vector>

#include "consort/media.hpp"

namespace consort::delivery {

struct Segment {
    std::uint64_t first = 0;  // sample number
    std::uint64_t count = 0;
    std::uint64_t start = 0;     // presentation time, in the track's timescale
    std::uint64_t duration = 0;  // what of it is presented, in the track's timescale
};

// The segments of one track. Together they hold every sample once, and their durations sum up to
// the track's presented duration. Each begins with a sync sample. A boundary is the one nearest to
// (audio), or the first one at or after (video), a multiple of the target duration; a remainder
// shorter than half the target belongs to the segment before it.
class SegmentTable {
  public:
    // `track` is what `media` says of track `index`. For audio of constant sample duration this is
    // arithmetic, for other audio a look-up a segment; for video it reads the index once.
    static Result<SegmentTable> cut(const MediaView& media, std::uint32_t index, const Track& track,
                                    std::uint32_t target_seconds);

    std::size_t size() const noexcept { return starts_.size() - 1; }
    Segment operator[](std::size_t number) const noexcept;  // number < size()
    std::uint64_t longest() const noexcept;                 // presented, in the track's timescale
    // Whether pictures are shown before the sync sample that begins their segment (open groups of
    // pictures): they may need the segment before.
    bool has_leading_pictures() const noexcept { return leading_; }

  private:
    struct Start {
        std::uint64_t sample, time;
    };
    void cut_evenly(const Track& track, std::uint32_t duration, std::uint64_t target);
    Result<void> cut_by_times(const MediaView& media, std::uint32_t index, const Track& track,
                              std::uint64_t target);
    Result<void> cut_by_samples(const MediaView& media, std::uint32_t index, const Track& track,
                                std::uint64_t target);
    void finish(const Track& track, std::uint64_t target);

    std::vector<Start> starts_;  // one a segment, and the end
    bool leading_ = false;
};

}  // namespace consort::delivery
