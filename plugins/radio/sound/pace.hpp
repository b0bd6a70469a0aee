// When the sound is let go: by a monotonic clock against frames counted.
#pragma once

#include <chrono>
#include <cstdint>

namespace consort::radio {

// Frame n is due n / rate seconds after the anchor, less the lead; nothing adds up, so there is no
// drift. Falling behind is made good by going faster, but for a long stand-still (a suspended
// machine, a stopped process), where time jumps instead: the frames are neither dropped nor
// added, they are just late for good. For one thread.
class Pace {
  public:
    using Time = std::chrono::nanoseconds;  // of any monotonic clock
    static constexpr Time kMostBehind = std::chrono::seconds(5);

    // `lead`: how much earlier than in real time the frames are wanted.
    Pace(std::uint32_t rate, Time lead) noexcept : rate_(rate), lead_(lead) {}

    // When `frames` frames, counted from the beginning, may have been let go. The first call
    // starts the clock.
    Time due(std::uint64_t frames, Time now) noexcept {
        if (!started_) {
            started_ = true;
            anchor_ = now;
        }
        const Time due = anchor_ + length(frames) - lead_;
        if (now - due <= kMostBehind) return due;
        ++jumps_;
        anchor_ += now - due;
        return now;
    }
    std::uint64_t jumps() const noexcept { return jumps_; }

  private:
    Time length(std::uint64_t frames) const noexcept {
        // Whole seconds apart: no overflow for centuries.
        return std::chrono::seconds(frames / rate_) + Time(frames % rate_ * 1'000'000'000 / rate_);
    }

    std::uint32_t rate_;
    Time lead_;
    Time anchor_{};
    bool started_ = false;
    std::uint64_t jumps_ = 0;
};

}  // namespace consort::radio
