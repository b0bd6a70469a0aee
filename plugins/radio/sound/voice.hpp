// A source in its turn, as the mixer takes sound out of it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "plugins/radio/common/track.hpp"
#include "plugins/radio/common/upcoming.hpp"

namespace consort::radio {

// How loud a source is.
struct Measured {
    double lufs = 0;             // integrated (EBU R128)
    std::optional<double> peak;  // true peak; full scale is 1
};

// What a source tells of itself once it is open.
struct SourceFacts {
    std::shared_ptr<const Track> track;
    std::string identity;      // of the content
    std::string album;         // names the album and its directory; empty: none
    int disc = 0, number = 0;  // on the album; 0: unknown
    // What tags say: ReplayGain or R128.
    std::optional<Measured> tagged, tagged_album;
    double seconds = 0;
};

// Whether `second` follows `first` on their album, so that nothing may come between.
bool is_album_join(const SourceFacts& first, const SourceFacts& second) noexcept;

// Interleaved stereo at the station's rate, made ahead of time. One thread but where it says so.
class Voice {
  public:
    enum class Condition { kOpening, kReady, kFailed };
    virtual ~Voice() = default;
    virtual Condition condition() const = 0;
    // Once ready, for as long as the voice lives.
    virtual const SourceFacts& facts() const = 0;
    // Why it failed, also when that was after the beginning; else empty.
    virtual std::string reason() const = 0;
    // How many frames `take` would give; whether they are all that is left.
    struct Ahead {
        std::uint64_t frames = 0;
        bool complete = false;
    };
    virtual Ahead ahead() const = 0;
    // How many frames were taken; fewer than asked for where there are no more yet.
    virtual std::size_t take(float* stereo, std::size_t frames) = 0;
    // Until there is something to take, or it is known that nothing will come.
    virtual void wait(std::chrono::milliseconds at_most) = 0;
    // Nobody wants more of it. It may be destroyed without delay once it is gone.
    virtual void abandon() = 0;
    virtual bool gone() const = 0;
};

// `before`: what is heard until then; null: nothing.
using OpenVoice =
    std::function<std::shared_ptr<Voice>(const Entry&, const std::shared_ptr<Voice>& before)>;

}  // namespace consort::radio
