// The MP3 encoder, decoded again by FFmpeg.
#include <gtest/gtest.h>

#include "plugins/codec/mp3/mp3_encoder.hpp"
#include "tests/codec/encoder_suite.hpp"

namespace consort::codec::testing {
namespace {

constexpr auto with = prepare_with<Mp3Encoder>;

TEST(Mp3Encoder, DescribesItsTrack) {
    const auto encoding = with(190'000)(make_sound(Signal::kMusic, 44'100, 2, 44'100).pcm);
    ASSERT_TRUE(encoding.ok()) << encoding.error().text;
    const Track track = (*encoding)->track();
    EXPECT_EQ(view(track.codec), "mp3");
    EXPECT_EQ(view(track.codec_string), "mp4a.40.34");
    EXPECT_EQ(track.edit_start, 1'105) << "LAME's delay and a decoder's";
    EXPECT_EQ(track.edit_duration, 44'100u);
    EXPECT_EQ(track.sample_count, (44'100u + 1'105 + 1'151) / 1'152);
    EXPECT_EQ(track.average_bit_rate, 192'000u) << "the nearest there is";
    EXPECT_EQ((*encoding)->info().sample_duration, 1'152u);
}

TEST(Mp3Encoder, FramesStandAlone) {
    const Sound sound = make_sound(Signal::kMusic, 44'100, 2, 88'200);
    const auto encoding = with(128'000)(sound.pcm);
    ASSERT_TRUE(encoding.ok());
    for (const CodedSample& each : encode_all(**encoding, sound)) {
        ASSERT_GE(each.bytes.size(), 8u);
        EXPECT_EQ(each.bytes[0], '\xff');
        const bool crc = (each.bytes[1] & 1) == 0;
        const std::size_t side = crc ? 6 : 4;
        const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(each.bytes[i]); };
        EXPECT_EQ(byte(side) << 1 | byte(side + 1) >> 7, 0) << "main_data_begin";
    }
}

TEST(Mp3Encoder, LengthIsExactToTheSample) {
    for (const std::uint64_t frames : {1u, 47u, 48u, 1'199u, 70'000u})
        expect_exact_length(with(256'000), make_sound(Signal::kMusic, 44'100, 2, frames),
                            frames > 50'000 ? -15 : 10);
    expect_exact_length(with(128'000), make_sound(Signal::kMusic, 22'050, 1, 44'101), -15);
}

TEST(Mp3Encoder, LiveSoundMakesTheSameSamples) {
    expect_live_equals_known(with(128'000), make_sound(Signal::kMusic, 48'000, 2, 100'001));
}

TEST(Mp3Encoder, IsRepeatable) {
    expect_repeatable(with(128'000), make_sound(Signal::kMusic, 44'100, 2, 100'000));
}

TEST(Mp3Encoder, StopsWhenNobodyWaits) {
    expect_canceled_and_refused(with(128'000), make_sound(Signal::kMusic, 44'100, 2, 400'000));
}

TEST(Mp3Encoder, JoinsAreAsGoodAsTheWholeTrack) {
    for (const Signal signal :
         {Signal::kMusic, Signal::kSweep, Signal::kImpulses, Signal::kSilence, Signal::kAttacks})
        expect_good_joins(with(192'000), make_sound(signal, 44'100, 2, 44'100 * 12), 12);
}

}  // namespace
}  // namespace consort::codec::testing
