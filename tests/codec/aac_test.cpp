// The AAC encoder, decoded again by FFmpeg.
#include <gtest/gtest.h>

#include "plugins/codec/aac/aac_encoder.hpp"
#include "plugins/codec/common/testing.hpp"
#include "tests/codec/encoder_suite.hpp"

namespace consort::codec::testing {
namespace {

Result<std::unique_ptr<SoundEncoding>> prepare(const Pcm& pcm, std::uint32_t bit_rate) {
    EncodeSource source;
    source.kind = CONSORT_TRACK_AUDIO;
    source.pcm = pcm;
    EncodeSettings settings;
    settings.bit_rate = bit_rate;
    return AacEncoder().prepare(source, settings);
}

TEST(AacEncoder, DescribesItsTrack) {
    const Sound sound = make_sound(Signal::kMusic, 44'100, 2, 100'000);
    const auto encoding = prepare(sound.pcm, 128'000);
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

Prepare at(std::uint32_t bit_rate) {
    return [=](const Pcm& pcm) { return prepare(pcm, bit_rate); };
}

TEST(AacEncoder, LengthIsExactToTheSample) {
    for (const std::uint64_t frames : {1u, 1'023u, 1'024u, 1'025u, 70'000u})
        expect_exact_length(at(256'000), make_sound(Signal::kMusic, 44'100, 2, frames),
                            frames > 50'000 ? -20 : 10);
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
         {Signal::kMusic, Signal::kSweep, Signal::kImpulses, Signal::kSilence})
        for (const std::uint32_t rate : {128'000u, 320'000u})
            expect_good_joins(at(rate), make_sound(signal, 44'100, 2, 44'100 * 12), 12, 4'096);
    expect_good_joins(at(64'000), make_sound(Signal::kMusic, 44'100, 2, 44'100 * 12), 12, 4'096);
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
