// PCM of any form as float stereo at the station's rate.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "consort/abi/codec.h"
#include "consort/result.hpp"

struct SwrContext;

namespace consort::radio {

// Stereo of the same rate comes out value for value. Mono goes to both sides; more channels are
// mixed down by the coefficients of ITU-R BS.775 without the low-frequency channel, scaled so that
// full scale cannot clip. Another rate goes through libswresample, with exactly
// length * rate out / rate in frames, rounded. For one thread at a time.
class Converter {
  public:
    // Throws a Failure if such sound cannot be.
    Converter(const consort_pcm& from, std::uint32_t rate);
    ~Converter();
    Converter(const Converter&) = delete;
    Converter& operator=(const Converter&) = delete;

    // Appends to `out` what `frames` more interleaved frames of the source make.
    Result<void> convert(const void* pcm, std::uint32_t frames, std::vector<float>& out);
    // About how many frames `finish` will append.
    std::uint64_t rest() const noexcept;
    // The source has ended: appends the rest. `owed`: the part of a frame, up to a half, by which
    // the sound before was too short (too long: negative). The answer is what is owed then, so that
    // the roundings of many sources do not add up.
    Result<double> finish(std::vector<float>& out, double owed = 0);

  private:
    struct Free {
        void operator()(SwrContext* context) const noexcept;
    };
    std::pair<std::uint64_t, double> length() const noexcept;
    Result<void> run(const void* pcm, int frames, std::vector<float>& out);

    std::uint32_t rate_in_, rate_out_;
    bool mono_;
    std::unique_ptr<SwrContext, Free> swr_;
    std::uint64_t taken_ = 0, made_ = 0;
};

// Bytes of a PCM frame; 0: no such form.
std::uint32_t frame_size(const consort_pcm& pcm) noexcept;

}  // namespace consort::radio
