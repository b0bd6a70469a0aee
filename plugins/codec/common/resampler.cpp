#include "plugins/codec/common/resampler.hpp"

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
}

#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>

#include "consort/failure.hpp"

namespace consort::codec {
namespace {

constexpr std::uint32_t kChunk = 1'024;   // input frames at a time
constexpr std::int64_t kFilterSize = 64;  // taps at the lower of the two rates
// The stop band begins where the lower rate's half is; what is lost below 20 kHz is inaudible.
constexpr double kCutoff = 0.97;

std::int64_t floor_div(std::int64_t a, std::int64_t b) noexcept {
    return a / b - (a % b < 0 ? 1 : 0);
}

}  // namespace

void Resampler::FreeSwr::operator()(SwrContext* context) const noexcept { swr_free(&context); }

Resampler::Resampler(std::uint32_t rate_in, std::uint32_t rate_out, std::uint32_t channels,
                     Source source)
    : source_(std::move(source)), channels_(channels) {
    const std::int64_t common = std::gcd(rate_in, rate_out);
    if (common == 0 || rate_in > 1'000'000 || rate_out > 1'000'000 || channels == 0)
        throw Failure(CONSORT_E_UNSUPPORTED, "no sound has such a sampling rate");
    in_step_ = rate_in / common;
    out_step_ = rate_out / common;
    warm_up_ = kFilterSize * std::max<std::int64_t>(1, (rate_in + rate_out - 1) / rate_out) + 16;
    in_.assign(channels, std::vector<float>(kChunk));
    made_.assign(channels, std::vector<float>(static_cast<std::size_t>(
                               (kChunk + warm_up_) * out_step_ / in_step_ + 256)));
    for (auto& plane : in_) in_planes_.push_back(plane.data());
    for (auto& plane : made_) made_planes_.push_back(plane.data());

    SwrContext* made = nullptr;
    AVChannelLayout layout{};
    layout.order = AV_CHANNEL_ORDER_UNSPEC;
    layout.nb_channels = static_cast<int>(channels);
    swr_alloc_set_opts2(&made, &layout, AV_SAMPLE_FMT_FLTP, static_cast<int>(rate_out), &layout,
                        AV_SAMPLE_FMT_FLTP, static_cast<int>(rate_in), 0, nullptr);
    swr_.reset(made);
    if (!swr_) throw std::bad_alloc();
    av_opt_set_int(made, "filter_size", kFilterSize, 0);
    av_opt_set_double(made, "cutoff", kCutoff, 0);
    av_opt_set_int(made, "exact_rational", 1, 0);
    av_opt_set_int(made, "linear_interp", 0, 0);
    // Rates without a small ratio take the nearest of so many phases.
    if (out_step_ > 1'024) av_opt_set_int(made, "phase_shift", 12, 0);
}

Resampler::~Resampler() = default;

Result<void> Resampler::start(std::int64_t position) {
    // swr_init throws the state away; the filter is kept.
    if (swr_init(swr_.get()) < 0)
        return Error{CONSORT_E_UNSUPPORTED, "this sampling rate cannot be converted"};
    const std::int64_t in = floor_div(position * in_step_, out_step_) - warm_up_;
    const std::int64_t step = floor_div(in, in_step_);
    next_in_ = step * in_step_;
    next_out_ = step * out_step_;
    made_from_ = made_to_ = 0;
    started_ = true;
    return {};
}

Result<void> Resampler::produce() {
    if (auto done = source_(next_in_, kChunk, in_planes_.data()); !done) return done;
    next_in_ += kChunk;
    const int got = swr_convert(
        swr_.get(), reinterpret_cast<std::uint8_t**>(made_planes_.data()),
        static_cast<int>(made_[0].size()),
        reinterpret_cast<const std::uint8_t**>(const_cast<const float**>(in_planes_.data())),
        kChunk);
    if (got < 0) return Error{CONSORT_E_INTERNAL, "the sampling rate could not be converted"};
    made_from_ = 0;
    made_to_ = static_cast<std::uint32_t>(got);
    return {};
}

Result<void> Resampler::read(std::int64_t position, std::uint32_t frames, float* const* planes) {
    // next_out_ is the position of made_from_.
    if (!started_ || position < next_out_ ||
        position - next_out_ > 64 * static_cast<std::int64_t>(kChunk))
        if (auto done = start(position); !done) return done;
    std::uint32_t done_frames = 0;
    while (done_frames < frames) {
        if (made_from_ == made_to_) {
            if (auto done = produce(); !done) return done;
            continue;
        }
        const std::uint32_t here = made_to_ - made_from_;
        const std::int64_t skip = position + done_frames - next_out_;
        if (skip >= here) {
            next_out_ += here;
            made_from_ = made_to_;
            continue;
        }
        const auto from = made_from_ + static_cast<std::uint32_t>(std::max<std::int64_t>(skip, 0));
        const std::uint32_t count = std::min(made_to_ - from, frames - done_frames);
        for (std::uint32_t c = 0; c < channels_; ++c)
            std::memcpy(planes[c] + done_frames, made_[c].data() + from, count * sizeof(float));
        next_out_ += (from - made_from_) + count;
        made_from_ = from + count;
        done_frames += count;
    }
    return {};
}

}  // namespace consort::codec
