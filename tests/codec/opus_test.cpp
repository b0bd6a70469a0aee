// The Opus encoder, decoded again by libopus.
#include <gtest/gtest.h>

#include "plugins/codec/opus/opus_encoder.hpp"
#include "tests/codec/encoder_suite.hpp"

namespace consort::codec::testing {
namespace {

constexpr auto with = prepare_with<OpusEncoder>;

TEST(OpusEncoder, DescribesItsTrack) {
    const auto encoding = with(128'000)(make_sound(Signal::kMusic, 44'100, 2, 44'100).pcm);
    ASSERT_TRUE(encoding.ok()) << encoding.error().text;
    const Track track = (*encoding)->track();
    EXPECT_EQ(view(track.codec), "opus");
    EXPECT_EQ(track.timescale, 48'000u);
    EXPECT_EQ(track.edit_start, 312) << "libopus's look-ahead";
    EXPECT_EQ(track.edit_duration, 48'000u);
    EXPECT_EQ(track.sample_count, 51u);
    const std::string_view dops = view(track.configuration);
    ASSERT_EQ(dops.size(), 11u);
    EXPECT_EQ(dops.substr(0, 4), std::string_view("\0\2\1\x38", 4)) << "pre-skip 312";
    EXPECT_EQ(dops[10], 0) << "mapping family";
    EXPECT_EQ((*encoding)->info().sample_duration, 960u);
}

TEST(OpusEncoder, LengthIsExactToTheSample) {
    for (const std::uint64_t frames : {1u, 647u, 648u, 649u, 70'000u})
        expect_exact_length(with(160'000), make_sound(Signal::kMusic, 48'000, 2, frames),
                            frames > 50'000 ? -15 : 10);
    expect_exact_length(with(128'000), make_sound(Signal::kMusic, 44'100, 1, 44'101), -15);
}

TEST(OpusEncoder, LiveSoundMakesTheSameSamples) {
    expect_live_equals_known(with(128'000), make_sound(Signal::kMusic, 44'100, 2, 100'001));
}

TEST(OpusEncoder, IsRepeatable) {
    expect_repeatable(with(128'000), make_sound(Signal::kMusic, 44'100, 2, 100'000));
}

TEST(OpusEncoder, StopsWhenNobodyWaits) {
    expect_canceled_and_refused(with(128'000), make_sound(Signal::kMusic, 48'000, 2, 400'000));
}

TEST(OpusEncoder, JoinsAreAsGoodAsTheWholeTrack) {
    for (const Signal signal : {Signal::kMusic, Signal::kSweep, Signal::kNoise, Signal::kImpulses,
                                Signal::kSilence, Signal::kAttacks})
        expect_good_joins(with(128'000), make_sound(signal, 48'000, 2, 48'000 * 12), 12);
}

}  // namespace
}  // namespace consort::codec::testing
