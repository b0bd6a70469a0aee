// Which source is heard: asking the programme, beginning, ending.
#include <algorithm>
#include <cmath>

#include "plugins/radio/sound/fade.hpp"
#include "plugins/radio/sound/mixer.hpp"

namespace consort::radio {
namespace {

constexpr double kSkipFade = 0.05;   // seconds
constexpr double kSkipPatience = 1;  // that the current source goes on while the next one opens
constexpr double kMostBackOff = 1;   // between sources that cannot be played

bool same(const Entry& a, const Entry& b) noexcept {
    return a.uri == b.uri && a.jingle == b.jingle && a.start_seconds == b.start_seconds;
}

}  // namespace

void Mixer::heed_requests() {
    std::erase_if(retired_, [](const auto& voice) { return voice->gone(); });
    if (changed_.exchange(false)) {
        retry_at_ = 0;
        ask_next();
    }
    if (skip_.exchange(false)) {
        ask_next();
        if (live_) {
            release_live("It was skipped.");
        } else if (current_) {
            skipping_ = true;
            skip_by_ = position_ + frames_of(kSkipPatience);
        }
    }
    // After the skip: that was meant for what was heard before.
    watch_live();
    if (position_ >= next_second_) {
        next_second_ = position_ + settings_.rate;
        if (current_)
            upcoming_.reached(current_->entry.start_seconds +
                              static_cast<double>(current_->played) / settings_.rate);
        ask_next();
    }
    if (skipping_ && current_ && ((next_ && next_ready()) || position_ >= skip_by_)) {
        fade_current(frames_of(kSkipFade));
        // What it has ready is enough. The next one may wait for its end.
        leaving_.back().voice->abandon();
        begin_next(0);
    }
}

void Mixer::ask_next() {
    if (position_ < retry_at_) return;
    const std::optional<Entry> wanted = upcoming_.next();
    if (next_ && wanted && same(next_->entry, *wanted)) {
        next_ready();
        return;
    }
    if (next_) retire(std::move(next_->voice));
    next_.reset();
    if (!wanted) return;
    Turn turn;
    turn.entry = *wanted;
    turn.voice = open_(*wanted, current_ ? current_->voice : nullptr);
    next_ = std::move(turn);
}

// Only if there is a next source.
bool Mixer::next_ready() {
    Voice& voice = *next_->voice;
    switch (voice.condition()) {
        case Voice::Condition::kOpening:
            return false;
        case Voice::Condition::kFailed:
            next_failed(voice.reason());
            return false;
        case Voice::Condition::kReady:
            break;
    }
    if (const auto ahead = voice.ahead(); ahead.complete && ahead.frames == 0) {
        next_failed("The file holds no sound.");
        return false;
    }
    if (!next_->prepared) gains_.prepare(voice.facts(), !current_);
    next_->prepared = true;
    return true;
}

void Mixer::next_failed(const std::string& reason) {
    const Turn turn = std::move(*next_);
    next_.reset();
    retire(turn.voice);
    failure_ = turn.entry.uri + " cannot be played: " + reason;
    events_.trouble(failure_);
    upcoming_.failed(turn.entry, reason);
    // The first one is passed at once. A directory full of them is not tried at full speed.
    const double wait =
        failures_ == 0 ? 0 : std::min(0.05 * (1 << std::min(failures_, 8u)), kMostBackOff);
    ++failures_;
    retry_at_ = idle_ask_at_ = position_ + frames_of(wait);
    next_second_ = std::min(next_second_, retry_at_);
}

bool Mixer::begin_next(std::uint64_t fade_in, std::chrono::milliseconds patience) {
    if (!next_ || !next_ready()) return false;
    Turn turn = std::move(*next_);
    next_.reset();
    const SourceFacts& facts = turn.voice->facts();
    turn.gain_db = last_ && is_album_join(last_->facts, facts) ? last_->gain_db
                                                               : gains_.decibels(facts, patience);
    turn.gain = static_cast<float>(std::pow(10, turn.gain_db / 20));
    turn.fade_in = fade_in;
    current_ = std::move(turn);
    failures_ = 0;
    starved_ = skipping_ = false;
    last_.reset();
    upcoming_.began(current_->entry, *facts.track);
    announce(facts.track);
    ask_next();
    return true;
}

void Mixer::finish_current() {
    Turn& turn = *current_;
    if (const std::string reason = turn.voice->reason(); !reason.empty())
        events_.trouble(turn.entry.uri + " broke off: " + reason);
    last_ = Last{turn.voice->facts(), turn.gain_db};
    retire(std::move(turn.voice));
    current_.reset();
    starved_ = skipping_ = false;
    idle_ask_at_ = position_;
}

void Mixer::fade_current(std::uint64_t frames) {
    Turn& turn = *current_;
    last_ = Last{turn.voice->facts(), turn.gain_db};
    turn.gain *= rising(turn.played, turn.fade_in);
    turn.fade_out = frames;
    leaving_.push_back(std::move(turn));
    current_.reset();
    starved_ = skipping_ = false;
    idle_ask_at_ = position_;
}

void Mixer::retire(std::shared_ptr<Voice> voice) {
    voice->abandon();
    retired_.push_back(std::move(voice));
}

void Mixer::announce(std::shared_ptr<const Track> track) {
    if (track == announced_) return;
    announced_ = track;
    events_.turned(position_, std::move(track));
}

}  // namespace consort::radio
