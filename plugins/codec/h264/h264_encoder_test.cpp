#include "plugins/codec/h264/h264_encoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <random>
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

struct Source {
    std::string name, file, arguments;
    std::string filters;  // for ffmpeg to show it as we do
    double quality = 33;  // dB, the worst picture
};
std::ostream& operator<<(std::ostream& to, const Source& source) { return to << source.name; }

class EverySource : public ::testing::TestWithParam<Source> {};

TEST_P(EverySource, JoinsFromRangesWithoutASeam) {
    const Workshop shop;
    const auto file = shop.make(GetParam().arguments, GetParam().file);
    const auto media = media_of(file);
    const auto list = video::PictureList::of(media->view(), 0);
    ASSERT_TRUE(list.ok());
    std::mt19937 random(11);
    std::vector<std::int64_t> cuts{0, list->duration()};
    for (int i = 0; i < 4; ++i) cuts.push_back(list->time(random() % list->size()));
    std::sort(cuts.begin(), cuts.end());

    const auto encoding = prepare(*media, 0, cuts, {}, 1'000'000);
    ASSERT_TRUE(encoding.ok()) << encoding.error().text;
    const Track track = (*encoding)->track();
    const auto whole = encode(**encoding, 0, list->duration());
    Coded joined;
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
        const Coded part = encode(**encoding, cuts[i], cuts[i + 1]);
        ASSERT_TRUE(part.result.ok()) << part.result.error().text;
        if (!part.samples.empty()) {
            EXPECT_EQ(part.samples[0].decode_time, cuts[i]);
            EXPECT_EQ(part.samples[0].composition_offset, 0);
            EXPECT_TRUE(part.samples[0].flags & CONSORT_SAMPLE_SYNC);
            // Alone it decodes as well as among its neighbours.
            EXPECT_EQ(decode(*media_of(track, part)).size(), part.samples.size());
        }
        video::testing::append(joined, part);
    }
    // Times are the source's, without a gap.
    ASSERT_EQ(joined.samples.size(), list->size());
    const auto times = times_of(joined);
    std::int64_t next = 0;
    for (std::size_t i = 0; i < times.size(); ++i) {
        EXPECT_EQ(times[i], list->time(i)) << i;
        EXPECT_EQ(joined.samples[i].decode_time, next) << i;
        next += joined.samples[i].duration;
    }
    EXPECT_EQ(next, list->duration());
    EXPECT_EQ(static_cast<std::uint64_t>(next), track.media_duration);
    // One range over several boundaries has pictures that stand alone on them.
    for (const Sample& sample : whole.samples)
        if (std::binary_search(cuts.begin(), cuts.end(), sample.decode_time)) {
            EXPECT_TRUE(sample.flags & CONSORT_SAMPLE_SYNC) << sample.decode_time;
        }
    EXPECT_TRUE(whole.bytes == joined.bytes);

    const auto original = decode_file(file, GetParam().filters, track.width, track.height);
    const auto result = decode(*media_of(track, joined));
    ASSERT_EQ(result.size(), original.size());
    for (std::size_t i = 0; i < result.size(); ++i)
        EXPECT_GT(psnr(result[i], original[i]), GetParam().quality) << i;
}

const std::string kSmall = "-f lavfi -i testsrc2=s=320x180:r=25:d=4 ";

INSTANTIATE_TEST_SUITE_P(
    Sources, EverySource,
    ::testing::Values(
        Source{"h264_open_gop", "a.mkv",
               kSmall + "-c:v libx264 -preset veryfast -x264-params "
                        "open-gop=1:keyint=20:bframes=3:b-adapt=0:scenecut=0",
               ""},
        Source{"hevc", "a.mp4",
               kSmall + "-c:v libx265 -preset ultrafast -x265-params log-level=0:keyint=20", ""},
        Source{"vp9", "a.webm",
               kSmall + "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 2M -g 30", ""},
        Source{"av1", "a.mkv", kSmall + "-c:v libaom-av1 -usage realtime -cpu-used 8 -b:v 2M -g 30",
               ""},
        Source{"mpeg4", "a.mp4", kSmall + "-c:v mpeg4 -bf 2 -g 15 -q:v 3", ""},
        Source{"odd_size", "a.mkv",
               "-f lavfi -i testsrc2=s=321x181:r=25:d=4 -c:v ffv1 -pix_fmt yuv444p",
               "scale=320:180:flags=bicubic", 30},
        Source{"variable_rate", "a.mp4",
               kSmall + "-vf select='not(eq(mod(n\\,7)\\,3))*not(between(n\\,40\\,65))' -vsync "
                        "vfr -c:v libx264 -preset ultrafast -bf 2 -g 20",
               ""},
        Source{"interlaced", "a.mkv",
               "-f lavfi -i testsrc2=s=320x180:r=50:d=4 -vf interlace -c:v mpeg2video -flags "
               "+ildct+ilme -g 12 -bf 2 -q:v 3",
               "bwdif=mode=send_frame"},
        Source{"slow_and_turned", "a.mp4",
               "-f lavfi -i testsrc2=s=320x180:r=2:d=12 -c:v libx264 -preset ultrafast -g 5 "
               "-metadata:s:v rotate=90",
               ""}),
    [](const auto& each) { return each.param.name; });

TEST(H264Encoder, MakesTheSameBytesEachTime) {
    const Workshop shop;
    // Noise, so that the bound on the bit rate is felt all the time.
    const auto file = shop.make(
        "-f lavfi -i testsrc2=s=640x360:r=25:d=7,noise=alls=40:allf=t:all_seed=1 -c:v libx264 "
        "-preset ultrafast -g 50",
        "film.mp4");
    const auto media = media_of(file), other = media_of(file);
    const auto encoding = prepare(*media, 240, {}, {}, 300'000);
    const auto again = prepare(*other, 240, {}, {}, 300'000);
    ASSERT_TRUE(encoding.ok() && again.ok());
    EXPECT_EQ(view((*encoding)->info().revision), view((*again)->info().revision));
    EXPECT_EQ(view((*encoding)->track().configuration), view((*again)->track().configuration));
    const auto scale = static_cast<std::int64_t>((*encoding)->track().timescale);
    const Coded first = encode(**encoding, 2 * scale, 6 * scale);
    ASSERT_TRUE(first.result.ok());
    ASSERT_EQ(first.samples.size(), 100u);
    // Several at once, on a busy machine.
    std::array<Coded, 4> results;
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < results.size(); ++i)
        threads.emplace_back([&, i] {
            results[i] = encode(i % 2 == 0 ? **encoding : **again, 2 * scale, 6 * scale);
        });
    for (std::thread& thread : threads) thread.join();
    for (const Coded& coded : results) EXPECT_TRUE(coded.bytes == first.bytes);
}

TEST(H264Encoder, KeepsToTheBitRate) {
    const Workshop shop;
    const auto media = media_of(
        shop.make("-f lavfi -i testsrc2=s=320x180:r=25:d=6,noise=alls=60:allf=t:all_seed=1 -c:v "
                  "libx264 -preset ultrafast -crf 10",
                  "noise.mp4"));
    for (const char* control : {"capped", "average"}) {
        const auto encoding =
            prepare(*media, 0, {}, {{str("rate_control"), str(control)}}, 300'000);
        ASSERT_TRUE(encoding.ok()) << encoding.error().text;
        const auto scale = static_cast<std::int64_t>((*encoding)->track().timescale);
        const Coded coded = encode(**encoding, 0, 6 * scale);
        ASSERT_TRUE(coded.result.ok());
        EXPECT_LT(static_cast<double>(coded.bytes.size()) * 8 / 6,
                  (*encoding)->info().peak_bit_rate)
            << control;
    }
}

TEST(H264Encoder, RefusesToEnlargeAndWhatItDoesNotKnow) {
    const Workshop shop;
    const auto media = media_of(shop.make(kSmall + "-c:v mpeg4", "a.mp4"));
    const auto larger = prepare(*media, 240);
    ASSERT_FALSE(larger.ok());
    EXPECT_EQ(larger.error().status, CONSORT_E_UNSUPPORTED);
    EXPECT_EQ(larger.error().text, "The source has 180 lines; 240 would only enlarge it.");
    EXPECT_TRUE(prepare(*media, 180).ok());
    for (const auto& [name, value] :
         {std::pair{"preset", "placebo"}, {"crf", "nan"}, {"tune", "film"}}) {
        const auto refused = prepare(*media, 180, {}, {{str(name), str(value)}});
        ASSERT_FALSE(refused.ok()) << name;
        EXPECT_EQ(refused.error().status, CONSORT_E_UNSUPPORTED);
        EXPECT_THAT(refused.error().text, HasSubstr(name));
    }
    EncodeSource sound;
    sound.kind = CONSORT_TRACK_AUDIO;
    EXPECT_EQ(H264Encoder().prepare(sound, {}).error().status, CONSORT_E_UNSUPPORTED);
}

TEST(H264Encoder, CarriesOnOverDamage) {
    const Workshop shop;
    const auto file = shop.make(kSmall + "-c:v libx264 -preset ultrafast -bf 2 -g 25", "a.mp4");
    std::mt19937 random(5);
    for (int round = 0; round < 4; ++round) {
        auto media = media_of(file);
        for (int hit = 0; hit < 60 * (round + 1); ++hit)
            media->source[random() % media->source.size()] = static_cast<char>(random());
        const auto encoding = prepare(*media, 0);
        ASSERT_TRUE(encoding.ok()) << encoding.error().text;
        const auto scale = static_cast<std::int64_t>((*encoding)->track().timescale);
        const Coded one = encode(**encoding, scale, 3 * scale);
        const Coded two = encode(**encoding, scale, 3 * scale);
        ASSERT_TRUE(one.result.ok()) << one.result.error().text;
        EXPECT_EQ(one.samples.size(), 50u);
        EXPECT_TRUE(one.bytes == two.bytes);
        EXPECT_EQ(decode(*media_of((*encoding)->track(), one)).size(), 50u);
    }
    auto nothing = media_of(file);
    std::fill(nothing->source.begin(), nothing->source.end(), '\x55');
    const auto encoding = prepare(*nothing, 0);
    ASSERT_TRUE(encoding.ok());
    EXPECT_EQ(encode(**encoding, 0, 12'800).result.error().status, CONSORT_E_CORRUPT);
}

TEST(H264Encoder, StopsWhenNobodyWaits) {
    const Workshop shop;
    const auto media = media_of(shop.make(kSmall + "-c:v mpeg4", "a.mp4"));
    const auto encoding = prepare(*media, 0);
    ASSERT_TRUE(encoding.ok());
    const Coded coded = encode(**encoding, 0, (*encoding)->track().media_duration, 20);
    EXPECT_EQ(coded.result.error().status, CONSORT_E_CANCELED);
    EXPECT_TRUE(coded.samples.empty());
    EXPECT_EQ(encode(**encoding, 5, 4).result.error().status, CONSORT_E_INVALID);
    EXPECT_TRUE(encode(**encoding, 1'000'000'000, 2'000'000'000).samples.empty());
}

// ffmpeg's command line reads what the ranges make, as a player would.
TEST(H264Encoder, IsReadByOthers) {
    const Workshop shop;
    const auto media = media_of(shop.make(kSmall + "-c:v mpeg4", "a.mp4"));
    const auto encoding = prepare(*media, 0);
    ASSERT_TRUE(encoding.ok());
    const Track track = (*encoding)->track();
    const std::string record(view(track.configuration));
    std::string stream;
    const auto unit = [&](std::string_view bytes) { stream.append("\0\0\0\1", 4).append(bytes); };
    const auto length = [](std::string_view at, std::size_t bytes) {
        std::size_t value = 0;
        for (std::size_t i = 0; i < bytes; ++i)
            value = value << 8 | static_cast<std::uint8_t>(at[i]);
        return value;
    };
    const std::size_t sequence = length(record.substr(6), 2);
    unit(std::string_view(record).substr(8, sequence));
    unit(std::string_view(record).substr(11 + sequence, length(record.substr(9 + sequence), 2)));
    for (const std::int64_t start : {0, 1, 2, 3}) {
        const auto scale = static_cast<std::int64_t>(track.timescale);
        const Coded coded = encode(**encoding, start * scale, (start + 1) * scale);
        for (const Sample& sample : coded.samples) {
            const auto all = std::string_view(coded.bytes).substr(sample.offset, sample.size);
            for (std::size_t at = 0; at < all.size(); at += 4 + length(all.substr(at), 4)) {
                unit(all.substr(at + 4, length(all.substr(at), 4)));
                const unsigned type = static_cast<std::uint8_t>(all[at + 4]) & 31u;
                EXPECT_TRUE(type == 1 || type == 5) << "NAL unit type " << type;
            }
        }
    }
    std::ofstream(shop.path("a.h264"), std::ios::binary) << stream;
    EXPECT_EQ(decode_file(shop.path("a.h264"), "", 320, 180).size(), 100u);
    EXPECT_NO_THROW(shop.make("-xerror -err_detect explode -i a.h264 -f null", "-"));
}

TEST(KnownConfigurations, AreThoseOfTheSettingsEachTime) {
    KnownConfigurations known;
    StreamSettings small, large;
    small.size = {320, 180};
    large.size = {1280, 720};
    for (int i = 0; i < 2; ++i) {
        for (const StreamSettings& each : {small, large}) {
            const auto got = known.of(each);
            const auto stream = Stream::open(each);
            ASSERT_TRUE(got.ok() && stream.ok());
            EXPECT_EQ(*got, stream->configuration());
        }
    }
    small.profile = "nonsense";
    EXPECT_EQ(known.of(small).error().status, CONSORT_E_UNSUPPORTED);
}

}  // namespace
}  // namespace consort::h264
