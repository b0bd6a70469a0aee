// A source opened and decoded ahead on a thread of its own, so that a slow disk does not reach the
// stream.
#pragma once

#include <memory>

#include "consort/services/sound.hpp"

#include "plugins/radio/sound/voice.hpp"

namespace consort::radio {

// Begins at once, at `entry.start_seconds`, and keeps about `ahead_seconds` ready. Its length is
// exactly that of the source, at `rate`. The destructor waits for a read in progress.
std::shared_ptr<Voice> open_track_pcm(const Sounds& sounds, const Entry& entry, std::uint32_t rate,
                                      double ahead_seconds);

}  // namespace consort::radio
