// What the programme names, one source after the other, as one endless sound.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "plugins/radio/common/upcoming.hpp"
#include "plugins/radio/sound/gains.hpp"
#include "plugins/radio/sound/live_input.hpp"
#include "plugins/radio/sound/voice.hpp"

namespace consort::radio {

struct MixerSettings {
    std::uint32_t rate = 44'100;
    double crossfade_seconds = 0;
    double burst_seconds = 0;  // how much is mixed at once, before time goes on
    // How long a start waits for its source, and the stream for a slow one. Listeners have a second
    // of sound at least that was sent ahead.
    std::chrono::milliseconds patience{700};
    double ahead_seconds = 4;  // so long before its turn a source is opened, or earlier
};

// What the mixer tells as it goes; all on its thread.
class MixerEvents {
  public:
    virtual ~MixerEvents() = default;
    // From `position` on, in frames mixed, `track` is heard; null: silence.
    virtual void turned(std::uint64_t position, std::shared_ptr<const Track> track) = 0;
    virtual void underrun(const std::string& what) = 0;
    // A source that cannot be played, or broke off.
    virtual void trouble(const std::string& what) = 0;
};

// Gapless: the first frame of a source follows the last frame of the one before. With a crossfade
// they overlap with equal power, but not within an album, nor beside a jingle. Silence where there
// is nothing to play.
//
// `mix` on one thread; skip, move_on, changed, take_over on any, heard of at the next `mix`.
class Mixer {
  public:
    Mixer(const MixerSettings& settings, OpenVoice open, Gains gains, Upcoming& upcoming,
          MixerEvents& events);
    ~Mixer();

    // Fills `frames` of interleaved stereo.
    void mix(float* stereo, std::size_t frames);
    void skip() { skip_ = true; }
    // What plays fades out within some seconds, and what the programme names then begins. Nothing
    // happens to a live source.
    void move_on() { move_on_ = true; }
    void changed() { changed_ = true; }
    void take_over(std::shared_ptr<LiveInput> live);

    struct State {
        std::shared_ptr<const Track> track;  // null: silence
        bool live = false;
        std::string reason;     // of the silence
        const char* code = "";  // the same: opening, file_broken or nothing_to_play
        double seconds = 0, gain_db = 0;
    };
    // On the thread of `mix`.
    State state() const;
    std::uint64_t position() const noexcept { return position_; }

  private:
    // A source that is heard, or will be.
    struct Turn {
        Entry entry;
        std::shared_ptr<Voice> voice;
        double gain_db = 0;
        float gain = 1;
        std::uint64_t played = 0;                            // frames
        std::uint64_t fade_in = 0, fade_out = 0, faded = 0;  // lengths, and how far out
        bool prepared = false;

        bool ends_early() const noexcept { return fade_out != 0; }
        bool is_out() const noexcept { return ends_early() && faded >= fade_out; }
    };
    // What was heard last, for what may follow it without a seam.
    struct Last {
        SourceFacts facts;
        double gain_db = 0;
    };

    // mixer_turns.cpp: which source is heard.
    void heed_requests();
    void ask_next();
    std::size_t wanted_ahead() const;
    bool next_ready();
    bool await_next();
    void next_failed(const std::string& reason);
    bool begin_next(std::uint64_t fade_in, std::chrono::milliseconds patience = {});
    void finish_current();
    void fade_current(std::uint64_t frames);
    void retire(std::shared_ptr<Voice> voice);
    void announce(std::shared_ptr<const Track> track);

    std::optional<std::uint64_t> remaining() const;
    std::uint64_t crossfade() const;
    std::size_t segment(float* out, std::size_t frames);
    std::size_t play_current(float* out, std::size_t frames);
    std::size_t starve(float* out, std::size_t frames);
    std::size_t be_silent(float* out, std::size_t frames);
    void add_leaving(float* out, std::size_t frames);

    // Live: mixer_live.cpp.
    void watch_live();
    std::size_t play_live(float* out, std::size_t frames);
    void release_live(const std::string& reason);

    std::uint64_t frames_of(double seconds) const noexcept {
        return static_cast<std::uint64_t>(seconds * settings_.rate);
    }

    const MixerSettings settings_;
    const OpenVoice open_;
    Gains gains_;
    Upcoming& upcoming_;
    MixerEvents& events_;

    std::optional<Turn> current_;
    std::deque<Turn> next_;  // opened, in the order of their turns
    std::optional<Last> last_;
    std::shared_ptr<const Track> announced_;
    std::vector<Turn> leaving_;  // fading out
    std::vector<std::shared_ptr<Voice>> retired_;
    std::uint64_t position_ = 0;
    std::uint64_t next_second_ = 0;  // position at which to ask and tell again
    std::uint64_t retry_at_ = 0;     // position before which nothing new is opened
    std::uint64_t idle_ask_at_ = 0;  // position at which silence asks again
    unsigned failures_ = 0;          // one after the other
    bool starved_ = false, skipping_ = false;
    std::uint64_t skip_by_ = 0;  // position at which a skip no longer waits for the next source
    std::string failure_;        // the last one
    std::string reason_;         // of the silence
    const char* code_ = "";
    std::vector<float> scratch_;

    std::atomic<bool> skip_ = false, changed_ = false, move_on_ = false;
    std::mutex live_mutex_;
    std::shared_ptr<LiveInput> asked_live_;  // wants to take over
    std::shared_ptr<LiveInput> live_;
    std::shared_ptr<const Track> live_track_;
    // Frames heard since it was last silent, silent ones in a row, and of the fade in.
    std::uint64_t live_frames_ = 0, live_stalled_ = 0, live_fade_ = 0;
    std::uint64_t return_fade_ = 0;  // of the programme, after it
};

}  // namespace consort::radio
