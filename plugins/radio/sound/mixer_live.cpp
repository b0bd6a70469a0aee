// A live source in the place of the programme.
#include <algorithm>
#include <utility>

#include "plugins/radio/sound/fade.hpp"
#include "plugins/radio/sound/mixer.hpp"

namespace consort::radio {
namespace {

constexpr double kTakeOverFade = 0.5;  // seconds
constexpr double kCushion = 0.2;       // beside a burst: what it has to have sent to be heard
constexpr double kSmooth = 0.01;       // at the edges of a stall
constexpr double kReturnFade = 0.05;   // of the programme

}  // namespace

void Mixer::take_over(std::shared_ptr<LiveInput> live) {
    std::shared_ptr<LiveInput> replaced;
    {
        const std::lock_guard lock(live_mutex_);
        replaced = std::exchange(asked_live_, std::move(live));
    }
    if (replaced) replaced->released("Another source took its place.");
}

void Mixer::watch_live() {
    std::shared_ptr<LiveInput> asked;
    std::size_t ready = 0;
    {
        const std::lock_guard lock(live_mutex_);
        if (!asked_live_) return;
        const bool ended = asked_live_->ended();
        ready = asked_live_->ready();
        if (!ended && ready < frames_of(settings_.burst_seconds + kCushion)) return;
        asked = std::exchange(asked_live_, nullptr);
    }
    if (ready == 0) {
        asked->released("It ended before it sent sound.");
        return;
    }
    if (live_) release_live("Another source took its place.");
    live_ = std::move(asked);
    live_frames_ = live_stalled_ = 0;
    live_fade_ = frames_of(current_ ? kTakeOverFade : kSmooth);
    if (current_) fade_current(live_fade_);
    last_.reset();
}

void Mixer::release_live(const std::string& reason) {
    live_->released(reason);
    live_.reset();
    return_fade_ = frames_of(kReturnFade);
    idle_ask_at_ = position_;
}

std::size_t Mixer::play_live(float* out, std::size_t frames) {
    announce(live_->track());
    // Asked before reading: what comes in between is not the end.
    const bool ended = live_->ended();
    const std::size_t count = std::min(live_->read(out, frames), frames);
    for (std::size_t i = 0; i < count && live_frames_ < live_fade_; ++i, ++live_frames_) {
        const float level = rising(live_frames_, live_fade_);
        out[2 * i] *= level;
        out[2 * i + 1] *= level;
    }
    if (count == frames) {
        live_stalled_ = 0;
        return count;
    }
    // The last frames before silence go down smoothly.
    const std::size_t edge = std::min<std::size_t>(count, frames_of(kSmooth));
    for (std::size_t i = 0; i < edge; ++i) {
        const float level = falling(i, edge);
        out[2 * (count - edge + i)] *= level;
        out[2 * (count - edge + i) + 1] *= level;
    }
    if (ended) {
        release_live("It ended.");
        return count;
    }
    if (live_stalled_ == 0) events_.underrun("the live source sends too slowly");
    live_stalled_ += frames - count;
    live_frames_ = 0;
    live_fade_ = frames_of(kSmooth);
    std::fill_n(out + 2 * count, 2 * (frames - count), 0.0f);
    const double patience = live_->patience_seconds();
    if (live_stalled_ >= frames_of(patience))
        release_live("It sent no sound for " + std::to_string(static_cast<int>(patience)) +
                     " seconds.");
    return frames;
}

}  // namespace consort::radio
