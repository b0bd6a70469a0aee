// The AAC encoder, decoded again by FFmpeg.
#include <gtest/gtest.h>

#include "plugins/codec/aac/aac_encoder.hpp"
#include "plugins/codec/common/testing.hpp"
#include "tests/codec/encoder_suite.hpp"

namespace consort::codec::testing {
namespace {

constexpr auto at = prepare_with<AacEncoder>;

TEST(AacEncoder, DescribesItsTrack) {
    const Sound sound = make_sound(Signal::kMusic, 44'100, 2, 100'000);
    const auto encoding = at(128'000)(sound.pcm);
    ASSERT_TRUE(encoding.ok()) << encoding.error().text;
    const Track track = (*encoding)->track();
    EXPECT_EQ(view(track.codec), "aac");
    EXPECT_EQ(view(track.codec_string), "mp4a.40.2");
    ASSERT_GE(track.configuration.len, 2u);
    EXPECT_EQ(static_cast<unsigned char>(track.configuration.ptr[0]), 0x12) << "AAC-LC, 44100 Hz";
    EXPECT_EQ(track.timescale, 44'100u);
    EXPECT_EQ(track.edit_start, 1'024);
    EXPECT_EQ(track.edit_duration, 100'000u);
    EXPECT_EQ(track.sample_count, 99u);
    EXPECT_EQ(track.media_duration, 99u * 1'024);
    EXPECT_NE(view((*encoding)->info().revision).find("128000"), std::string_view::npos);
    EXPECT_EQ((*encoding)->info().sample_duration, 1'024u);
}

TEST(AacEncoder, LengthIsExactToTheSample) {
    for (const std::uint64_t frames : {1u, 1'023u, 1'024u, 1'025u, 70'000u})
        expect_exact_length(at(256'000), make_sound(Signal::kMusic, 44'100, 2, frames),
                            frames > 50'000 ? -18 : 10);
}

TEST(AacEncoder, LiveSoundMakesTheSameSamples) {
    expect_live_equals_known(at(128'000), make_sound(Signal::kMusic, 48'000, 2, 100'001));
}

TEST(AacEncoder, IsRepeatable) {
    expect_repeatable(at(128'000), make_sound(Signal::kMusic, 44'100, 2, 100'000));
}

TEST(AacEncoder, StopsWhenNobodyWaits) {
    expect_canceled_and_refused(at(128'000), make_sound(Signal::kMusic, 44'100, 2, 400'000));
}

TEST(AacEncoder, JoinsAreAsGoodAsTheWholeTrack) {
    for (const Signal signal :
         {Signal::kMusic, Signal::kSweep, Signal::kImpulses, Signal::kSilence, Signal::kAttacks})
        for (const std::uint32_t rate : {64'000u, 128'000u, 256'000u, 320'000u})
            expect_good_joins(at(rate), make_sound(signal, 44'100, 2, 44'100 * 7), 8);
}

TEST(AacEncoder, RangesHaveTheSamplesOfTheWholeTrack) {
    for (const Signal signal : {Signal::kMusic, Signal::kSweep, Signal::kAttacks})
        for (const std::uint32_t rate : {64'000u, 320'000u})
            expect_same_samples(at(rate), make_sound(signal, 48'000, 2, 48'000 * 6), 8);
}

TEST(AacEncoder, KeepsTheBitRate) {
    for (const Signal signal : {Signal::kMusic, Signal::kNoise})
        for (const std::uint32_t rate : {64'000u, 128'000u}) {
            const Sound sound = make_sound(signal, 44'100, 2, 44'100 * 6);
            const auto encoding = at(rate)(sound.pcm);
            ASSERT_TRUE(encoding.ok());
            std::uint64_t bytes = 0;
            for (const auto& each : encode_all(**encoding, sound)) bytes += each.bytes.size();
            EXPECT_NEAR(static_cast<double>(bytes) * 8 / 6, rate, rate * 0.04) << name_of(signal);
        }
}

TEST(AacEncoder, NoSampleIsLongerThanAacAllows) {
    for (const Signal signal :
         {Signal::kMusic, Signal::kNoise, Signal::kImpulses, Signal::kAttacks, Signal::kSweep}) {
        const Sound sound = make_sound(signal, 48'000, 2, 48'000 * 4);
        const auto encoding = at(576'000)(sound.pcm);
        ASSERT_TRUE(encoding.ok());
        for (const auto& each : encode_all(**encoding, sound))
            ASSERT_LE(each.bytes.size(), 2u * 6'144 / 8) << name_of(signal);
    }
}

TEST(AacEncoder, LoudTonesAreNotCutOff) {
    // Granted more bits than a loud tone takes, the coder's steps get too fine for AAC's numbers.
    const Sound sound = make_sound(Signal::kSweep, 44'100, 2, 44'100 * 8);
    const auto encoding = at(320'000)(sound.pcm);
    ASSERT_TRUE(encoding.ok());
    const auto decoded = decode_all((*encoding)->track(), encode_all(**encoding, sound));
    const auto source = sound.floats();
    for (std::uint64_t from = 4'410; from + 4'410 < sound.frames(); from += 4'410)
        EXPECT_LE(error_db(source, decoded, 2, from, from + 4'410), -30) << from;
}

TEST(AacEncoder, BringsOddSoundToWhatAacHas) {
    // 96 kHz and six channels become 48 kHz and stereo; 37.8 kHz the next rate there is.
    const auto many = at(128'000)(make_sound(Signal::kMusic, 96'000, 6, 96'001).pcm);
    ASSERT_TRUE(many.ok()) << many.error().text;
    EXPECT_EQ((*many)->track().timescale, 48'000u);
    EXPECT_EQ((*many)->track().channels, 2u);
    EXPECT_EQ((*many)->track().edit_duration, 48'001u) << "rounded to the nearest";
    const auto odd = at(64'000)(make_sound(Signal::kMusic, 37'800, 1, 10).pcm);
    ASSERT_TRUE(odd.ok());
    EXPECT_EQ((*odd)->track().timescale, 44'100u);
    EXPECT_EQ((*odd)->track().channels, 1u);
    expect_exact_length(at(128'000), make_sound(Signal::kMusic, 96'000, 6, 96'001), 0);
}

}  // namespace
}  // namespace consort::codec::testing
