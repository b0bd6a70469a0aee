// A source opened and decoded ahead on a thread of its own, so that a slow disk does not reach the
// stream.
#pragma once

#include <memory>

#include "consort/services/sound.hpp"

#include "plugins/radio/sound/voice.hpp"

namespace consort::radio {

// Begins at once, at `entry.start_seconds`, and keeps about `ahead_seconds` ready. Its length is
// exactly that of the source, at `rate`; what the rounding to whole frames leaves counts for the
// source that follows. The destructor waits for a read in progress.
//
// `before`: a voice of this kind that is heard until this one begins; may be null. Where the two
// are neighbours on an album, of another rate than the station's, they are converted in one go:
// the one before then ends some samples early, and this one begins with those.
std::shared_ptr<Voice> open_track_pcm(const Sounds& sounds, const Entry& entry, std::uint32_t rate,
                                      double ahead_seconds,
                                      const std::shared_ptr<Voice>& before = nullptr);

}  // namespace consort::radio
