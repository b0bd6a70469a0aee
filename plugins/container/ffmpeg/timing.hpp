// Turns packets' timestamps into exact sample durations and edits.
#pragma once

#include <cstdint>
#include <vector>

#include "plugins/container/ffmpeg/indexed_track.hpp"

namespace consort::container_ffmpeg {

// Durations come from the codec's frames; the container's times only tell where the track begins,
// what is trimmed at its ends, and where there is a real hole.
struct AudioClock {
    struct Packet {
        bool known = false;     // time is
        std::int64_t time = 0;  // presentation, in samples
        std::int64_t told = 0;  // duration the container tells, trimmed
        std::uint32_t skip = 0, discard = 0;
    };
    std::uint32_t rate = 0;
    std::int64_t start_skip = 0;  // known beforehand (Opus)

    // Call before the packet's sample is appended to `samples`.
    void add(const Packet& packet, std::uint32_t duration, std::vector<consort_sample>& samples);
    // `trim_by_duration`: the last packet's told duration is the trimmed one (Vorbis in Ogg).
    void finish(bool vorbis, bool trim_by_duration, IndexedTrack& track) const;

  private:
    std::int64_t first_ = 0, sum_ = 0, discard_ = 0;
    std::int64_t last_told_ = 0;
    std::uint32_t last_ = 0;
    bool begun_ = false;
};

// Presentation times in decode order become decode times, durations and composition offsets.
class VideoClock {
  public:
    void add(std::int64_t presentation_time, std::int64_t duration);
    // Times are in the track's timescale.
    void finish(IndexedTrack& track) const;

  private:
    std::vector<std::int64_t> times_;
    std::int64_t last_duration_ = 0;
};

// Cues with pauses between them become samples without gaps, from the file's time 0 on: a sample of
// no bytes is a pause. A cue ends when the next one begins, because samples don't overlap.
class TextClock {
  public:
    // Call before the cue's sample is appended to `samples`, and give the sample what it returns
    // as its duration.
    std::uint32_t add(std::int64_t time, std::int64_t duration,
                      std::vector<consort_sample>& samples);

  private:
    std::int64_t start_ = 0, end_ = 0;  // of the last cue
};

}  // namespace consort::container_ffmpeg
