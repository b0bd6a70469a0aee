// PCM of any form as float stereo at the station's rate.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "consort/abi/codec.h"
#include "consort/result.hpp"

struct SwrContext;

namespace consort::radio {

// Stereo of the same rate comes out value for value. Mono goes to both sides; more channels are
// mixed down by the coefficients of ITU-R BS.775 without the low-frequency channel, scaled so that
// full scale cannot clip. Another rate goes through libswresample, with exactly
// length * rate out / rate in frames, rounded. For one thread.
class Converter {
  public:
    // Throws a Failure if such sound cannot be.
    Converter(const consort_pcm& from, std::uint32_t rate);
    ~Converter();
    Converter(const Converter&) = delete;
    Converter& operator=(const Converter&) = delete;

    // So many frames of the source are so many here.
    std::uint64_t scaled(std::uint64_t frames) const noexcept;
    // Appends to `out` what `frames` more interleaved frames of the source make.
    Result<void> convert(const void* pcm, std::uint32_t frames, std::vector<float>& out);
    // The source has ended: appends the rest.
    Result<void> finish(std::vector<float>& out);

  private:
    struct Free {
        void operator()(SwrContext* context) const noexcept;
    };
    Result<void> run(const void* pcm, int frames, std::vector<float>& out);

    std::uint32_t rate_in_, rate_out_;
    bool mono_;
    std::unique_ptr<SwrContext, Free> swr_;
    std::uint64_t taken_ = 0, made_ = 0;
};

// Bytes of a PCM frame; 0: no such form.
std::uint32_t frame_size(const consort_pcm& pcm) noexcept;

}  // namespace consort::radio
