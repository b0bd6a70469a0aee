// Which source is heard: asking the programme, beginning, ending.
#include <algorithm>
#include <cmath>

#include "plugins/radio/sound/fade.hpp"
#include "plugins/radio/sound/mixer.hpp"

namespace consort::radio {
namespace {

constexpr double kSkipFade = 0.05;      // seconds
constexpr double kSkipPatience = 1;     // that the current source goes on while the next one opens
constexpr double kMoveOnFade = 3;       // seconds
constexpr double kMostBackOff = 1;      // between sources that cannot be played
constexpr std::size_t kMostAhead = 16;  // sources open at a time, where they are short

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
    if (move_on_.exchange(false)) {
        ask_next();
        if (!live_ && current_ && !current_->ends_early())
            current_->fade_out = frames_of(kMoveOnFade);
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
    if (skipping_ && current_ && (next_ready() || position_ >= skip_by_)) {
        fade_current(frames_of(kSkipFade));
        // What it has ready is enough. The next one may wait for its end.
        leaving_.back().voice->abandon();
        begin_next(0);
    }
}

void Mixer::ask_next() {
    if (position_ < retry_at_) return;
    const std::size_t count = std::max(wanted_ahead(), next_.size());
    std::vector<Entry> wanted;
    if (count > 1)
        wanted = upcoming_.next_few(count);
    else if (auto one = upcoming_.next())
        wanted.push_back(*std::move(one));
    std::size_t kept = 0;
    while (kept < std::min(next_.size(), wanted.size()) && same(next_[kept].entry, wanted[kept]))
        ++kept;
    for (; next_.size() > kept; next_.pop_back()) retire(std::move(next_.back().voice));
    if (kept != 0) next_ready();
    for (std::size_t i = kept; i < wanted.size(); ++i) {
        std::shared_ptr<Voice> before;
        if (!next_.empty())
            before = next_.back().voice;
        else if (current_)
            before = current_->voice;
        Turn turn;
        turn.entry = wanted[i];
        turn.voice = open_(wanted[i], before);
        next_.push_back(std::move(turn));
    }
}

// How many of the next sources are to be open: the next one, and those whose turn comes soon. One
// that did not tell its length yet may be as short as the one before it.
std::size_t Mixer::wanted_ahead() const {
    const std::optional<std::uint64_t> left = current_ ? remaining() : std::nullopt;
    if (!left) return 1;
    double until_turn = static_cast<double>(*left) / settings_.rate;
    double length = current_->voice->facts().seconds;
    std::size_t count = 1;
    for (; count < kMostAhead; ++count) {
        if (count <= next_.size() &&
            next_[count - 1].voice->condition() == Voice::Condition::kReady)
            length = next_[count - 1].voice->facts().seconds;
        if (length <= 0) break;  // as long as it likes
        until_turn += length;
        if (until_turn >= settings_.ahead_seconds + settings_.crossfade_seconds) break;
    }
    return count;
}

// False: there is none, or it is not open yet. Those that cannot be played are passed.
bool Mixer::next_ready() {
    while (!next_.empty()) {
        Turn& turn = next_.front();
        const Voice::Condition condition = turn.voice->condition();
        if (condition == Voice::Condition::kOpening) return false;
        if (condition == Voice::Condition::kFailed) {
            next_failed(turn.voice->reason());
            continue;
        }
        if (const auto ahead = turn.voice->ahead(); ahead.complete && ahead.frames == 0) {
            next_failed("The file holds no sound.");
            continue;
        }
        if (!turn.prepared) gains_.prepare(turn.voice->facts(), !current_);
        turn.prepared = true;
        return true;
    }
    return false;
}

// Waits for the next source, as long as patience lasts.
bool Mixer::await_next() {
    const auto until = std::chrono::steady_clock::now() + settings_.patience;
    for (;;) {
        if (next_.empty()) ask_next();
        if (next_ready()) return true;
        if (next_.empty() && position_ < retry_at_) return false;
        const auto left = until - std::chrono::steady_clock::now();
        if (next_.empty() || left <= left.zero()) return false;
        next_.front().voice->wait(std::chrono::ceil<std::chrono::milliseconds>(left));
    }
}

void Mixer::next_failed(const std::string& reason) {
    const Turn turn = std::move(next_.front());
    next_.pop_front();
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
    if (!next_ready()) return false;
    Turn turn = std::move(next_.front());
    next_.pop_front();
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
    if (turn.ends_early()) turn.gain *= falling(turn.faded, turn.fade_out);
    turn.fade_out = frames;
    turn.faded = 0;
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
