// Coded samples as a stream that players take.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>

#include "consort/abi/media.h"
#include "consort/result.hpp"

#include "plugins/radio/sound/chunk_builder.hpp"

namespace consort::radio {

struct CodedSample {
    std::span<const std::byte> bytes;
    std::uint32_t frames = 0;  // PCM
};

// The format of a stream, without its time: how samples become bytes in the builder. Calls come in
// the order begin, (sample | turn)*, and from `begin` again after the encoder was started anew.
class Format {
  public:
    virtual ~Format() = default;
    // A run of the encoder begins; `track` says how it codes.
    virtual Result<void> begin(const consort_track& track, const Track* plays) = 0;
    // The next sample; the chunk is closed before it if `full`, or where a track ends.
    virtual Result<void> sample(const CodedSample& sample) = 0;
    // Another track is heard in the sample that follows.
    virtual Result<void> turn(const std::shared_ptr<const Track>& track) = 0;
    // The encoder failed: nothing follows what was given.
    virtual void end() = 0;
};

// The format for a codec: MPEG audio frames and ADTS as they are, the rest in Ogg. `chained`: a
// logical stream for each track. UNSUPPORTED: there is none.
Result<std::unique_ptr<Format>> make_format(const std::string& codec, bool chained,
                                            ChunkBuilder& chunks);

// Puts the turns of tracks, which are known by PCM position, where the coded sound has them.
class Framer {
  public:
    Framer(std::unique_ptr<Format> format, ChunkBuilder& chunks);

    // A run of the encoder begins whose first PCM frame is `position` of the station.
    Result<void> begin(const consort_track& track, std::uint64_t position);
    // From PCM frame `position` of the station on `track` is heard; null: silence. Before the
    // samples that hold it.
    void turn(std::uint64_t position, std::shared_ptr<const Track> track);
    Result<void> sample(const CodedSample& sample);
    void end();

  private:
    struct Turn {
        std::uint64_t position;
        std::shared_ptr<const Track> track;
    };
    // Where a PCM position lies in the coded sound.
    std::uint64_t coded(std::uint64_t position) const noexcept;

    std::unique_ptr<Format> format_;
    ChunkBuilder& chunks_;
    std::deque<Turn> turns_;
    std::shared_ptr<const Track> plays_;
    std::uint64_t run_pcm_ = 0, run_coded_ = 0;  // the run's beginning, in both countings
    std::uint64_t delay_ = 0;                    // of the encoder
    std::uint64_t at_ = 0;                       // coded frames given
};

}  // namespace consort::radio
