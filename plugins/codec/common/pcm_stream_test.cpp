// Sound brought to what an encoder wants: mixing, rates, dither, and what lies outside.
#include "plugins/codec/common/pcm_stream.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

#include "plugins/codec/common/sound_format.hpp"
#include "plugins/codec/common/testing.hpp"

namespace consort::codec::testing {
namespace {

using Values = SoundTarget::Values;
using Planes = std::vector<std::vector<float>>;

Planes read_floats(PcmStream& stream, std::uint32_t channels, std::int64_t position,
                   std::uint32_t frames) {
    Planes planes(channels, std::vector<float>(frames, 99.0f));
    std::vector<std::uint8_t*> pointers;
    for (auto& plane : planes) pointers.push_back(reinterpret_cast<std::uint8_t*>(plane.data()));
    const auto done = stream.read(position, frames, pointers.data());
    EXPECT_TRUE(done.ok());
    return planes;
}

class ResampleTest : public ::testing::TestWithParam<std::pair<std::uint32_t, std::uint32_t>> {};

TEST_P(ResampleTest, AnyRangeHasTheValuesOfTheWhole) {
    const auto [from, to] = GetParam();
    const Sound sound = make_sound(Signal::kNoise, from, 2, from);
    const Conversion conversion(sound.pcm, {to, 2, Values::kFloatPlanes});
    SoundInput input(sound);
    const PcmInput pcm = input.input();
    PcmStream whole(conversion, pcm);
    const auto total = static_cast<std::uint32_t>(conversion.frames());
    EXPECT_EQ(total, to) << "one second";
    const Planes all = read_floats(whole, 2, -500, total + 1'000);
    std::mt19937 random(1);
    for (int i = 0; i < 12; ++i) {
        const std::uint32_t at = random() % (total + 500), count = 1 + random() % 3'000;
        const std::uint32_t fits = std::min(count, total + 1'000 - at);
        PcmStream part(conversion, pcm);
        const Planes got = read_floats(part, 2, static_cast<std::int64_t>(at) - 500, fits);
        for (std::uint32_t c = 0; c < 2; ++c)
            EXPECT_TRUE(std::equal(got[c].begin(), got[c].end(), all[c].begin() + at)) << at;
    }
}

TEST_P(ResampleTest, KeepsTonesAndTheirPhase) {
    const auto [from, to] = GetParam();
    const double pitch = 997;
    Sound sound = make_sound(Signal::kSilence, from, 1, from, CONSORT_PCM_F32);
    auto* values = reinterpret_cast<float*>(sound.values.data());
    for (std::uint32_t i = 0; i < from; ++i)
        values[i] = static_cast<float>(0.5 * std::sin(2 * std::numbers::pi * pitch * i / from));
    const Conversion conversion(sound.pcm, {to, 1, Values::kFloatPlanes});
    SoundInput input(sound);
    const PcmInput pcm = input.input();
    PcmStream stream(conversion, pcm);
    const Planes got = read_floats(stream, 1, 0, to);
    double power = 0;
    for (std::uint32_t i = to / 10; i < to - to / 10; ++i) {
        const double want = 0.5 * std::sin(2 * std::numbers::pi * pitch * i / to);
        power += (got[0][i] - want) * (got[0][i] - want);
    }
    EXPECT_LT(10 * std::log10(power / (0.8 * to) / 0.125), -90);
}

INSTANTIATE_TEST_SUITE_P(Rates, ResampleTest,
                         ::testing::Values(std::pair{44'100u, 48'000u}, std::pair{48'000u, 44'100u},
                                           std::pair{96'000u, 48'000u},
                                           std::pair{192'000u, 44'100u},
                                           std::pair{22'050u, 48'000u}, std::pair{37'800u, 44'100u},
                                           std::pair{44'056u, 48'000u}));

TEST(PcmStream, OutsideIsSilence) {
    const Sound sound = make_sound(Signal::kNoise, 48'000, 1, 100, CONSORT_PCM_F32);
    const Conversion conversion(sound.pcm, {48'000, 1, Values::kFloatPlanes});
    SoundInput input(sound);
    const PcmInput pcm = input.input();
    PcmStream stream(conversion, pcm);
    const Planes got = read_floats(stream, 1, -50, 200);
    const auto want = sound.floats();
    for (int i = 0; i < 200; ++i)
        EXPECT_EQ(got[0][static_cast<std::size_t>(i)],
                  i < 50 || i >= 150 ? 0.0f : want[static_cast<std::size_t>(i - 50)]);
    EXPECT_EQ(read_floats(stream, 1, 1'000'000, 3)[0], (std::vector<float>{0, 0, 0}));
}

TEST(PcmStream, KeepsIntegersAsTheyAre) {
    const Sound sound = make_sound(Signal::kNoise, 48'000, 2, 1'000, CONSORT_PCM_S32, 24);
    const Conversion conversion(sound.pcm, {48'000, 2, Values::kS24});
    EXPECT_TRUE(conversion.is_exact());
    SoundInput input(sound);
    const PcmInput pcm = input.input();
    PcmStream stream(conversion, pcm);
    std::vector<std::byte> got(sound.values.size());
    auto* plane = reinterpret_cast<std::uint8_t*>(got.data());
    ASSERT_TRUE(stream.read(0, 1'000, &plane).ok());
    EXPECT_TRUE(got == sound.values);
    EXPECT_FALSE(Conversion(sound.pcm, {48'000, 2, Values::kS16}).is_exact());
    EXPECT_FALSE(Conversion(sound.pcm, {44'100, 2, Values::kS24}).is_exact());
}

TEST(ChannelMix, FollowsBs775AndCannotClip) {
    const std::uint64_t five_one = usual_mask(6);
    const ChannelMix stereo(five_one, 6, 2);
    const float left = stereo.gain(0, 0);
    EXPECT_NEAR(left, 1 / (1 + 2 * std::numbers::sqrt2 / 2), 1e-6);
    EXPECT_EQ(stereo.gain(0, 1), 0.0f);
    EXPECT_NEAR(stereo.gain(0, 2) / left, 1 / std::numbers::sqrt2, 1e-6) << "centre, 3 dB down";
    EXPECT_EQ(stereo.gain(0, 3), 0.0f) << "no low frequencies";
    EXPECT_NEAR(stereo.gain(0, 4) / left, 1 / std::numbers::sqrt2, 1e-6);
    EXPECT_EQ(stereo.gain(0, 5), 0.0f);
    EXPECT_EQ(stereo.gain(1, 5), stereo.gain(0, 4));
    for (std::uint32_t channels = 1; channels <= 12; ++channels)
        for (const std::uint32_t to : {1u, 2u}) {
            const ChannelMix mix(usual_mask(channels), channels, to);
            for (std::uint32_t row = 0; row < to; ++row) {
                float sum = 0;
                for (std::uint32_t c = 0; c < channels; ++c) sum += mix.gain(row, c);
                EXPECT_LE(sum, 1.0001f) << channels << " to " << to;
                EXPECT_GT(sum, 0.4f);
            }
        }
    EXPECT_TRUE(ChannelMix(five_one, 6, 6).is_identity());
}

TEST(Dither, IsTriangularAndDependsOnThePlaceAlone) {
    double sum = 0, square = 0;
    constexpr int kCount = 100'000;
    for (int i = 0; i < kCount; ++i) {
        const double value = dither(static_cast<std::uint64_t>(i), 1);
        ASSERT_LE(std::fabs(value), 1.0);
        sum += value;
        square += value * value;
    }
    EXPECT_NEAR(sum / kCount, 0, 0.01);
    EXPECT_NEAR(square / kCount, 1.0 / 6, 0.005);
    EXPECT_EQ(dither(77, 1), dither(77, 1));
    EXPECT_NE(dither(77, 0), dither(77, 1));
    for (std::int32_t value = -32'768; value <= 32'767; ++value) {
        const auto place = static_cast<std::uint64_t>(value + 32'768);
        ASSERT_EQ(quantized(static_cast<float>(value) * 0x1p-15f, 16, place, 0), value);
        ASSERT_EQ(quantized(value * 65'536, 16, place, 1), value);
    }
    EXPECT_EQ(quantized(2.0f, 16, 0, 0), 32'767);
    EXPECT_EQ(quantized(-2.0f, 16, 0, 0), -32'768);
    EXPECT_EQ(std::abs(quantized(std::nanf(""), 16, 0, 0)) <= 1, true);
}

}  // namespace
}  // namespace consort::codec::testing
