// Subtitles that are text, in the index: cues and the pauses between them.
#include <gtest/gtest.h>

#include <string>

#include "plugins/container/ffmpeg/test_media.hpp"

namespace consort::container_ffmpeg {
namespace {

using testing::Blob;
using testing::CollectedTrack;

constexpr const char* kCues =
    "1\n00:00:01,000 --> 00:00:01,500\nOne\n\n"
    "2\n00:00:02,250 --> 00:00:02,750\nTwo\nlines\n\n"
    "3\n00:00:02,500 --> 00:00:02,900\nThree\n";

const CollectedTrack* text_of(const testing::CollectedIndex& index) {
    for (const CollectedTrack& track : index.tracks)
        if (track.values.kind == CONSORT_TRACK_TEXT) return &track;
    return nullptr;
}

// Times in hundredths of a second: a muxer may move all of a file by milliseconds.
std::string spelled(const testing::CollectedIndex& index, const Blob& source,
                    const CollectedTrack& track) {
    std::string out;
    std::int64_t time = -track.values.edit_start;
    for (const consort_sample& sample : track.samples) {
        const Blob bytes = index.sample(source, sample);
        std::string text(bytes.begin(), bytes.end());
        if (track.codec == "mov_text" && text.size() >= 2) text = text.substr(2);
        std::erase(text, '\r');
        const std::int64_t start = time * 100 / track.values.timescale;
        time += sample.duration;
        if (!text.empty())
            out += std::to_string(start) + "-" +
                   std::to_string(time * 100 / track.values.timescale) + " " + text + "|";
    }
    return out;
}

TEST(TextTracks, CuesAndPauses) {
    const testing::Workshop workshop;
    const std::string_view cues(kCues);
    testing::write_file(workshop.path("cues.srt"), Blob(cues.begin(), cues.end()));
    const std::string film =
        "-f lavfi -i testsrc2=s=64x64:r=25:d=4 -f lavfi -i sine=440:d=4 -i " +
        workshop.path("cues.srt").string() +
        " -map 0 -map 1 -map 2 -c:v libx264 -preset ultrafast -metadata:s:s:0 language=ger ";
    for (const char* name : {"text.mkv", "text.mp4"}) {
        const bool mp4 = std::string(name).ends_with("mp4");
        const auto path = workshop.make(film + (mp4 ? "-c:s mov_text" : "-c:s srt"), name);
        const Blob source = testing::read_file(path);
        const auto index = testing::index_of(source, name);
        ASSERT_TRUE(index.result.ok()) << index.result.error().text;
        ASSERT_EQ(index.tracks.size(), 3u) << name;
        const CollectedTrack* text = text_of(index);
        ASSERT_NE(text, nullptr);
        EXPECT_EQ(text->codec, mp4 ? "mov_text" : "subrip");
        EXPECT_EQ(text->language, "de");
        const std::string all = spelled(index, source, *text);
        EXPECT_EQ(all, "100-150 One|225-250 Two\nlines|250-290 Three|") << name;
        for (const CollectedTrack& track : index.tracks) {
            if (track.values.kind == CONSORT_TRACK_TEXT) continue;
            EXPECT_LT(track.values.start_offset_ns, 100'000'000) << "text moves nothing else";
        }
    }
}

}  // namespace
}  // namespace consort::container_ffmpeg
