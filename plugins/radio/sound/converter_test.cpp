#include "plugins/radio/sound/converter.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "consort/failure.hpp"

#include "plugins/radio/sound/testing.hpp"

namespace consort::radio {
namespace {

consort_pcm form(std::uint32_t rate, std::uint32_t channels, std::uint32_t sample_format,
                 std::uint64_t mask = 0) {
    consort_pcm pcm{};
    pcm.rate = rate;
    pcm.channels = channels;
    pcm.sample_format = sample_format;
    pcm.channel_mask = mask;
    return pcm;
}

template <class T>
std::vector<float> converted(const consort_pcm& from, std::uint32_t rate,
                             const std::vector<T>& values, std::uint32_t step = 1'000) {
    Converter converter(from, rate);
    std::vector<float> out;
    const auto frames = static_cast<std::uint32_t>(values.size() / from.channels);
    for (std::uint32_t at = 0; at < frames; at += step)
        EXPECT_TRUE(converter
                        .convert(values.data() + std::size_t{at} * from.channels,
                                 std::min(step, frames - at), out)
                        .ok());
    EXPECT_TRUE(converter.finish(out).ok());
    return out;
}

TEST(Converter, StereoOfTheSameRateStaysAsItIs) {
    const std::vector<std::int16_t> values = {0, 32'767, -32'768, 1, -1, 16'384};
    const auto out = converted(form(44'100, 2, CONSORT_PCM_S16), 44'100, values);
    const std::vector<float> expected = {0,   32'767 / 32'768.0f, -1, 1 / 32'768.0f, -1 / 32'768.0f,
                                         0.5f};
    EXPECT_EQ(out, expected);
    const auto pcm = testing::sweep(48'000, 5'000);
    EXPECT_EQ(converted(form(48'000, 2, CONSORT_PCM_F32), 48'000, pcm), pcm);
}

TEST(Converter, MonoGoesToBothSides) {
    const std::vector<float> mono = {0.5f, -0.25f, 0.125f};
    const std::vector<float> expected = {0.5f, 0.5f, -0.25f, -0.25f, 0.125f, 0.125f};
    EXPECT_EQ(converted(form(44'100, 1, CONSORT_PCM_F32), 44'100, mono), expected);
}

TEST(Converter, SurroundIsMixedByItsCoefficients) {
    // Left, right, centre, low frequencies, back left, back right; one channel after the other.
    std::vector<float> values(6 * 6, 0.0f);
    for (std::size_t i = 0; i < 6; ++i) values[6 * i + i] = 1;
    const auto out = converted(form(48'000, 6, CONSORT_PCM_F32, 0x3f), 48'000, values);
    const float front = out[0], root = std::sqrt(0.5f);
    EXPECT_NEAR(front, 1 / (1 + 2 * root), 1e-4);
    const float expected[6][2] = {{1, 0}, {0, 1}, {root, root}, {0, 0}, {root, 0}, {0, root}};
    for (std::size_t i = 0; i < 6; ++i)
        for (std::size_t side = 0; side < 2; ++side)
            EXPECT_NEAR(out[2 * i + side], front * expected[i][side], 1e-4) << i;
}

TEST(Converter, AnotherRateHasTheExactLengthAndTheSameSound) {
    for (const std::uint32_t rate : {8'000u, 22'050u, 32'000u, 48'000u, 96'000u, 192'000u}) {
        const std::uint64_t frames = rate + 1'234;
        const auto pcm = testing::tone(rate, frames, 440, 0.5f);
        const auto out = converted(form(rate, 2, CONSORT_PCM_F32), 44'100, pcm, 997);
        const std::uint64_t length = (frames * 44'100 + rate / 2) / rate;
        ASSERT_EQ(out.size(), 2 * length) << rate;
        // At the edges the filter guesses what lies beyond.
        for (std::uint64_t i = 200; i + 200 < length; ++i)
            ASSERT_NEAR(
                out[2 * i],
                0.5 * std::sin(2 * std::numbers::pi * 440 * static_cast<double>(i) / 44'100), 2e-3)
                << rate << " " << i;
    }
}

TEST(Converter, RefusesWhatCannotBe) {
    EXPECT_THROW(Converter(form(0, 2, CONSORT_PCM_S16), 44'100), Failure);
    EXPECT_THROW(Converter(form(44'100, 0, CONSORT_PCM_S16), 44'100), Failure);
    EXPECT_THROW(Converter(form(44'100, 2, 9), 44'100), Failure);
    EXPECT_THROW(Converter(form(44'100, 47, CONSORT_PCM_S16), 44'100), Failure);
}

}  // namespace
}  // namespace consort::radio
