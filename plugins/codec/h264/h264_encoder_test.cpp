#include "plugins/codec/h264/h264_encoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

#include "plugins/codec/common/video/testing.hpp"
#include "plugins/codec/h264/nal_units.hpp"

namespace consort::h264 {
namespace {

using consort::testing::FakeMedia;
using ::testing::HasSubstr;
using video::testing::Coded;
using video::testing::decode;
using video::testing::decode_file;
using video::testing::encode;
using video::testing::media_of;
using video::testing::Picture;
using video::testing::psnr;
using video::testing::Workshop;

const std::string kFilm = "-f lavfi -i testsrc2=s=640x360:r=25:d=8,noise=alls=4:all_seed=1 ";

Result<std::unique_ptr<H264Encoding>> prepare(FakeMedia& media, std::uint32_t height,
                                              std::vector<std::int64_t> boundaries = {},
                                              std::vector<consort_encode_option> options = {},
                                              std::uint32_t bit_rate = 0) {
    EncodeSource source;
    source.kind = CONSORT_TRACK_VIDEO;
    source.media = media.view();
    source.boundaries = boundaries;
    EncodeSettings settings;
    settings.height = height;
    settings.bit_rate = bit_rate;
    settings.options = options;
    return H264Encoder().prepare(source, settings);
}

// Presentation times of coded samples, rising.
std::vector<std::int64_t> times_of(const Coded& coded) {
    std::vector<std::int64_t> times;
    for (const Sample& sample : coded.samples)
        times.push_back(sample.decode_time + sample.composition_offset);
    std::sort(times.begin(), times.end());
    return times;
}

TEST(H264Encoder, MakesARangeOfAnMp4) {
    const Workshop shop;
    const auto media =
        media_of(shop.make(kFilm + "-c:v libx264 -preset ultrafast -bf 2 -g 50", "film.mp4"));
    const auto encoding = prepare(*media, 360);
    ASSERT_TRUE(encoding.ok()) << encoding.error().text;
    const Track track = (*encoding)->track();
    EXPECT_EQ(track.width, 640u);
    EXPECT_EQ(track.height, 360u);
    EXPECT_EQ(track.sample_count, 200u);
    EXPECT_EQ(view(track.codec_string).substr(0, 7), "avc1.4D");
    const auto scale = static_cast<std::int64_t>(track.timescale);
    const Coded coded = encode(**encoding, 2 * scale, 5 * scale);
    ASSERT_TRUE(coded.result.ok()) << coded.result.error().text;
    ASSERT_EQ(coded.samples.size(), 75u);
    EXPECT_EQ(coded.samples[0].decode_time, 2 * scale);
    EXPECT_EQ(coded.samples[0].composition_offset, 0);
    EXPECT_TRUE(coded.samples[0].flags & CONSORT_SAMPLE_SYNC);
    std::vector<std::int64_t> expected;
    for (std::int64_t i = 0; i < 75; ++i) expected.push_back(2 * scale + i * scale / 25);
    EXPECT_EQ(times_of(coded), expected);

    const auto original = decode_file(shop.path("film.mp4"), "", 640, 360);
    const auto result = decode(*media_of(track, coded));
    ASSERT_EQ(result.size(), 75u);
    for (std::size_t i = 0; i < result.size(); ++i)
        EXPECT_GT(psnr(result[i], original[50 + i]), 34) << i;
}

}  // namespace
}  // namespace consort::h264
