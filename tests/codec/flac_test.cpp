// The FLAC encoder: every bit comes back.
#include <gtest/gtest.h>

#include <cmath>

#include "plugins/codec/flac/flac_encoder.hpp"
#include "plugins/codec/flac/flac_frame.hpp"
#include "tests/codec/encoder_suite.hpp"

namespace consort::codec::testing {
namespace {

constexpr auto with = prepare_with<FlacEncoder>;

// The very values, at the full scale of 32 bits.
std::vector<std::int64_t> integers(const Sound& sound) {
    std::vector<std::int64_t> made;
    const bool is_16 = sound.pcm.sample_format == CONSORT_PCM_S16;
    const std::size_t count = sound.frames() * sound.pcm.channels;
    for (std::size_t i = 0; i < count; ++i)
        made.push_back(
            is_16 ? std::int64_t{reinterpret_cast<const std::int16_t*>(sound.values.data())[i]} *
                        65'536
                  : reinterpret_cast<const std::int32_t*>(sound.values.data())[i]);
    return made;
}

TEST(FlacEncoder, DescribesItsTrack) {
    const auto encoding =
        with(0)(make_sound(Signal::kMusic, 96'000, 6, 100'000, CONSORT_PCM_S32, 24).pcm);
    ASSERT_TRUE(encoding.ok()) << encoding.error().text;
    const Track track = (*encoding)->track();
    EXPECT_EQ(view(track.codec), "flac");
    EXPECT_EQ(view(track.codec_string), "fLaC");
    EXPECT_EQ(track.bits_per_sample, 24u);
    EXPECT_EQ(track.channels, 6u);
    EXPECT_EQ(track.edit_start, 0);
    EXPECT_EQ(track.media_duration, 100'000u);
    EXPECT_EQ(track.sample_count, 25u);
    const std::string_view info = view(track.configuration);
    ASSERT_EQ(info.size(), 38u);
    EXPECT_EQ(info.substr(0, 8), std::string_view("\x80\0\0\x22\x10\0\x10\0", 8));
    // 96000 << 44 | 5 << 41 | 23 << 36 | 100000
    EXPECT_EQ(info.substr(14, 8), std::string_view("\x17\x70\x0b\x70\x00\x01\x86\xa0", 8));
}

TEST(FlacEncoder, EqualsTheSourceBitForBitAcrossRanges) {
    struct Case {
        std::uint32_t rate, channels, format, bits;
    };
    for (const Case& c : {Case{44'100, 2, CONSORT_PCM_S16, 16},
                          {48'000, 1, CONSORT_PCM_S16, 8},
                          {96'000, 2, CONSORT_PCM_S32, 24},
                          {48'000, 6, CONSORT_PCM_S32, 20},
                          {37'800, 2, CONSORT_PCM_S16, 16}}) {
        for (const Signal signal : {Signal::kMusic, Signal::kNoise, Signal::kSilence}) {
            const Sound sound =
                make_sound(signal, c.rate, c.channels, 1'234'567 / c.channels, c.format, c.bits);
            const auto encoding = with(0)(sound.pcm);
            ASSERT_TRUE(encoding.ok()) << encoding.error().text;
            const Track track = (*encoding)->track();
            const Coded joined =
                encode_in_ranges(**encoding, sound, random_cuts(track.sample_count, 9, c.rate));
            ASSERT_EQ(joined.size(), track.sample_count);
            EXPECT_TRUE(joined == encode_all(**encoding, sound)) << "the same bytes";
            for (std::size_t i = 0; i < joined.size(); ++i) {
                const auto& bytes = joined[i].bytes;
                const auto number = frame_number(
                    {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
                ASSERT_TRUE(number.has_value()) << i;
                EXPECT_EQ(*number, i);
            }
            EXPECT_TRUE(integers(decode_sound(track, joined)) == integers(sound))
                << c.rate << " Hz, " << c.bits << " bits, " << name_of(signal);
        }
    }
}

TEST(FlacEncoder, LengthIsExactToTheSample) {
    for (const std::uint64_t frames : {1u, 15u, 4'095u, 4'096u, 4'097u, 70'000u})
        expect_exact_length(with(0), make_sound(Signal::kMusic, 44'100, 2, frames), -120);
    expect_exact_length(with(0, 0, 48'000), make_sound(Signal::kMusic, 44'100, 2, 100'000), 0);
}

TEST(FlacEncoder, LiveSoundMakesTheSameSamples) {
    expect_live_equals_known(with(0), make_sound(Signal::kMusic, 48'000, 2, 100'001));
    expect_live_equals_known(with(0), make_sound(Signal::kMusic, 48'000, 2, 4'096 * 3));
}

TEST(FlacEncoder, FloatsAreDitheredTo24Or16Bits) {
    const Sound sound = make_sound(Signal::kMusic, 48'000, 2, 50'000, CONSORT_PCM_F32);
    for (const std::uint32_t bits : {16u, 24u}) {
        const auto encoding = with(0, 0, 0, bits)(sound.pcm);
        ASSERT_TRUE(encoding.ok());
        const auto cuts = random_cuts((*encoding)->track().sample_count, 3, bits);
        const Coded coded = encode_in_ranges(**encoding, sound, cuts);
        EXPECT_TRUE(coded == encode_all(**encoding, sound))
            << "the noise depends on the place alone";
        const auto got = decode_all((*encoding)->track(), coded);
        double power = 0;
        const auto want = sound.floats();
        for (std::size_t i = 0; i < want.size(); ++i)
            power += (want[i] - got[i]) * (want[i] - got[i]);
        const double step = std::ldexp(1.0, 1 - static_cast<int>(bits));
        // Rounding has a twelfth of a step squared, the dither two twelfths.
        EXPECT_NEAR(power / static_cast<double>(want.size()) / (step * step), 0.25, 0.02);
    }
}

TEST(FlacEncoder, IsRepeatable) {
    expect_repeatable(with(0), make_sound(Signal::kMusic, 44'100, 2, 100'000));
}

TEST(FlacEncoder, StopsWhenNobodyWaits) {
    expect_canceled_and_refused(with(0), make_sound(Signal::kMusic, 44'100, 2, 400'000));
}

TEST(FlacFrame, NumbersAreCodedInOneToSevenBytes) {
    std::vector<std::uint8_t> frame = {0xff, 0xf8, 0xc9, 0x18, 0x00, 0xc2, 0, 0, 0, 0, 0, 0};
    EXPECT_FALSE(frame_number(frame).has_value()) << "its checksum is wrong";
    const Sound sound = make_sound(Signal::kMusic, 44'100, 2, 4'096);
    const auto encoding = with(0)(sound.pcm);
    const Coded coded = encode_all(**encoding, sound);
    frame.assign(coded.at(0).bytes.begin(), coded.at(0).bytes.end());
    const auto first = frame;
    for (const std::uint64_t number :
         {0x7full, 0x80ull, 0x7ffull, 0x800ull, 0xffffull, 0x10000ull, 0x1fffffull, 0x200000ull,
          0x3ffffffull, 0x4000000ull, 0x7fffffffull, 0x80000000ull, 0xfffffffffull}) {
        ASSERT_TRUE(renumber_frame(frame, number)) << number;
        EXPECT_EQ(frame_number(frame), number);
    }
    EXPECT_EQ(frame.size(), first.size() + 6);
    ASSERT_TRUE(renumber_frame(frame, 0));
    EXPECT_EQ(frame, first);
    frame[frame.size() / 2] ^= 1;
    EXPECT_FALSE(frame_number(frame).has_value());
    frame.resize(7);
    EXPECT_FALSE(renumber_frame(frame, 1));
}

}  // namespace
}  // namespace consort::codec::testing
