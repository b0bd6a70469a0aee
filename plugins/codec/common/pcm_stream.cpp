#include "plugins/codec/common/pcm_stream.hpp"

#include <algorithm>
#include <cstring>

#include "plugins/codec/common/sound_format.hpp"

namespace consort::codec {
namespace {

using Values = SoundTarget::Values;

bool keeps_every_value(const Pcm& from, const SoundTarget& to, const ChannelMix& mix) noexcept {
    if (from.rate != to.rate || !mix.is_identity() || from.sample_format == CONSORT_PCM_F32)
        return false;
    if (to.values == Values::kS16)
        return from.sample_format == CONSORT_PCM_S16 || (from.bits > 0 && from.bits <= 16);
    if (to.values == Values::kS24)
        return from.sample_format == CONSORT_PCM_S16 || (from.bits > 0 && from.bits <= 24);
    return false;
}

}  // namespace

Conversion::Conversion(const Pcm& from, const SoundTarget& to)
    : from_(from),
      to_(to),
      mix_(from.channel_mask, from.channels, to.channels),
      exact_(keeps_every_value(from, to, mix_)) {}

std::uint64_t Conversion::scaled(std::uint64_t frames) const noexcept {
    if (!resamples()) return frames;
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((Wide{frames} * to_.rate + from_.rate / 2) / from_.rate);
}

std::uint64_t Conversion::frames() const noexcept {
    return from_.frames == CONSORT_PCM_ENDLESS ? CONSORT_PCM_ENDLESS : scaled(from_.frames);
}

std::uint32_t Conversion::plane_bytes() const noexcept {
    switch (to_.values) {
        case Values::kFloatPlanes:
            return 4;
        case Values::kS16:
            return 2 * to_.channels;
        default:
            return 4 * to_.channels;
    }
}

PcmStream::PcmStream(const Conversion& conversion, const PcmInput& input)
    : conversion_(conversion), input_(input), in_frames_(conversion.from().frames) {
    if (in_frames_ != CONSORT_PCM_ENDLESS) length_ = conversion.frames();
    if (conversion.resamples())
        resampler_ = std::make_unique<Resampler>(
            conversion.from().rate, conversion.to().rate, conversion.to().channels,
            [this](std::int64_t position, std::uint32_t frames, float* const* planes) {
                return mixed(position, frames, planes);
            });
}

// Source frames into raw_.
Result<void> PcmStream::fetch(std::int64_t position, std::uint32_t frames) {
    const std::uint64_t size = frame_bytes(conversion_.from());
    raw_.resize(frames * size);
    std::uint64_t before = 0;
    if (position < 0)
        before = std::min<std::uint64_t>(frames, 0 - static_cast<std::uint64_t>(position));
    const std::uint64_t from = static_cast<std::uint64_t>(position) + before;
    std::uint64_t wanted = from < in_frames_ ? std::min(frames - before, in_frames_ - from) : 0;
    std::memset(raw_.data(), 0, before * size);
    std::uint64_t have = before;
    if (wanted != 0) {
        const auto got = input_.read(from, wanted, raw_.data() + before * size);
        if (!got) return got.error();
        if (*got < wanted) {  // live sound has ended, or the file is shorter than it said
            in_frames_ = from + std::min(*got, wanted);
            if (conversion_.from().frames == CONSORT_PCM_ENDLESS)
                length_ = conversion_.scaled(in_frames_);
        }
        have += std::min(*got, wanted);
    }
    std::memset(raw_.data() + have * size, 0, (frames - have) * size);
    return {};
}

Result<void> PcmStream::mixed(std::int64_t position, std::uint32_t frames, float* const* planes) {
    if (auto done = fetch(position, frames); !done) return done;
    const Pcm& from = conversion_.from();
    interleaved_.resize(std::size_t{frames} * from.channels);
    to_float(raw_.data(), from, interleaved_.size(), interleaved_.data());
    conversion_.mix().apply(interleaved_.data(), frames, planes);
    return {};
}

Result<void> PcmStream::floats(std::int64_t position, std::uint32_t frames, float* const* planes) {
    if (resampler_) return resampler_->read(position, frames, planes);
    return mixed(position, frames, planes);
}

void PcmStream::copy_exact(std::uint32_t frames, std::uint8_t* to) const noexcept {
    const Pcm& from = conversion_.from();
    const std::size_t values = std::size_t{frames} * from.channels;
    const auto* s16 = reinterpret_cast<const std::int16_t*>(raw_.data());
    const auto* s32 = reinterpret_cast<const std::int32_t*>(raw_.data());
    const bool is_16 = from.sample_format == CONSORT_PCM_S16;
    if (conversion_.to().values == Values::kS16) {
        if (is_16) {
            std::memcpy(to, s16, values * sizeof *s16);
            return;
        }
        auto* out = reinterpret_cast<std::int16_t*>(to);
        for (std::size_t i = 0; i < values; ++i) out[i] = static_cast<std::int16_t>(s32[i] >> 16);
    } else {
        auto* out = reinterpret_cast<std::int32_t*>(to);
        for (std::size_t i = 0; i < values; ++i)
            out[i] = is_16 ? std::int32_t{s16[i]} * 65'536 : s32[i];
    }
}

Result<void> PcmStream::read(std::int64_t position, std::uint32_t frames,
                             std::uint8_t* const* planes) {
    const SoundTarget& to = conversion_.to();
    if (to.values == Values::kFloatPlanes)
        return floats(position, frames, reinterpret_cast<float* const*>(planes));
    if (conversion_.is_exact()) {
        if (auto done = fetch(position, frames); !done) return done;
        copy_exact(frames, planes[0]);
        return {};
    }
    const Pcm& from = conversion_.from();
    const auto put = [&](std::size_t index, std::int32_t value) {
        if (to.values == Values::kS16)
            reinterpret_cast<std::int16_t*>(planes[0])[index] = static_cast<std::int16_t>(value);
        else
            reinterpret_cast<std::int32_t*>(planes[0])[index] = value * 256;
    };
    const std::uint32_t bits = to.values == Values::kS16 ? 16 : 24;
    const auto place = static_cast<std::uint64_t>(position);
    if (to.values != Values::kFloat && !conversion_.resamples() &&
        conversion_.mix().is_identity() && from.sample_format == CONSORT_PCM_S32) {
        // Fewer bits of the same integers: a float would round them before.
        if (auto done = fetch(position, frames); !done) return done;
        const auto* values = reinterpret_cast<const std::int32_t*>(raw_.data());
        for (std::size_t i = 0, n = std::size_t{frames} * to.channels; i < n; ++i)
            put(i, quantized(values[i], bits, place + i / to.channels,
                             static_cast<std::uint32_t>(i % to.channels)));
        return {};
    }
    planes_.resize(to.channels);
    std::vector<float*> pointers(to.channels);
    for (std::uint32_t c = 0; c < to.channels; ++c) {
        planes_[c].resize(frames);
        pointers[c] = planes_[c].data();
    }
    if (auto done = floats(position, frames, pointers.data()); !done) return done;
    for (std::uint32_t c = 0; c < to.channels; ++c) {
        for (std::uint32_t i = 0; i < frames; ++i) {
            const std::size_t index = std::size_t{i} * to.channels + c;
            if (to.values == Values::kFloat)
                reinterpret_cast<float*>(planes[0])[index] = planes_[c][i];
            else
                put(index, quantized(planes_[c][i], bits, place + i, c));
        }
    }
    return {};
}

}  // namespace consort::codec
