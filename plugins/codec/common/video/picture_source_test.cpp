#include "plugins/codec/common/video/picture_source.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "plugins/codec/common/video/testing.hpp"

namespace consort::video {
namespace {

using consort::testing::FakeMedia;
using testing::decode_file;
using testing::media_of;
using testing::Picture;
using testing::picture_of;
using testing::psnr;
using testing::Workshop;

struct Source {
    std::string name, file, arguments;
    // What ffmpeg's own decoding must look like to be equal.
    std::string filters;
    bool deinterlaced = false;
};
std::ostream& operator<<(std::ostream& to, const Source& source) { return to << source.name; }

const std::string kInput = "-f lavfi -i testsrc2=s=176x144:r=25:d=4 ";

class EverySource : public ::testing::TestWithParam<Source> {};

// A reader of one track.
struct Film {
    std::unique_ptr<FakeMedia> media;
    PictureList list;
    PicturePlan plan;

    explicit Film(std::unique_ptr<FakeMedia> opened, std::uint32_t height = 0)
        : media(std::move(opened)), list(*PictureList::of(media->view(), 0)) {
        silence_libav();
        plan = PicturePlan::make(*SourceLook::of(media->view(), 0, list, {}), height);
    }
    Result<std::vector<Picture>> read(PictureRange range, const Canceled& canceled = {}) const {
        std::vector<Picture> pictures;
        std::size_t next = range.first;
        auto done = read_pictures(media->view(), 0, list, plan, range, canceled,
                                  [&](std::size_t number, FramePtr frame) -> Result<void> {
                                      EXPECT_EQ(number, next++);
                                      pictures.push_back(picture_of(*frame, list.time(number)));
                                      return {};
                                  });
        if (!done) return std::move(done).error();
        return pictures;
    }
    std::vector<Picture> all() const {
        auto pictures = read({0, list.size()});
        EXPECT_TRUE(pictures.ok()) << pictures.error().text;
        return pictures ? *pictures : std::vector<Picture>();
    }
};

TEST_P(EverySource, GivesTheSamePicturesInAnyRange) {
    const Workshop shop;
    const auto file = shop.make(GetParam().arguments, GetParam().file);
    const Film film(media_of(file));
    const Size size = film.plan.size;
    const auto original = decode_file(file, GetParam().filters, size.width, size.height);
    ASSERT_EQ(original.size(), film.list.size());
    ASSERT_GT(original.size(), 20u);

    std::mt19937 random(7);
    for (int round = 0; round < 12; ++round) {
        std::size_t first = random() % original.size(), end = random() % original.size();
        if (first > end) std::swap(first, end);
        if (round == 0) first = 0, end = original.size() - 1;
        const PictureRange range{first, end + 1};
        const auto pictures = film.read(range);
        ASSERT_TRUE(pictures.ok()) << pictures.error().text;
        ASSERT_EQ(pictures->size(), range.size());
        for (std::size_t i = 0; i < range.size(); ++i)
            ASSERT_GT(psnr((*pictures)[i], original[first + i]), GetParam().deinterlaced ? 45 : 98)
                << "picture " << first + i << " of " << first << " to " << end;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Codecs, EverySource,
    ::testing::Values(
        Source{"h264", "a.mp4",
               kInput + "-c:v libx264 -preset ultrafast -bf 3 -g 25 -pix_fmt yuv420p", ""},
        Source{"h264_open_gop", "a.mkv",
               kInput + "-c:v libx264 -preset veryfast -bf 3 -g 20 -x264-params "
                        "open-gop=1:bframes=3:b-adapt=0:scenecut=0",
               ""},
        Source{"hevc_open_gop", "a.mp4",
               kInput + "-c:v libx265 -preset ultrafast -x265-params "
                        "log-level=0:open-gop=1:keyint=20:bframes=4",
               ""},
        Source{"vp8", "a.webm", kInput + "-c:v libvpx -deadline realtime -cpu-used 8 -g 30", ""},
        Source{"vp9", "a.webm", kInput + "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 30",
               ""},
        Source{"av1", "a.mp4", kInput + "-c:v libaom-av1 -usage realtime -cpu-used 8 -g 30", ""},
        Source{
            "mpeg4",
            "a.mp4",
            kInput + "-c:v mpeg4 -bf 2 -g 15 -q:v 3",
            "",
        },
        Source{"mpeg2", "a.mkv", kInput + "-c:v mpeg2video -bf 2 -g 15 -q:v 3", ""},
        Source{"mjpeg_full_range", "a.mkv", kInput + "-c:v mjpeg -q:v 2",
               "scale=out_range=tv:flags=bicubic+accurate_rnd+bitexact"},
        Source{"variable_rate", "a.mp4",
               kInput + "-vf select='not(eq(mod(n\\,7)\\,3))*not(between(n\\,40\\,55))' -vsync vfr "
                        "-c:v libx264 -preset ultrafast -bf 2 -g 20",
               ""},
        Source{"interlaced", "a.mkv",
               "-f lavfi -i testsrc2=s=176x144:r=50:d=4 -vf interlace -c:v mpeg2video -flags "
               "+ildct+ilme -g 12 -bf 2 -q:v 3",
               "bwdif=mode=send_frame", true}),
    [](const auto& each) { return each.param.name; });

TEST(PictureSource, StandsUprightWithSquarePixels) {
    const Workshop shop;
    shop.make(
        "-f lavfi -i testsrc2=s=180x120:r=10:d=1 -vf setsar=4/3 -c:v libx264 -preset "
        "ultrafast",
        "wide.mp4");
    const Film wide(media_of(shop.path("wide.mp4")));
    EXPECT_EQ(wide.plan.size.width, 240u);
    EXPECT_EQ(wide.plan.size.height, 120u);

    for (const auto& [angle, filter] :
         {std::pair{90, "transpose=cclock"}, {180, "hflip,vflip"}, {270, "transpose=clock"}}) {
        const std::string name = "turned" + std::to_string(angle) + ".mp4";
        shop.make("-i wide.mp4 -c copy -metadata:s:v rotate=" + std::to_string(angle), name);
        const Film turned(media_of(shop.path(name)));
        const bool lying = angle != 180;
        EXPECT_EQ(turned.plan.size.width, lying ? 120u : 240u);
        EXPECT_EQ(turned.plan.size.height, lying ? 240u : 120u);
        const auto pictures = turned.all();
        ASSERT_EQ(pictures.size(), 10u);
        // ffmpeg turns it upright too.
        const auto upright = decode_file(
            shop.path(name), lying ? "scale=120:240:flags=bicubic" : "scale=240:120:flags=bicubic",
            turned.plan.size.width, turned.plan.size.height);
        ASSERT_EQ(upright.size(), 10u);
        EXPECT_GT(psnr(pictures[4], upright[4]), 30) << angle << filter;
    }
}

TEST(PictureSource, NeverEnlargesAndMakesEvenSizes) {
    SourceLook look;
    look.coded = {853, 481};
    EXPECT_EQ(PicturePlan::make(look, 720).size.height, 480u);
    EXPECT_EQ(PicturePlan::make(look, 720).size.width, 852u);  // 851.2
    EXPECT_EQ(PicturePlan::make(look, 361).size.height, 360u);
    EXPECT_EQ(PicturePlan::make(look, 361).size.width, 638u);
    look.coded = {1, 1};
    EXPECT_EQ(PicturePlan::make(look, 0).size.width, 2u);
    look.coded = {720, 576};
    look.sar_num = 4'000'000'000u;  // nonsense counts as square
    EXPECT_EQ(PicturePlan::make(look, 0).size.width, 720u);
}

TEST(PictureSource, MakesStandardPicturesOfHdr) {
    const Workshop shop;
    for (const char* transfer : {"smpte2084", "arib-std-b67"}) {
        // Grey of 100 cd/m², as the transfer codes it.
        const bool pq = std::string(transfer) == "smpte2084";
        const auto file = shop.make(
            std::string("-f lavfi -i color=gray:s=64x64:r=5:d=1 -vf format=yuv444p,"
                        "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709,"
                        "zscale=transfer=linear:npl=100,format=gbrpf32le,zscale=transfer=") +
                transfer +
                ":primaries=bt2020:matrix=bt2020nc:range=limited:npl=100,format=yuv420p10le "
                "-c:v libx265 -preset ultrafast -x265-params "
                "log-level=0:colorprim=bt2020:transfer=" +
                transfer + ":colormatrix=bt2020nc",
            pq ? "pq.mp4" : "hlg.mp4");
        const Film film(media_of(file));
        EXPECT_TRUE(film.plan.source.hdr());
        EXPECT_EQ(film.plan.colour.transfer, 1u);
        const auto pictures = film.all();
        ASSERT_EQ(pictures.size(), 5u);
        const Picture& picture = pictures[2];
        const int luma = picture.bytes[32 * 64 + 32], blue = picture.bytes[64 * 64 + 16 * 32 + 16];
        EXPECT_GT(luma, 70) << transfer;  // grey stays a grey of the middle
        EXPECT_LT(luma, 170) << transfer;
        EXPECT_NEAR(blue, 128, 2) << transfer;
    }
}

TEST(PictureSource, RepeatsTheLastGoodPictureForADamagedOne) {
    const Workshop shop;
    // Each picture alone, so that damage does not spread.
    const auto file = shop.make(kInput + "-c:v mjpeg -q:v 2 -pix_fmt yuvj420p", "a.mkv");
    auto media = media_of(file);
    std::vector<Sample> samples(100);
    ASSERT_TRUE(media->view().samples(0, 0, 100, samples).ok());
    for (const std::size_t bad : {0, 10, 11, 99})
        std::fill_n(media->source.begin() + static_cast<std::ptrdiff_t>(samples[bad].offset),
                    samples[bad].size, '\xee');
    const Film damaged(std::move(media)), good(media_of(file));
    const auto seen = damaged.all(), expected = good.all();
    ASSERT_EQ(seen.size(), 100u);
    for (std::size_t i = 0; i < 100; ++i) {
        const std::size_t shown = i == 0 ? 1 : i == 10 || i == 11 ? 9 : i == 99 ? 98 : i;
        EXPECT_TRUE(seen[i].bytes == expected[shown].bytes) << i;
    }
    // A range of which nothing is left shows what was up before it.
    const auto range = damaged.read({10, 12});
    ASSERT_TRUE(range.ok());
    EXPECT_TRUE((*range)[0].bytes == expected[9].bytes);
    EXPECT_TRUE((*range)[1].bytes == expected[9].bytes);
}

TEST(PictureSource, KeepsTimeWhateverIsDamaged) {
    const Workshop shop;
    for (const char* codec : {"libx264 -preset ultrafast -bf 2", "mpeg4 -bf 2",
                              "libvpx-vp9 -deadline realtime -cpu-used 8"}) {
        const auto file = shop.make(kInput + "-g 20 -c:v " + codec, "a.mkv");
        std::mt19937 random(3);
        for (int round = 0; round < 6; ++round) {
            auto media = media_of(file);
            for (int hit = 0; hit < 40 * (round + 1); ++hit)
                media->source[random() % media->source.size()] = static_cast<char>(random());
            const Film film(std::move(media));
            const auto one = film.read({5, 90}), two = film.read({5, 90});
            ASSERT_EQ(one.ok(), two.ok());
            if (!one) {
                EXPECT_EQ(one.error().status, CONSORT_E_CORRUPT);
                continue;
            }
            ASSERT_EQ(one->size(), 85u);
            for (std::size_t i = 0; i < 85; ++i)
                ASSERT_TRUE((*one)[i].bytes == (*two)[i].bytes) << codec << ' ' << i;
        }
    }
}

TEST(PictureSource, StopsWhenNobodyWaits) {
    const Workshop shop;
    const Film film(media_of(shop.make(kInput + "-c:v mpeg4", "a.mp4")));
    int asked = 0;
    const auto read = film.read({0, 100}, [&] { return ++asked > 10; });
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().status, CONSORT_E_CANCELED);
    EXPECT_LE(asked, 12);
}

}  // namespace
}  // namespace consort::video
