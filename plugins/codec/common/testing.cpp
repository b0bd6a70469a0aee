#include "plugins/codec/common/testing.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>
#include <stdexcept>

#include "plugins/codec/common/sound_format.hpp"

namespace consort::codec::testing {
namespace {

[[maybe_unused]] const bool kQuiet = (silence_libav(), true);

constexpr double kTau = 2 * std::numbers::pi;

double noise(std::uint64_t at, std::uint32_t channel) { return dither(at, channel + 7) * 0.7; }

// A new chord each 0.4 s with an attack, a bass, and a hiss that comes and goes.
double music(double t, std::uint64_t at, std::uint32_t channel) {
    static constexpr double kNotes[] = {220.0, 277.18, 329.63, 440.0, 196.0, 246.94, 293.66, 392.0};
    const auto chord = static_cast<std::uint64_t>(t / 0.4);
    const double since = t - static_cast<double>(chord) * 0.4;
    double sum = 0;
    for (unsigned voice = 0; voice < 4; ++voice) {
        const double pitch = kNotes[(chord * 3 + voice * 5 + channel) % 8] * (1 + voice % 2);
        for (int harmonic = 1; harmonic <= 5; ++harmonic)
            sum += std::sin(kTau * pitch * harmonic * t + harmonic * (channel + voice)) *
                   std::exp(-since * (2 + harmonic)) / harmonic * 0.12;
    }
    sum += 0.15 * std::sin(kTau * 55 * t);
    sum += noise(at, channel) * 0.25 * std::exp(-since * 25);  // the attack
    return sum + noise(at, channel + 3) * 0.01 * (1 + std::sin(t));
}

double value_of(Signal signal, std::uint64_t at, std::uint32_t rate, std::uint32_t channel) {
    const double t = static_cast<double>(at) / rate;
    switch (signal) {
        case Signal::kMusic:
            return music(t, at, channel);
        case Signal::kSweep: {  // 40 Hz to 15 kHz in 10 s, over and over
            const double s = std::fmod(t, 10.0), k = std::log(15'000.0 / 40.0) / 10;
            return 0.5 * std::sin(kTau * 40 * (std::exp(k * s) - 1) / k + channel);
        }
        case Signal::kImpulses:
            return at % 7'919 == 100 * channel ? 0.7 : 0;
        case Signal::kNoise:
            return noise(at, channel) * 0.5;
        case Signal::kAttacks: {  // two rhythms against each other
            double sum = 0;
            for (const double every : {0.31, 0.43}) {
                const double since = std::fmod(t, every);
                sum += std::exp(-since / 0.012) *
                       (noise(at, channel) * 0.3 + 0.2 * std::sin(kTau * 2'300 * since));
            }
            return sum;
        }
        default:
            return 0;
    }
}

}  // namespace

std::vector<float> Sound::floats() const {
    std::vector<float> made(frames() * pcm.channels);
    to_float(values.data(), pcm, made.size(), made.data());
    return made;
}

const char* name_of(Signal signal) noexcept {
    static constexpr const char* kNames[] = {"music",   "sweep", "impulses",
                                             "silence", "noise", "attacks"};
    return kNames[static_cast<int>(signal)];
}

Sound make_sound(Signal signal, std::uint32_t rate, std::uint32_t channels, std::uint64_t frames,
                 std::uint32_t sample_format, std::uint32_t bits) {
    Sound sound;
    sound.pcm = {rate,
                 channels,
                 usual_mask(channels),
                 sample_format,
                 sample_format == CONSORT_PCM_F32 ? 0 : bits,
                 frames,
                 0};
    sound.values.resize(frames * frame_bytes(sound.pcm));
    for (std::uint64_t i = 0; i < frames; ++i)
        for (std::uint32_t c = 0; c < channels; ++c) {
            const double value = value_of(signal, i, rate, c);
            const std::size_t index = i * channels + c;
            if (sample_format == CONSORT_PCM_F32) {
                reinterpret_cast<float*>(sound.values.data())[index] = static_cast<float>(value);
                continue;
            }
            const double full = std::ldexp(1.0, static_cast<int>(bits) - 1);
            const auto whole = static_cast<std::int64_t>(
                std::clamp(std::floor(value * full + 0.5), -full, full - 1));
            if (sample_format == CONSORT_PCM_S16)
                reinterpret_cast<std::int16_t*>(sound.values.data())[index] =
                    static_cast<std::int16_t>(whole * (1 << (16 - bits)));
            else
                reinterpret_cast<std::int32_t*>(sound.values.data())[index] =
                    static_cast<std::int32_t>(whole * (std::int64_t{1} << (32 - bits)));
        }
    return sound;
}

PcmInput SoundInput::input() noexcept {
    consort_pcm_input raw{};
    raw.self = this;
    raw.read = [](void* self, std::uint64_t position, std::uint64_t frames, void* buffer,
                  std::uint64_t* got) noexcept -> consort_status {
        auto& from = *static_cast<SoundInput*>(self);
        const std::uint64_t total = from.sound_.frames(), size = frame_bytes(from.sound_.pcm);
        *got = position < total ? std::min(frames, total - position) : 0;
        std::memcpy(buffer, from.sound_.values.data() + std::min(position, total) * size,
                    *got * size);
        from.read += *got;
        if (from.read >= from.cancel_after) from.canceled = true;
        return CONSORT_OK;
    };
    raw.canceled = [](void* self) noexcept -> std::int32_t {
        return static_cast<SoundInput*>(self)->canceled ? 1 : 0;
    };
    return PcmInput(raw);
}

Result<Coded> encode(const SoundEncoding& encoding, SoundInput& input, std::int64_t start,
                     std::int64_t end) {
    return encode(encoding, input.input(), start, end);
}

Result<Coded> encode(const SoundEncoding& encoding, const PcmInput& pcm, std::int64_t start,
                     std::int64_t end) {
    Coded coded;
    consort_encode_sink sink{};
    sink.self = &coded;
    sink.sample = [](void* self, const consort_sample* sample,
                     const void* data) noexcept -> consort_status {
        static_cast<Coded*>(self)->push_back(
            {*sample, std::string(static_cast<const char*>(data), sample->size)});
        return CONSORT_OK;
    };
    if (auto done = encoding.encode(start, end, pcm, EncodeSink(sink)); !done) return done.error();
    return coded;
}

Coded encode_all(const SoundEncoding& encoding, const Sound& sound) {
    SoundInput input(sound);
    auto coded = encode(encoding, input, 0, INT64_MAX);
    if (!coded) throw std::runtime_error(coded.error().text);
    return std::move(*coded);
}

std::unique_ptr<FakeMedia> media_of(const Track& track, const Coded& coded) {
    auto media = std::make_unique<FakeMedia>();
    consort::testing::FakeTrack made;
    made.track = track;
    made.codec = view(track.codec);
    made.codec_string = view(track.codec_string);
    made.configuration = view(track.configuration);
    for (const CodedSample& each : coded) {
        Sample sample = each.sample;
        sample.offset = media->source.size();
        media->source += each.bytes;
        made.samples.push_back(sample);
    }
    media->add_track(std::move(made));
    return media;
}

double error_db(const std::vector<float>& expected, const std::vector<float>& got,
                std::uint32_t channels, std::uint64_t from, std::uint64_t to) {
    double signal = 1e-12, difference = 1e-15;
    for (std::uint64_t i = from * channels; i < to * channels; ++i) {
        const double want = i < expected.size() ? expected[i] : 0;
        const double have = i < got.size() ? got[i] : 0;
        signal += want * want;
        difference += (want - have) * (want - have);
    }
    return 10 * std::log10(difference / signal);
}

}  // namespace consort::codec::testing
