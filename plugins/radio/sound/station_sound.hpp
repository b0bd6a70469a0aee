// The sound of one station: what its programme names, as one endless coded stream.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "consort/host_link.hpp"

#include "plugins/radio/common/chunk.hpp"
#include "plugins/radio/common/upcoming.hpp"
#include "plugins/radio/sound/live_input.hpp"

namespace consort::radio {

class Loudness;

struct SoundSettings {
    std::string name;                    // of the station, for log lines and metrics
    std::string codec = "mp3";           // "mp3", "aac", "vorbis", "opus", "flac"
    std::uint32_t bit_rate = 128'000;    // bits a second; FLAC has none
    std::uint32_t sample_rate = 44'100;  // PCM frames a second; Opus: 48,000 whatever stands here
    double crossfade_seconds = 0;        // 0 to 12; never within an album nor beside a jingle
    std::optional<double> loudness_lufs = -16;  // what all is levelled to; nothing: left as it is
    double chunk_seconds = 0.5;
    // Ogg: each track is a logical stream with tags of its own, chained after the last one.
    bool chained = true;
};

struct SoundState {
    enum class Doing {
        kWaiting,  // there is silence; `reason` says why
        kPlaying,
        kLive,
        kFailed,  // there is no stream; `reason` says why, and what to do
    };
    Doing doing = Doing::kWaiting;
    std::string reason;
    const char* code = "";               // of the reason: those of the mixer, or encoder_failed
    std::shared_ptr<const Track> track;  // null while waiting
    double seconds = 0;                  // of the track that are played
    double gain_db = 0;                  // what levelling does to it
    bool encoder_runs = false;
    std::uint64_t encoder_failures = 0;
    std::uint64_t chunks = 0;
    std::uint64_t underruns = 0;  // times that a source was too slow, and silence was heard
    std::uint64_t jumps = 0;      // times that the machine stood still, and time was left out
};

// Chunks go to `sink` from construction to destruction, one chunk's time after the other by a
// monotonic clock. All its calls into `upcoming` and `sink` are made on one thread of its own; both
// outlive it. `loudness` is shared by the stations of a plugin; null: only tags level the sound.
//
// Its functions are for any thread and return at once.
class StationSound {
  public:
    // Throws a Failure if the settings are impossible or the host has no service for sound. That no
    // plugin encodes the codec shows in the state, and is tried again.
    StationSound(const HostLink& link, const SoundSettings& settings,
                 std::shared_ptr<Loudness> loudness, Upcoming& upcoming, ChunkSink& sink);
    // Waits for the threads, and so for a read of a source in progress.
    ~StationSound();
    StationSound(const StationSound&) = delete;
    StationSound& operator=(const StationSound&) = delete;

    // What plays ends with a short fade, and what `upcoming` names then begins. Ends a live source.
    void skip();
    // What plays fades out within some seconds, and what `upcoming` names then begins. A live
    // source stays.
    void move_on();
    // `upcoming` may name something else than before.
    void changed();
    // `live` is heard as soon as it has sound; another one before it is released. When it ends or
    // stalls, the programme goes on with its next source.
    void take_over(std::shared_ptr<LiveInput> live);
    SoundState state() const;
    // Of the stream: what the settings ask for, or what the codec has.
    std::uint32_t sample_rate() const noexcept;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace consort::radio
