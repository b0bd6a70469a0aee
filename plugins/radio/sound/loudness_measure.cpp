#include "plugins/radio/sound/loudness_measure.hpp"

#include <ebur128.h>

#include <algorithm>
#include <cmath>
#include <new>

namespace consort::radio {

struct LoudnessMeasure::State {
    // The histogram bounds its memory whatever the length.
    explicit State(std::uint32_t rate)
        : raw(ebur128_init(2, rate,
                           EBUR128_MODE_I | EBUR128_MODE_TRUE_PEAK | EBUR128_MODE_HISTOGRAM)) {
        if (!raw) throw std::bad_alloc();
    }
    ~State() { ebur128_destroy(&raw); }
    State(const State&) = delete;
    ebur128_state* raw;
};

LoudnessMeasure::LoudnessMeasure(std::uint32_t rate) : state_(std::make_unique<State>(rate)) {}
LoudnessMeasure::~LoudnessMeasure() = default;

void LoudnessMeasure::add(const float* stereo, std::size_t frames) {
    ebur128_add_frames_float(state_->raw, stereo, frames);
}

std::optional<Measured> LoudnessMeasure::result() const {
    Measured measured;
    if (ebur128_loudness_global(state_->raw, &measured.lufs) != EBUR128_SUCCESS ||
        !std::isfinite(measured.lufs))
        return std::nullopt;
    double peak = 0;
    for (unsigned channel = 0; channel < 2; ++channel) {
        double one = 0;
        if (ebur128_true_peak(state_->raw, channel, &one) == EBUR128_SUCCESS)
            peak = std::max(peak, one);
    }
    measured.peak = peak;
    return measured;
}

}  // namespace consort::radio
