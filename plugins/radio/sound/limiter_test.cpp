#include "plugins/radio/sound/limiter.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

#include "plugins/radio/sound/loudness_measure.hpp"

namespace consort::radio {
namespace {

const float kCeiling = static_cast<float>(std::pow(10, -1 / 20.0));

std::vector<float> limited(std::vector<float> pcm, std::size_t step = 1'152) {
    Limiter limiter(44'100, kCeiling);
    pcm.resize(pcm.size() + 2 * Limiter::kLatency);
    for (std::size_t at = 0; at < pcm.size() / 2; at += step)
        limiter.apply(pcm.data() + 2 * at, std::min(step, pcm.size() / 2 - at));
    return {pcm.begin() + 2 * Limiter::kLatency, pcm.end()};
}

std::vector<float> wave(double hertz, float level, double phase, std::size_t frames = 44'100) {
    std::vector<float> pcm(2 * frames);
    for (std::size_t i = 0; i < frames; ++i)
        pcm[2 * i] = pcm[2 * i + 1] =
            level * static_cast<float>(std::sin(
                        2 * std::numbers::pi * hertz * static_cast<double>(i) / 44'100 + phase));
    return pcm;
}

double true_peak(const std::vector<float>& pcm) {
    LoudnessMeasure measure(44'100);
    measure.add(pcm.data(), pcm.size() / 2);
    return measure.result()->peak.value();
}

TEST(Limiter, OfSamplesAloneLeavesAllThatFullScaleHolds) {
    std::mt19937 random(3);
    std::vector<float> pcm(2 * 44'100);
    for (float& value : pcm)
        value = static_cast<float>(static_cast<int>(random() % 65'536) - 32'768) / 32'768;
    const std::vector<float> before = pcm;
    pcm.resize(pcm.size() + 2 * Limiter::kLatency);
    Limiter limiter(44'100, 1, Limiter::Peaks::kSamples);
    limiter.apply(pcm.data(), pcm.size() / 2);
    EXPECT_EQ(std::vector<float>(pcm.begin() + 2 * Limiter::kLatency, pcm.end()), before);
    // More is brought down.
    for (float& value : pcm) value *= 1.4f;
    limiter.apply(pcm.data(), pcm.size() / 2);
    for (const float value : pcm) ASSERT_LE(std::abs(value), 1.0f);
}

TEST(Limiter, LeavesQuietSoundBitForBitAlone) {
    const auto pcm = wave(997, 0.85f, 0);
    EXPECT_EQ(limited(pcm), pcm);
}

TEST(Limiter, KeepsTruePeaksDown) {
    std::mt19937 random(7);
    std::normal_distribution<float> noise(0, 0.7f);
    std::vector<float> loud(2 * 44'100 * 3);
    for (float& value : loud) value = noise(random);
    // Whose samples lie at 0.707 of the peaks between them.
    const auto between = wave(11'025, 1.3f, std::numbers::pi / 4);
    for (const auto& pcm : {loud, between, wave(60, 2.0f, 0)}) {
        EXPECT_GT(true_peak(pcm), 1.2);
        EXPECT_LE(20 * std::log10(true_peak(limited(pcm))), -1.0);
    }
}

TEST(Limiter, APeakBringsDownItsSurroundingsOnly) {
    auto pcm = wave(440, 0.4f, 0);
    for (std::size_t i = 20'000; i < 20'020; ++i) pcm[2 * i] *= 4;
    const auto out = limited(pcm);
    for (std::size_t i = 0; i < 2 * 19'700; ++i) ASSERT_EQ(out[i], pcm[i]);
    // The release is over in half a second.
    for (std::size_t i = 2 * 43'000; i < pcm.size(); ++i) ASSERT_NEAR(out[i], pcm[i], 5e-4);
    // No jump: the gain moves over milliseconds.
    float last = 1;
    for (std::size_t i = 19'700; i < 43'000; ++i) {
        if (std::abs(pcm[2 * i + 1]) < 0.05f) continue;
        const float gain = out[2 * i + 1] / pcm[2 * i + 1];
        ASSERT_LT(std::abs(gain - last), 0.08f) << i;
        last = gain;
    }
}

TEST(Limiter, DoesNotDependOnHowItIsCalled) {
    const auto pcm = wave(997, 1.4f, 0);
    EXPECT_EQ(limited(pcm, 1'152), limited(pcm, 7));
}

TEST(Limiter, StaysExactAfterLoudSound) {
    auto pcm = wave(100, 1.5f, 0, 44'100 * 4);
    for (std::size_t i = 2 * 44'100; i < pcm.size(); ++i) pcm[i] *= 0.2f;
    const auto out = limited(pcm);
    for (std::size_t i = 2 * 44'100 * 3; i < pcm.size(); ++i) ASSERT_EQ(out[i], pcm[i]);
}

}  // namespace
}  // namespace consort::radio
