// Fewer channels out of more: the coefficients of ITU-R BS.775.
#pragma once

#include <cstdint>
#include <vector>

namespace consort::codec {

// Speakers as WAVE_FORMAT_EXTENSIBLE numbers them: the bits of a channel mask.
enum Speaker : std::uint64_t {
    kFrontLeft = 1u << 0,
    kFrontRight = 1u << 1,
    kFrontCenter = 1u << 2,
    kLowFrequency = 1u << 3,
    kBackLeft = 1u << 4,
    kBackRight = 1u << 5,
    kFrontLeftOfCenter = 1u << 6,
    kFrontRightOfCenter = 1u << 7,
    kBackCenter = 1u << 8,
    kSideLeft = 1u << 9,
    kSideRight = 1u << 10,
    kTopCenter = 1u << 11,
    kTopFrontLeft = 1u << 12,
    kTopFrontCenter = 1u << 13,
    kTopFrontRight = 1u << 14,
    kTopBackLeft = 1u << 15,
    kTopBackCenter = 1u << 16,
    kTopBackRight = 1u << 17,
};

// The mask that is usual for so many channels; 0: there is none.
std::uint64_t usual_mask(std::uint32_t channels) noexcept;
// `mask`, or the usual one where it does not fit the channels.
std::uint64_t known_mask(std::uint64_t mask, std::uint32_t channels) noexcept;

// Maps interleaved channels to mono or stereo, or leaves them. Full-scale input cannot clip: the
// gains of a row add up to 1 at most, the same for both rows. The low-frequency channel is dropped.
class ChannelMix {
  public:
    // `to`: 1, 2, or as many as there are.
    ChannelMix(std::uint64_t mask, std::uint32_t from, std::uint32_t to);
    bool is_identity() const noexcept { return gains_.empty(); }
    std::uint32_t from() const noexcept { return from_; }
    std::uint32_t to() const noexcept { return to_; }
    float gain(std::uint32_t out, std::uint32_t in) const noexcept {
        if (is_identity()) return out == in ? 1.0f : 0.0f;
        return gains_[out * from_ + in];
    }
    // `in`: interleaved frames; `out`: to() planes.
    void apply(const float* in, std::uint64_t frames, float* const* out) const noexcept;

  private:
    std::uint32_t from_, to_;
    std::vector<float> gains_;
};

}  // namespace consort::codec
