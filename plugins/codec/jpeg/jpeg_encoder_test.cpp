#include "plugins/codec/jpeg/jpeg_encoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include "plugins/codec/common/video/testing.hpp"

namespace consort::jpeg {
namespace {

using consort::testing::FakeMedia;
using ::testing::HasSubstr;
using video::testing::Coded;
using video::testing::decode_file;
using video::testing::encode;
using video::testing::media_of;
using video::testing::Workshop;

Result<std::unique_ptr<SpriteEncoding>> prepare(FakeMedia& media,
                                                std::vector<consort_encode_option> options,
                                                std::uint32_t height = 90) {
    EncodeSource source;
    source.kind = CONSORT_TRACK_VIDEO;
    source.media = media.view();
    EncodeSettings settings;
    settings.height = height;
    settings.options = options;
    return JpegEncoder().prepare(source, settings);
}

// Grey that becomes brighter: 16 + 4 a second.
const std::string kFilm =
    "-f lavfi -i "
    "color=black:s=320x180:r=5:d=50,format=yuv420p,geq='lum=16+4*floor(T):cb=128:cr=128' "
    "-c:v libx264 -preset ultrafast -crf 1 -g 5 ";

TEST(JpegEncoder, PutsThumbnailsOnSheets) {
    const Workshop shop;
    const auto media = media_of(shop.make(kFilm, "a.mp4"));
    const auto encoding = prepare(*media, {{str("interval"), str("4")},
                                           {str("tile_columns"), str("4")},
                                           {str("tile_rows"), str("2")}});
    ASSERT_TRUE(encoding.ok()) << encoding.error().text;
    const Track track = (*encoding)->track();
    EXPECT_EQ(view(track.configuration),
              "interval=4 columns=4 rows=2 width=160 height=90 tiles=13");
    EXPECT_EQ(track.sample_count, 2u);
    const auto end = static_cast<std::int64_t>(track.media_duration);
    const Coded coded = encode(**encoding, 0, end);
    ASSERT_TRUE(coded.result.ok()) << coded.result.error().text;
    ASSERT_EQ(coded.samples.size(), 2u);
    EXPECT_EQ(coded.samples[1].decode_time, 32 * track.timescale);
    EXPECT_EQ(coded.samples[0].duration + coded.samples[1].duration, track.media_duration);
    // Each sheet is a file that others read, and shows what it must where it must.
    for (std::size_t sheet = 0; sheet < 2; ++sheet) {
        std::ofstream(shop.path("sheet.jpg"), std::ios::binary)
            << coded.bytes.substr(coded.samples[sheet].offset, coded.samples[sheet].size);
        // ffmpeg makes the limited range of the source again.
        const auto seen = decode_file(shop.path("sheet.jpg"), "scale=out_range=tv", 640, 180);
        ASSERT_EQ(seen.size(), 1u);
        for (std::size_t tile = 0; tile < (sheet == 0 ? 8u : 5u); ++tile) {
            const std::size_t x = tile % 4 * 160 + 80, y = tile / 4 * 90 + 45;
            const double second = static_cast<double>(sheet * 8 + tile) * 4;
            EXPECT_NEAR(seen[0].bytes[y * 640 + x], 16 + 4 * second, 2.5) << sheet << ' ' << tile;
        }
    }
    // A range makes the sheets that begin in it, and the same ones.
    EXPECT_EQ(encode(**encoding, 1, 32 * track.timescale).samples.size(), 0u);
    const Coded second = encode(**encoding, 32 * track.timescale, end);
    ASSERT_EQ(second.samples.size(), 1u);
    EXPECT_TRUE(second.bytes == coded.bytes.substr(coded.samples[1].offset));
}

TEST(JpegEncoder, ShowsTheNextPictureForADamagedOne) {
    const Workshop shop;
    const auto file = shop.make(
        "-f lavfi -i testsrc2=s=320x180:r=5:d=20 -c:v mjpeg -q:v 2 -pix_fmt yuvj420p", "a.mkv");
    auto media = media_of(file);
    for (char& byte : media->source) byte = '\x11';
    const auto nothing = prepare(*media, {});
    ASSERT_TRUE(nothing.ok());
    EXPECT_EQ(encode(**nothing, 0, 20'000).result.error().status, CONSORT_E_CORRUPT);

    auto hurt = media_of(file);
    Sample first{};
    ASSERT_TRUE(hurt->view().samples(0, 0, 1, {&first, 1}).ok());
    std::fill_n(hurt->source.begin() + static_cast<std::ptrdiff_t>(first.offset), first.size, 'x');
    const auto encoding = prepare(*hurt, {});
    ASSERT_TRUE(encoding.ok());
    EXPECT_TRUE(encode(**encoding, 0, 20'000).result.ok());
}

TEST(JpegEncoder, RefusesWhatItCannotDo) {
    const Workshop shop;
    const auto media = media_of(shop.make("-f lavfi -i testsrc2=s=64x48:d=1 -c:v mpeg4", "a.mp4"));
    EXPECT_EQ(prepare(*media, {}).error().status, CONSORT_E_UNSUPPORTED);  // 48 lines
    EXPECT_TRUE(prepare(*media, {}, 0).ok());
    for (const auto& [name, value] :
         {std::pair{"interval", "0"}, {"tile_rows", "21"}, {"quality", "x"}, {"colour", "no"}}) {
        const auto refused = prepare(*media, {{str(name), str(value)}}, 0);
        ASSERT_FALSE(refused.ok()) << name;
        EXPECT_EQ(refused.error().status, CONSORT_E_UNSUPPORTED);
        EXPECT_THAT(refused.error().text, HasSubstr(name));
    }
    const auto encoding = prepare(*media, {}, 0);
    EXPECT_EQ(encode(**encoding, 0, 1'000'000, 1).result.error().status, CONSORT_E_CANCELED);
}

}  // namespace
}  // namespace consort::jpeg
