// What a station plays, as its routes and pages see it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "consort/result.hpp"

#include "plugins/radio/common/track.hpp"
#include "plugins/radio/programme/history.hpp"
#include "plugins/radio/sound/live_input.hpp"

namespace consort::radio {

struct Playing {
    std::shared_ptr<const Track> track;  // null: nothing plays
    double position_seconds = 0;
    std::string state;                  // "playing", "waiting", "live" or "failed"
    std::string reason;                 // why it does not play; empty if it does
    std::string reason_code;            // the same as a stable word; see public_reason
    std::vector<std::string> problems;  // of its files, with what to do; a bounded number
    std::uint64_t track_count = 0;      // files that it has to play
    std::uint64_t started = 0;          // tracks that began so far
    bool encoder_runs = false;
    std::uint64_t encoder_failures = 0, underruns = 0;
};

// Any thread; none blocks.
class Player {
  public:
    virtual ~Player() = default;
    virtual Playing playing() const = 0;
    virtual std::vector<Played> history() const = 0;  // the newest first, 100 at most
    virtual Result<void> next() = 0;
    virtual Result<void> previous() = 0;
    virtual Result<void> reload() = 0;

    // PCM frames a second that a live source has to give; an Error if none can be heard now.
    virtual Result<std::uint32_t> live_rate() const = 0;
    // Is heard as soon as it has sound.
    virtual Result<void> take_over(std::shared_ptr<LiveInput> live) = 0;
};

}  // namespace consort::radio
