// What probe and cover say of tagged files of every format.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugins/container/ffmpeg/tags.hpp"
#include "plugins/container/ffmpeg/test_media.hpp"
#include "plugins/container/ffmpeg/track_info.hpp"
#include "plugins/container/ffmpeg/utf8.hpp"

namespace consort::container_ffmpeg {
namespace {

using testing::Blob;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const char* const kSound = "-f lavfi -i sine=440:r=44100:d=3 ";
const char* const kTags =
    "-metadata title='Für Elise 音楽 🎹' -metadata artist='AC/DC;Björk' -metadata album=Platte "
    "-metadata album_artist=Diverse -metadata track=3/12 -metadata disc=1/2 -metadata date=1987 "
    "-metadata genre=Rock ";

struct Format_ {
    const char* file;
    const char* arguments;
    const char* container;
    const char* content_type;
    const char* codec;
    const char* codec_string;
};
void PrintTo(const Format_& format, std::ostream* out) { *out << format.file; }

class Tagged : public ::testing::TestWithParam<Format_> {};

TEST_P(Tagged, IsDescribed) {
    const testing::Workshop workshop;
    const Blob bytes = testing::read_file(
        workshop.make(std::string(kSound) + kTags + GetParam().arguments, GetParam().file));
    const auto probe = testing::probe_of(bytes, "x");
    ASSERT_TRUE(probe.result.ok()) << probe.result.error().text;
    EXPECT_EQ(probe.container, GetParam().container);
    EXPECT_EQ(probe.content_type, GetParam().content_type);
    EXPECT_NEAR(static_cast<double>(probe.duration_ns), 3e9, 0.1e9);
    ASSERT_EQ(probe.tracks.size(), 1u);
    EXPECT_EQ(probe.tracks[0].codec, GetParam().codec);
    EXPECT_EQ(probe.tracks[0].codec_string, GetParam().codec_string);
    EXPECT_EQ(probe.tracks[0].values.channels, 1u);
    EXPECT_FALSE(probe.has_cover);
    EXPECT_THAT(probe.values("title"), ElementsAre("Für Elise 音楽 🎹"));
    EXPECT_THAT(probe.values("artist"), ElementsAre("AC/DC", "Björk"));
    EXPECT_THAT(probe.values("album"), ElementsAre("Platte"));
    EXPECT_THAT(probe.values("albumartist"), ElementsAre("Diverse"));
    EXPECT_THAT(probe.values("track"), ElementsAre("3"));
    EXPECT_THAT(probe.values("tracktotal"), ElementsAre("12"));
    EXPECT_THAT(probe.values("disc"), ElementsAre("1"));
    EXPECT_THAT(probe.values("disctotal"), ElementsAre("2"));
    EXPECT_THAT(probe.values("date"), ElementsAre("1987"));
    EXPECT_THAT(probe.values("genre"), ElementsAre("Rock"));
    EXPECT_THAT(probe.values("encoder"), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Formats, Tagged,
    ::testing::Values(Format_{"a.m4a", "-c:a aac", "mov", "audio/mp4", "aac", "mp4a.40.2"},
                      Format_{"b.m4a", "-c:a alac", "mov", "audio/mp4", "alac", "alac"},
                      Format_{"c.mp3", "-c:a libmp3lame", "mp3", "audio/mpeg", "mp3", "mp4a.40.34"},
                      Format_{"d.flac", "-c:a flac", "flac", "audio/flac", "flac", "fLaC"},
                      Format_{"e.opus", "-c:a libopus", "ogg", "audio/ogg", "opus", "opus"},
                      Format_{"f.ogg", "-c:a libvorbis", "ogg", "audio/ogg", "vorbis", "vorbis"},
                      Format_{"g.mka", "-c:a flac", "matroska", "audio/x-matroska", "flac",
                              "fLaC"}));

TEST(Probe, ReadsFewBytes) {
    const testing::Workshop workshop;
    for (const auto& [file, codec] : {std::pair{"a.m4a", "aac"},
                                      {"b.flac", "flac"},
                                      {"c.mp3", "libmp3lame"},
                                      {"d.wav", "pcm_s16le"},
                                      {"e.mka", "libopus"},
                                      {"f.ogg", "libvorbis"},
                                      {"g.opus", "libopus"}}) {
        const Blob bytes = testing::read_file(
            workshop.make(std::string("-f lavfi -i anoisesrc=r=44100:d=60 -c:a ") + codec, file));
        const auto probe = testing::probe_of(bytes, file);
        ASSERT_TRUE(probe.result.ok()) << file;
        EXPECT_LT(probe.bytes_read, 200'000u) << file << " of " << bytes.size();
    }
}

Blob joined(const Blob& first, const Blob& second) {
    Blob both = first;
    both.insert(both.end(), second.begin(), second.end());
    return both;
}

TEST(Probe, OggLastsWhatItsPagesSay) {
    const testing::Workshop workshop;
    const auto sound = [&](const char* seconds, const char* codec, const char* name) {
        return testing::read_file(workshop.make(
            std::string("-f lavfi -i sine=440:r=48000:d=") + seconds + " -c:a " + codec, name));
    };
    const auto seconds = [](const Blob& bytes) {
        const auto probe = testing::probe_of(bytes, "x");
        EXPECT_TRUE(probe.result.ok());
        return static_cast<double>(probe.duration_ns) / 1e9;
    };
    const Blob opus = sound("7", "libopus", "a.opus");
    const Blob vorbis = sound("20", "libvorbis", "b.ogg");
    EXPECT_EQ(seconds(opus), 7) << "without the encoder's delay";
    EXPECT_EQ(seconds(vorbis), 20);
    EXPECT_EQ(seconds(sound("0.3", "libopus", "c.opus")), 0.3);
    EXPECT_NEAR(seconds(sound("0.02", "libvorbis", "d.ogg")), 0.02, 0.001);
    EXPECT_EQ(seconds(sound("3", "flac", "e.oga")), 3);
    const std::string_view junk = "junk behind the last page, as taggers leave it";
    EXPECT_EQ(seconds(joined(vorbis, Blob(junk.begin(), junk.end()))), 20);

    const auto remuxed = [&](const char* arguments, const char* name) {
        return seconds(testing::read_file(workshop.make(arguments, name)));
    };
    EXPECT_NEAR(remuxed("-i a.opus -c copy -output_ts_offset 100", "late.opus"), 7, 0.1)
        << "a recording that does not begin at 0";
    // What these rules do not hold for goes through the demuxer.
    EXPECT_NEAR(remuxed("-i b.ogg -i a.opus -map 0 -map 1 -c copy", "two.ogg"), 20, 0.1);
    EXPECT_NEAR(remuxed("-f lavfi -i testsrc=d=3 -i a.opus -t 3 -c:v libtheora -c:a copy", "f.ogv"),
                3, 0.2);
    const Blob half(vorbis.begin(),
                    vorbis.begin() + static_cast<std::ptrdiff_t>(vorbis.size() / 2));
    EXPECT_NEAR(seconds(half), 10, 5) << "what is there";
}

TEST(Probe, SplitsNamesOnly) {
    EXPECT_THAT(split_values("artist", "A;B;A", Format::kFlac), ElementsAre("A", "B", "A"));
    EXPECT_THAT(split_values("title", "A;B", Format::kFlac), ElementsAre("A;B"));
    EXPECT_THAT(split_values("artist", "AC/DC", Format::kMp3), ElementsAre("AC/DC"));
    EXPECT_THAT(split_values("artist", "One / Two", Format::kMp3), ElementsAre("One", "Two"));
}

TEST(Probe, VideoTrackDetails) {
    const testing::Workshop workshop;
    workshop.make(
        "-f lavfi -i testsrc2=s=128x72:r=24000/1001:d=1 -f lavfi -i sine=d=1 -c:v libx264 "
        "-pix_fmt yuv420p -vf setsar=4/3 -color_primaries bt709 -color_trc bt709 -colorspace bt709 "
        "-metadata:s:a:0 language=ger -c:a aac",
        "a.mp4");
    const Blob bytes =
        testing::read_file(workshop.make("-i a.mp4 -c copy -metadata:s:v:0 rotate=90", "b.mp4"));
    const auto probe = testing::probe_of(bytes, "b.mp4");
    ASSERT_TRUE(probe.result.ok());
    EXPECT_EQ(probe.content_type, "video/mp4");
    ASSERT_EQ(probe.tracks.size(), 2u);
    const auto& video = probe.tracks[0].values;
    EXPECT_EQ(video.kind, CONSORT_TRACK_VIDEO);
    EXPECT_EQ(video.sar_num, 4u);
    EXPECT_EQ(video.sar_den, 3u);
    EXPECT_EQ(video.rotation, 270);  // this muxer counts "rotate" against the clock
    EXPECT_EQ(video.colour_primaries, 1u);
    EXPECT_TRUE(probe.tracks[0].codec_string.starts_with("avc1.")) << probe.tracks[0].codec_string;
    EXPECT_EQ(probe.tracks[1].language, "de");
}

struct Picture {
    const char* file;
    const char* arguments;
};
class Covered : public ::testing::TestWithParam<Picture> {};

TEST_P(Covered, GivesThePictureAndNoVideoTrack) {
    const testing::Workshop workshop;
    const Blob picture = testing::read_file(
        workshop.make("-f lavfi -i testsrc2=s=400x400:d=1 -frames:v 1", "cover.png"));
    const Blob bytes = testing::read_file(workshop.make(std::string(kSound) +
                                                            "-i cover.png -map 0 -map 1 -c:v copy "
                                                            "-disposition:v attached_pic " +
                                                            GetParam().arguments,
                                                        GetParam().file));
    const auto probe = testing::probe_of(bytes, GetParam().file);
    ASSERT_TRUE(probe.result.ok()) << probe.result.error().text;
    EXPECT_TRUE(probe.has_cover);
    ASSERT_EQ(probe.tracks.size(), 1u);
    EXPECT_EQ(probe.tracks[0].values.kind, CONSORT_TRACK_AUDIO);
    EXPECT_TRUE(probe.content_type.starts_with("audio/")) << probe.content_type;
    const auto cover = testing::cover_of(bytes, GetParam().file);
    ASSERT_TRUE(cover.result.ok()) << cover.result.error().text;
    EXPECT_EQ(cover.content_type, "image/png");
    EXPECT_TRUE(cover.bytes == picture);
    const auto index = testing::index_of(bytes, GetParam().file);
    ASSERT_TRUE(index.result.ok()) << index.result.error().text;
    EXPECT_EQ(index.tracks.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Formats, Covered,
                         ::testing::Values(Picture{"a.m4a", "-c:a aac"},
                                           Picture{"b.mp3", "-c:a libmp3lame -id3v2_version 3"},
                                           Picture{"c.flac", "-c:a flac"}));

TEST(Cover, IsMissing) {
    const testing::Workshop workshop;
    const Blob bytes = testing::read_file(workshop.make(kSound, "a.mp3"));
    EXPECT_EQ(testing::cover_of(bytes, "a.mp3").result.error().status, CONSORT_E_NOT_FOUND);
}

TEST(Text, AnyBytesBecomeUtf8) {
    EXPECT_EQ(valid_utf8("Bj\xf6rk"), "Björk");
    EXPECT_EQ(valid_utf8("Björk"), "Björk");
    EXPECT_EQ(valid_utf8("\xc0\xaf"), "À¯");
    EXPECT_EQ(valid_utf8("\xed\xa0\x80"), "í\xc2\xa0\xc2\x80");
    EXPECT_EQ(valid_utf8(std::string_view("  a\0b\r\n ", 8)), "a b");
    EXPECT_EQ(valid_utf8("\xf4\x90\x80\x80").size(), 8u);
}

TEST(Text, LanguagesBecomeBcp47) {
    EXPECT_EQ(language_tag("ger"), "de");
    EXPECT_EQ(language_tag("deu"), "de");
    EXPECT_EQ(language_tag("und"), "");
    EXPECT_EQ(language_tag("zh-Hant"), "zh-Hant");
    EXPECT_EQ(language_tag("gsw"), "gsw");
    EXPECT_EQ(language_tag("<script>"), "");
}

}  // namespace
}  // namespace consort::container_ffmpeg
