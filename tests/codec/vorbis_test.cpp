// The Vorbis encoder, decoded again by FFmpeg.
#include <gtest/gtest.h>

#include "plugins/codec/vorbis/vorbis_encoder.hpp"
#include "tests/codec/encoder_suite.hpp"

namespace consort::codec::testing {
namespace {

constexpr auto with = prepare_with<VorbisEncoder>;

TEST(VorbisEncoder, DescribesItsTrack) {
    const auto encoding = with(128'000)(make_sound(Signal::kMusic, 44'100, 2, 44'100).pcm);
    ASSERT_TRUE(encoding.ok()) << encoding.error().text;
    const Track track = (*encoding)->track();
    EXPECT_EQ(view(track.codec), "vorbis");
    EXPECT_GT(track.configuration.len, 1'000u) << "three headers";
    EXPECT_EQ(track.edit_duration, 44'100u);
    EXPECT_GT(track.edit_start, 0);
    EXPECT_EQ(track.sample_count, 0u) << "not known before it is made";
    EXPECT_EQ((*encoding)->info().flags & CONSORT_ENCODING_CUTTABLE, 0u);
    EXPECT_EQ((*encoding)->info().sample_duration, 0u);
}

TEST(VorbisEncoder, LengthIsExactToTheSample) {
    for (const std::uint32_t rate : {44'100u, 48'000u})
        for (const std::uint64_t frames : {1u, 100u, 70'001u}) {
            const Sound sound = make_sound(Signal::kMusic, rate, 2, frames);
            const auto encoding = with(160'000)(sound.pcm);
            ASSERT_TRUE(encoding.ok());
            const Coded coded = encode_all(**encoding, sound);
            const Track track = (*encoding)->track();
            std::int64_t time = 0;
            for (const CodedSample& each : coded) {
                EXPECT_EQ(each.sample.decode_time, time);
                time += each.sample.duration;
            }
            EXPECT_EQ(coded.at(0).sample.duration, track.edit_start) << "it only primes";
            EXPECT_GE(time, static_cast<std::int64_t>(track.media_duration));
            const auto decoded = decode_all(track, coded);
            EXPECT_EQ(decoded.size(), frames * 2);
            EXPECT_LT(error_db(sound.floats(), decoded, 2, 0, frames), frames > 1'000 ? -12 : 10);
        }
}

TEST(VorbisEncoder, LiveSoundMakesTheSameSamples) {
    expect_live_equals_known(with(128'000), make_sound(Signal::kMusic, 48'000, 2, 100'001));
}

TEST(VorbisEncoder, IsRepeatable) {
    expect_repeatable(with(128'000), make_sound(Signal::kMusic, 44'100, 2, 100'000));
}

TEST(VorbisEncoder, StopsWhenNobodyWaitsAndMakesNoRanges) {
    const Sound sound = make_sound(Signal::kMusic, 44'100, 2, 400'000);
    expect_canceled_and_refused(with(128'000), sound);
    const auto encoding = with(128'000)(sound.pcm);
    SoundInput input(sound);
    EXPECT_EQ(encode(**encoding, input, 0, 10'000).error().status, CONSORT_E_INVALID);
    EXPECT_EQ(encode(**encoding, input, 10'240, INT64_MAX).error().status, CONSORT_E_INVALID);
}

}  // namespace
}  // namespace consort::codec::testing
