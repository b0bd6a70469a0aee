#include "plugins/radio/sound/station_sound.hpp"

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "consort/services/log.hpp"
#include "consort/services/metrics.hpp"
#include "consort/services/sound.hpp"

#include "plugins/radio/sound/chunk_builder.hpp"
#include "plugins/radio/sound/framer.hpp"
#include "plugins/radio/sound/limiter.hpp"
#include "plugins/radio/sound/loudness.hpp"
#include "plugins/radio/sound/mixer.hpp"
#include "plugins/radio/sound/pace.hpp"
#include "plugins/radio/sound/stream_encoder.hpp"
#include "plugins/radio/sound/track_pcm.hpp"

namespace consort::radio {
namespace {

constexpr double kAhead = 4;  // seconds decoded ahead, beside a crossfade
constexpr double kMostCrossfade = 12;
constexpr int kBursts = 2;  // that a chunk is mixed and coded in

SoundSettings checked(SoundSettings settings) {
    if (settings.codec == "opus") settings.sample_rate = 48'000;
    const auto refuse = [&](const std::string& what) {
        throw Failure(CONSORT_E_INVALID, "Station " + settings.name + ": " + what);
    };
    if (settings.sample_rate < 8'000 || settings.sample_rate > 192'000)
        refuse("the sample rate must be 8000 to 192000 Hz.");
    if (!(settings.crossfade_seconds >= 0 && settings.crossfade_seconds <= kMostCrossfade))
        refuse("the crossfade must be 0 to 12 seconds long.");
    if (!(settings.chunk_seconds >= 0.05 && settings.chunk_seconds <= 10))
        refuse("chunks must be 0.05 to 10 seconds long.");
    if (settings.loudness_lufs &&
        !(*settings.loudness_lufs >= -40 && *settings.loudness_lufs <= -5))
        refuse("the loudness must be -40 to -5 LUFS.");
    return settings;
}

std::uint32_t frames_of(double seconds, std::uint32_t rate) {
    return static_cast<std::uint32_t>(std::lround(seconds * rate));
}

// Lossy codecs, and levels that were changed, need room above. What is to stay as it is can only go
// beyond full scale where sources overlap.
Limiter limiter_for(const SoundSettings& settings) {
    if (settings.codec == "flac" && !settings.loudness_lufs)
        return {settings.sample_rate, 1, Limiter::Peaks::kSamples};
    return {settings.sample_rate, static_cast<float>(std::pow(10, kCeilingDbtp / 20))};
}

std::chrono::nanoseconds nanoseconds_of(double seconds) {
    return std::chrono::nanoseconds(std::llround(seconds * 1e9));
}

}  // namespace

class StationSound::Impl : StreamWork, MixerEvents {
  public:
    Impl(const HostLink& link, const SoundSettings& settings, std::shared_ptr<Loudness> loudness,
         Upcoming& upcoming, ChunkSink& sink)
        : settings_(checked(settings)),
          log_(link),
          sounds_(link),
          underruns_(counter(link, "sound_underruns_total",
                             "Times that a source was too slow, and silence was heard.")),
          failures_(counter(link, "encoder_failures_total",
                            "Times that the station's encoder failed and was started anew.")),
          turns_(counter(link, "tracks_total", "Tracks that began.")),
          runs_(Metrics(link).gauge("encoder_running", "Whether the station's encoder runs.",
                                    "station", settings_.name.c_str())),
          burst_(frames_of(settings_.chunk_seconds / kBursts, settings_.sample_rate)),
          pace_(settings_.sample_rate, nanoseconds_of(settings_.chunk_seconds)),
          mixer_(
              {settings_.sample_rate, settings_.crossfade_seconds,
               settings_.chunk_seconds / kBursts},
              [this](const Entry& entry, const std::shared_ptr<Voice>& before) {
                  return open_track_pcm(sounds_, entry, settings_.sample_rate,
                                        kAhead + settings_.crossfade_seconds, before);
              },
              Gains(settings_.loudness_lufs, std::move(loudness)), upcoming, *this),
          limiter_(limiter_for(settings_)),
          chunks_(settings_.sample_rate, frames_of(settings_.chunk_seconds, settings_.sample_rate),
                  sink),
          framer_(or_throw(make_format(settings_.codec, settings_.chained, chunks_)), chunks_),
          encoder_({settings_.codec, settings_.bit_rate, settings_.sample_rate}, *this, framer_) {}

    ~Impl() override {
        const std::lock_guard lock(mutex_);
        stop_ = true;
        wake_.notify_all();
    }

    void skip() { mixer_.skip(); }
    void move_on() { mixer_.move_on(); }
    void changed() { mixer_.changed(); }
    void take_over(std::shared_ptr<LiveInput> live) { mixer_.take_over(std::move(live)); }
    std::uint32_t sample_rate() const noexcept { return settings_.sample_rate; }
    SoundState state() const {
        const std::lock_guard lock(mutex_);
        return state_;
    }

  private:
    Metric counter(const HostLink& link, const char* name, const char* help) const {
        return Metrics(link).counter(name, help, "station", settings_.name.c_str());
    }

    // ---- StreamWork ----
    Result<consort_encoder_component> find(const std::string& codec) override {
        return sounds_.encoder(codec);
    }

    bool pull(float* stereo, std::size_t frames) override {
        while (pulled_ + frames > released_) {
            if (!wait_until_due()) return false;
            released_ += burst_;
        }
        pulled_ += frames;
        // The limiter looks ahead: the first frames that it gives are from before the beginning.
        if (!std::exchange(primed_, true)) {
            std::vector<float> first(2 * Limiter::kLatency);
            mixer_.mix(first.data(), Limiter::kLatency);
            limiter_.apply(first.data(), Limiter::kLatency);
        }
        mixer_.mix(stereo, frames);
        limiter_.apply(stereo, frames);
        tell_state();
        return true;
    }

    bool wait_until_due() {
        const auto now = std::chrono::steady_clock::now();
        const std::uint64_t jumps = pace_.jumps();
        const auto due = pace_.due(released_, now.time_since_epoch());
        if (pace_.jumps() != jumps)
            log_.warning("station ", settings_.name,
                         ": the machine stood still for seconds; the stream goes on from now");
        std::unique_lock lock(mutex_);
        // A clock that cannot be waited for exactly wakes late, never early.
        wake_.wait_until(lock, std::chrono::steady_clock::time_point(due), [&] { return stop_; });
        return !stop_;
    }

    void runs() override {
        runs_.set(1);
        const std::lock_guard lock(mutex_);
        state_.encoder_runs = true;
    }
    void failed(const std::string& reason) override {
        // Once, not every few seconds.
        if (reason != std::exchange(last_failure_, reason))
            log_.error("station ", settings_.name, ": the ", settings_.codec,
                       " encoder failed and is started anew: ", reason);
        runs_.set(0);
        failures_.add();
        const std::lock_guard lock(mutex_);
        state_.encoder_runs = false;
        ++state_.encoder_failures;
        state_.doing = SoundState::Doing::kFailed;
        state_.code = "encoder_failed";
        state_.reason = "The " + settings_.codec + " encoder does not run: " + reason;
    }

    // ---- MixerEvents ----
    void turned(std::uint64_t position, std::shared_ptr<const Track> track) override {
        if (track) turns_.add();
        framer_.turn(position, std::move(track));
    }
    void underrun(const std::string& what) override {
        log_.warning("station ", settings_.name, ": silence, because ", what);
        underruns_.add();
        const std::lock_guard lock(mutex_);
        ++state_.underruns;
    }
    void trouble(const std::string& what) override {
        log_.warning("station ", settings_.name, ": ", what);
    }

    void tell_state() {
        Mixer::State now = mixer_.state();
        const std::lock_guard lock(mutex_);
        state_.doing = now.live    ? SoundState::Doing::kLive
                       : now.track ? SoundState::Doing::kPlaying
                                   : SoundState::Doing::kWaiting;
        state_.track = std::move(now.track);
        state_.reason = std::move(now.reason);
        state_.code = now.code;
        state_.seconds = now.seconds;
        state_.gain_db = now.gain_db;
        state_.chunks = chunks_.chunks();
        state_.jumps = pace_.jumps();
    }

    const SoundSettings settings_;
    const Log log_;
    const Sounds sounds_;
    const Metric underruns_, failures_, turns_, runs_;

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    bool stop_ = false;
    SoundState state_;

    // Of the encoder's thread.
    // Frames given to the encoder, and those let go, some at a time: a thread that seldom wakes has
    // its caches warm when it works. Chunks still come evenly, because bursts divide their grid.
    std::uint64_t pulled_ = 0, released_ = 0;
    const std::uint32_t burst_;
    bool primed_ = false;
    std::string last_failure_;
    Pace pace_;
    Mixer mixer_;
    Limiter limiter_;
    ChunkBuilder chunks_;
    Framer framer_;
    StreamEncoder encoder_;  // last: its thread uses all of them
};

StationSound::StationSound(const HostLink& link, const SoundSettings& settings,
                           std::shared_ptr<Loudness> loudness, Upcoming& upcoming, ChunkSink& sink)
    : impl_(std::make_unique<Impl>(link, settings, std::move(loudness), upcoming, sink)) {}
StationSound::~StationSound() = default;

void StationSound::skip() { impl_->skip(); }
void StationSound::move_on() { impl_->move_on(); }
void StationSound::changed() { impl_->changed(); }
void StationSound::take_over(std::shared_ptr<LiveInput> live) { impl_->take_over(std::move(live)); }
SoundState StationSound::state() const { return impl_->state(); }
std::uint32_t StationSound::sample_rate() const noexcept { return impl_->sample_rate(); }

}  // namespace consort::radio
