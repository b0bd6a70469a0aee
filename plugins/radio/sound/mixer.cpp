#include "plugins/radio/sound/mixer.hpp"

#include <algorithm>
#include <utility>

#include "plugins/radio/sound/fade.hpp"

namespace consort::radio {

Mixer::Mixer(const MixerSettings& settings, OpenVoice open, Gains gains, Upcoming& upcoming,
             MixerEvents& events)
    : settings_(settings),
      open_(std::move(open)),
      gains_(std::move(gains)),
      upcoming_(upcoming),
      events_(events) {}

Mixer::~Mixer() {
    if (live_) release_live("The station ends.");
    const std::lock_guard lock(live_mutex_);
    if (asked_live_) asked_live_->released("The station ends.");
}

Mixer::State Mixer::state() const {
    State state;
    state.track = announced_;
    state.live = live_ != nullptr;
    if (!announced_) {
        state.reason = reason_;
        state.code = code_;
    }
    if (current_) {
        state.seconds =
            current_->entry.start_seconds + static_cast<double>(current_->played) / settings_.rate;
        state.gain_db = current_->gain_db;
    }
    return state;
}

void Mixer::mix(float* stereo, std::size_t frames) {
    heed_requests();
    std::size_t done = 0;
    while (done < frames) {
        float* out = stereo + 2 * done;
        const std::size_t count = segment(out, frames - done);
        add_leaving(out, count);
        position_ += count;
        done += count;
    }
}

// Fills some frames; 0: it is to be called again, because something changed.
std::size_t Mixer::segment(float* out, std::size_t frames) {
    if (live_) return play_live(out, frames);
    if (current_) {
        const std::uint64_t length = !current_->ends_early() && next_ready() ? crossfade() : 0;
        if (length != 0) {
            const auto left = remaining();
            if (left && *left <= length && *left != 0) {
                const std::uint64_t over = *left;
                fade_current(over);
                begin_next(over);
                return 0;
            }
            if (left && *left > length) frames = std::min<std::uint64_t>(frames, *left - length);
        }
        if (const std::size_t count = play_current(out, frames); count != 0) return count;
        const Voice::Ahead ahead = current_->voice->ahead();
        if (!current_->is_out() && (!ahead.complete || ahead.frames != 0))
            return starve(out, frames);
        finish_current();
        await_next();
        if (begin_next(0)) return 0;
    }
    return be_silent(out, frames);
}

std::optional<std::uint64_t> Mixer::remaining() const {
    if (current_->ends_early())
        return current_->fade_out - std::min(current_->faded, current_->fade_out);
    const Voice::Ahead ahead = current_->voice->ahead();
    if (ahead.complete) return ahead.frames;
    const double seconds = current_->voice->facts().seconds;
    if (seconds <= 0) return std::nullopt;
    const std::uint64_t all = frames_of(seconds);
    const std::uint64_t gone = frames_of(current_->entry.start_seconds) + current_->played;
    return std::max(all > gone ? all - gone : 0, ahead.frames + 1);
}

// Frames that the current source and the next one overlap.
std::uint64_t Mixer::crossfade() const {
    const std::uint64_t wanted = frames_of(settings_.crossfade_seconds);
    if (wanted == 0) return 0;
    const SourceFacts& from = current_->voice->facts();
    const SourceFacts& to = next_.front().voice->facts();
    if (from.track->jingle || to.track->jingle || is_album_join(from, to)) return 0;
    // Something of a short source is heard alone.
    std::uint64_t most = wanted;
    for (const double seconds : {from.seconds, to.seconds})
        if (seconds > 0) most = std::min(most, frames_of(seconds / 3));
    return most;
}

std::size_t Mixer::play_current(float* out, std::size_t frames) {
    Turn& turn = *current_;
    if (starved_) {
        const Voice::Ahead ahead = turn.voice->ahead();
        if (!ahead.complete && ahead.frames < settings_.rate / 5) return 0;
        starved_ = false;
    }
    if (turn.ends_early())
        frames =
            std::min<std::uint64_t>(frames, turn.fade_out - std::min(turn.faded, turn.fade_out));
    const std::size_t count = turn.voice->take(out, frames);
    if (turn.played < turn.fade_in) {
        for (std::size_t i = 0; i < count; ++i) {
            const float level = turn.gain * rising(turn.played + i, turn.fade_in);
            out[2 * i] *= level;
            out[2 * i + 1] *= level;
        }
    } else if (turn.gain != 1.0f) {
        for (std::size_t i = 0; i < 2 * count; ++i) out[i] *= turn.gain;
    }
    if (turn.ends_early()) {
        for (std::size_t i = 0; i < count; ++i) {
            const float level = falling(turn.faded + i, turn.fade_out);
            out[2 * i] *= level;
            out[2 * i + 1] *= level;
        }
        turn.faded += count;
    }
    turn.played += count;
    return count;
}

std::size_t Mixer::starve(float* out, std::size_t frames) {
    if (!starved_) {
        current_->voice->wait(settings_.patience);
        const Voice::Ahead ahead = current_->voice->ahead();
        if (ahead.complete || ahead.frames != 0) return 0;
        starved_ = true;
        events_.underrun("reading " + current_->entry.uri + " is too slow");
    }
    const std::size_t count = std::min<std::size_t>(frames, settings_.rate / 50);
    std::fill_n(out, 2 * count, 0.0f);
    return count;
}

std::size_t Mixer::be_silent(float* out, std::size_t frames) {
    if (next_.empty() && position_ >= idle_ask_at_) {
        idle_ask_at_ = position_ + settings_.rate / 4;
        ask_next();
        if (!next_.empty()) next_.front().voice->wait(settings_.patience);
    }
    if (begin_next(std::exchange(return_fade_, 0), settings_.patience)) return 0;
    last_.reset();
    announce(nullptr);
    if (!next_.empty()) {
        reason_ = "Waiting for " + next_.front().entry.uri + " to open.";
        code_ = "opening";
    } else if (failures_ != 0) {
        reason_ = failure_;
        code_ = "file_broken";
    } else {
        reason_ = "There is nothing to play.";
        code_ = "nothing_to_play";
    }
    const std::size_t count = std::min<std::size_t>(frames, settings_.rate / 50);
    std::fill_n(out, 2 * count, 0.0f);
    return count;
}

void Mixer::add_leaving(float* out, std::size_t frames) {
    for (Turn& turn : leaving_) {
        const std::size_t wanted = std::min<std::uint64_t>(frames, turn.fade_out - turn.faded);
        scratch_.resize(2 * frames);
        const std::size_t count = turn.voice->take(scratch_.data(), wanted);
        for (std::size_t i = 0; i < count; ++i) {
            const float level = turn.gain * falling(turn.faded + i, turn.fade_out);
            out[2 * i] += scratch_[2 * i] * level;
            out[2 * i + 1] += scratch_[2 * i + 1] * level;
        }
        // What is not there in time will not be missed.
        turn.faded = count == wanted ? turn.faded + count : turn.fade_out;
    }
    std::erase_if(leaving_, [&](Turn& turn) {
        if (turn.faded < turn.fade_out) return false;
        retire(std::move(turn.voice));
        return true;
    });
}

}  // namespace consort::radio
