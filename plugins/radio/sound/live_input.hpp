// Sound that somebody sends while it is made: a source client that takes over a station.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "plugins/radio/common/track.hpp"

namespace consort::radio {

// Called on the thread of the station's sound, but for its owner's own calls; none blocks. Who
// makes it keeps its clock: the station takes `sample_rate` frames a second, steadily.
class LiveInput {
  public:
    virtual ~LiveInput() = default;
    // PCM frames that `read` would give now.
    virtual std::size_t ready() const = 0;
    // Interleaved stereo at the station's rate, full scale -1 to 1. How many frames were read:
    // fewer than asked for where there are no more yet, or none will come.
    virtual std::size_t read(float* stereo, std::size_t frames) = 0;
    // Nothing will come after what is ready.
    virtual bool ended() const = 0;
    // What it plays; another object whenever that changes. Never null; `live` is set.
    virtual std::shared_ptr<const Track> track() const = 0;
    // How many seconds of silence the station bears before it lets go of it.
    virtual double patience_seconds() const { return 2; }
    // The station has let go of it and reads no more: it ended, stalled, or another took its place.
    // `reason` is a sentence for people.
    virtual void released(const std::string& reason) = 0;
};

}  // namespace consort::radio
