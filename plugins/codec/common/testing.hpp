// For tests of codecs: sounds, encodings in memory, and media made of them.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "consort/testing/fake_media.hpp"

#include "plugins/codec/common/audio_encoding.hpp"

namespace consort::codec::testing {

using consort::testing::FakeMedia;

// Sound in memory, any format.
struct Sound {
    Pcm pcm{};
    std::vector<std::byte> values;
    std::uint64_t frames() const noexcept { return values.size() / frame_bytes(pcm); }
    std::vector<float> floats() const;
};

enum class Signal { kMusic, kSweep, kImpulses, kSilence, kNoise, kAttacks };
const char* name_of(Signal signal) noexcept;
// A repeatable sound, full scale about 0.7. `music` is made of chords, attacks and
// noise; `attacks` are short strokes as of castanets, in silence.
Sound make_sound(Signal signal, std::uint32_t rate, std::uint32_t channels, std::uint64_t frames,
                 std::uint32_t sample_format = CONSORT_PCM_S16, std::uint32_t bits = 16);

// consort_pcm_input over a sound. Live: the source says that it is endless, and ends all the same.
class SoundInput {
  public:
    explicit SoundInput(const Sound& sound) : sound_(sound) {}
    PcmInput input() noexcept;
    std::atomic<bool> canceled = false;
    std::uint64_t cancel_after = UINT64_MAX;  // frames read
    std::uint64_t read = 0;

  private:
    const Sound& sound_;
};

struct CodedSample {
    Sample sample{};
    std::string bytes;
    bool operator==(const CodedSample& other) const noexcept {
        return bytes == other.bytes && sample.decode_time == other.sample.decode_time &&
               sample.duration == other.sample.duration;
    }
};
using Coded = std::vector<CodedSample>;

// What an encoding makes of a range.
Result<Coded> encode(const SoundEncoding& encoding, const PcmInput& input, std::int64_t start,
                     std::int64_t end);
Result<Coded> encode(const SoundEncoding& encoding, SoundInput& input, std::int64_t start,
                     std::int64_t end);
Coded encode_all(const SoundEncoding& encoding, const Sound& sound);

// A media object of one track that holds the samples.
std::unique_ptr<FakeMedia> media_of(const Track& track, const Coded& coded);

// Power of the difference against power of `expected`, in dB, over frames [from, to) of both.
double error_db(const std::vector<float>& expected, const std::vector<float>& got,
                std::uint32_t channels, std::uint64_t from, std::uint64_t to);

}  // namespace consort::codec::testing
