// The sound that an encoder wants, made of the sound there is.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "consort/offers/encoder.hpp"

#include "plugins/codec/common/channel_mix.hpp"
#include "plugins/codec/common/resampler.hpp"

namespace consort::codec {

// What an encoder takes. 24 bits are the upper ones of 32; all but the planes are interleaved.
struct SoundTarget {
    std::uint32_t rate = 0, channels = 0;
    enum class Values { kFloatPlanes, kFloat, kS16, kS24 } values = Values::kFloatPlanes;
};

// How sound is brought to a target. Immutable.
class Conversion {
  public:
    Conversion(const Pcm& from, const SoundTarget& to);
    const Pcm& from() const noexcept { return from_; }
    const SoundTarget& to() const noexcept { return to_; }
    const ChannelMix& mix() const noexcept { return mix_; }
    bool resamples() const noexcept { return from_.rate != to_.rate; }
    // Every value of the source comes out as it is.
    bool is_exact() const noexcept { return exact_; }
    // So many source frames in the target's rate, rounded to the nearest.
    std::uint64_t scaled(std::uint64_t frames) const noexcept;
    // Presented, in the target's rate; CONSORT_PCM_ENDLESS stays.
    std::uint64_t frames() const noexcept;
    // Bytes of one target frame in one plane.
    std::uint32_t plane_bytes() const noexcept;

  private:
    Pcm from_;
    SoundTarget to_;
    ChannelMix mix_;
    bool exact_;
};

// Reads converted sound, for one thread. The sound before position 0 and beyond the end is silence.
// Each value is a pure function of source and position, however it was read.
class PcmStream {
  public:
    PcmStream(const Conversion& conversion, const PcmInput& input);
    PcmStream(const PcmStream&) = delete;
    PcmStream& operator=(const PcmStream&) = delete;

    // Target frames from `position` on, into one plane, or one for each channel.
    Result<void> read(std::int64_t position, std::uint32_t frames, std::uint8_t* const* planes);
    // How long the target is, once the source has ended, or if that is known.
    std::optional<std::uint64_t> length() const noexcept { return length_; }

  private:
    Result<void> fetch(std::int64_t position, std::uint32_t frames);
    Result<void> mixed(std::int64_t position, std::uint32_t frames, float* const* planes);
    Result<void> floats(std::int64_t position, std::uint32_t frames, float* const* planes);
    void copy_exact(std::uint32_t frames, std::uint8_t* to) const noexcept;

    const Conversion& conversion_;
    const PcmInput& input_;
    std::uint64_t in_frames_;  // of the source, once known
    std::optional<std::uint64_t> length_;
    std::vector<std::byte> raw_;
    std::vector<float> interleaved_;
    std::vector<std::vector<float>> planes_;
    std::unique_ptr<Resampler> resampler_;
};

}  // namespace consort::codec
