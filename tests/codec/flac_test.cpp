// The FLAC encoder: every bit comes back.
#include <gtest/gtest.h>

#include <cmath>

#include "plugins/codec/flac/flac_encoder.hpp"
#include "plugins/codec/flac/flac_frame.hpp"
#include "tests/codec/encoder_suite.hpp"

namespace consort::codec::testing {
namespace {

constexpr auto with = prepare_with<FlacEncoder>;

class FlacEncoderTest : public ::testing::Test {
  protected:
    // False: it was refused, which fails the test.
    bool prepare(const Sound& sound, std::uint32_t bits = 0) {
        auto made = with(0, 0, 0, bits)(sound.pcm);
        EXPECT_TRUE(made.ok()) << made.error().text;
        if (made.ok()) encoding_ = *std::move(made);
        return made.ok();
    }
    Track track() const { return encoding_->track(); }
    // Cut at random, coded and joined: the bytes must be those of one run.
    Coded encoded(const Sound& sound, std::size_t cuts, std::uint32_t seed) const {
        Coded joined =
            encode_in_ranges(*encoding_, sound, random_cuts(track().sample_count, cuts, seed));
        EXPECT_TRUE(joined == encode_all(*encoding_, sound)) << "each range has the same bytes";
        return joined;
    }
    std::unique_ptr<SoundEncoding> encoding_;
};

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

TEST_F(FlacEncoderTest, DescribesItsTrack) {
    ASSERT_TRUE(prepare(make_sound(Signal::kMusic, 96'000, 6, 100'000, CONSORT_PCM_S32, 24)));
    const Track track = encoding_->track();
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

TEST_F(FlacEncoderTest, EqualsTheSourceBitForBitAcrossRanges) {
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
            ASSERT_TRUE(prepare(sound));
            const Coded joined = encoded(sound, 9, c.rate);
            ASSERT_EQ(joined.size(), track().sample_count);
            for (std::size_t i = 0; i < joined.size(); ++i) {
                const auto& bytes = joined[i].bytes;
                const auto number = frame_number(
                    {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
                ASSERT_TRUE(number.has_value()) << i;
                EXPECT_EQ(*number, i);
            }
            EXPECT_TRUE(integers(decode_sound(track(), joined)) == integers(sound))
                << c.rate << " Hz, " << c.bits << " bits, " << name_of(signal);
        }
    }
}

TEST_F(FlacEncoderTest, LengthIsExactToTheSample) {
    for (const std::uint64_t frames : {1u, 15u, 4'095u, 4'096u, 4'097u, 70'000u})
        expect_exact_length(with(0), make_sound(Signal::kMusic, 44'100, 2, frames), -120);
    expect_exact_length(with(0, 0, 48'000), make_sound(Signal::kMusic, 44'100, 2, 100'000), 0);
}

TEST_F(FlacEncoderTest, LiveSoundMakesTheSameSamples) {
    expect_live_equals_known(with(0), make_sound(Signal::kMusic, 48'000, 2, 100'001));
    expect_live_equals_known(with(0), make_sound(Signal::kMusic, 48'000, 2, 4'096 * 3));
}

TEST_F(FlacEncoderTest, FloatsAreDitheredTo24Or16Bits) {
    const Sound sound = make_sound(Signal::kMusic, 48'000, 2, 50'000, CONSORT_PCM_F32);
    for (const std::uint32_t bits : {16u, 24u}) {
        ASSERT_TRUE(prepare(sound, bits));
        // The noise depends on the place alone.
        const auto got = decode_all(track(), encoded(sound, 3, bits));
        double power = 0, count = 0;
        const auto want = sound.floats();
        const double step = std::ldexp(1.0, 1 - static_cast<int>(bits));
        for (std::size_t i = 0; i < want.size(); ++i) {
            if (std::fmod(want[i], step) == 0) {
                ASSERT_EQ(want[i], got[i]) << "there is nothing to round";
                continue;
            }
            power += (want[i] - got[i]) * (want[i] - got[i]);
            ++count;
        }
        EXPECT_GT(count, static_cast<double>(want.size()) / 2);
        // Rounding has a twelfth of a step squared, the dither two twelfths.
        EXPECT_NEAR(power / count / (step * step), 0.25, 0.02);
    }
}

TEST_F(FlacEncoderTest, IsRepeatable) {
    expect_repeatable(with(0), make_sound(Signal::kMusic, 44'100, 2, 100'000));
}

TEST_F(FlacEncoderTest, StopsWhenNobodyWaits) {
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
