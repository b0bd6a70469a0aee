// Another sampling rate, as a pure function of the position.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "consort/result.hpp"

struct SwrContext;

namespace consort::codec {

// libswresample with an exact rational phase. The input counts from minus infinity: a range that
// starts anywhere has the very values of any other run over it, because the filter starts where its
// phase is 0, and its beginning is thrown away. Float planes. For one thread.
class Resampler {
  public:
    // Fills `planes` with `frames` of the input from `position` on, which rises without a gap.
    using Source = std::function<Result<void>(std::int64_t position, std::uint32_t frames,
                                              float* const* planes)>;

    // Throws a Failure if the rates are impossible.
    Resampler(std::uint32_t rate_in, std::uint32_t rate_out, std::uint32_t channels, Source source);
    ~Resampler();
    Resampler(const Resampler&) = delete;
    Resampler& operator=(const Resampler&) = delete;

    // Output frames from `position` on. Going on where the last call ended is cheapest.
    Result<void> read(std::int64_t position, std::uint32_t frames, float* const* planes);

  private:
    Result<void> start(std::int64_t position);
    Result<void> produce();

    struct FreeSwr {
        void operator()(SwrContext* context) const noexcept;
    };
    std::unique_ptr<SwrContext, FreeSwr> swr_;
    Source source_;
    std::int64_t in_step_, out_step_;  // in lowest terms: so many in make so many out
    std::int64_t warm_up_;             // input frames
    std::uint32_t channels_;
    std::int64_t next_in_ = 0;
    std::int64_t next_out_ = 0;  // of what lies ready in made_
    bool started_ = false;
    std::vector<std::vector<float>> in_, made_;
    std::vector<float*> in_planes_, made_planes_;
    std::uint32_t made_from_ = 0, made_to_ = 0;
};

}  // namespace consort::codec
