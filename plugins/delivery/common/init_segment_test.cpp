#include "plugins/delivery/common/init_segment.hpp"

#include <gtest/gtest.h>

#include "plugins/delivery/common/box_reader.hpp"
#include "plugins/delivery/common/packaged_track.hpp"
#include "plugins/delivery/common/test_media.hpp"

namespace consort::delivery {
namespace {

using namespace testing;

std::string init_of(FakeTrack track) {
    static FakeMedia media;  // its texts outlive the track
    add_sample(media, track, 1, 10, 1024);
    media.add_track(std::move(track));
    const auto packaged = package_track(media.view(), media.view().track_count() - 1);
    EXPECT_TRUE(packaged);
    const InitTrack init_track = packaged->init();
    const auto init = write_init_segment({&init_track, 1});
    EXPECT_TRUE(init);
    return init ? *init : std::string();
}

TEST(InitSegment, edit_list_tells_delay_and_true_length) {
    FakeTrack track = audio_track();
    track.track.edit_start = 1024;
    track.track.edit_duration = 882'000;
    const std::string init = init_of(std::move(track));
    const std::string_view elst = box(init, "moov/trak/edts/elst");
    EXPECT_EQ(number(elst, 4, 4), 1u);
    EXPECT_EQ(number(elst, 8, 8), 882'000u);
    EXPECT_EQ(number(elst, 16, 8), 1024u);
    EXPECT_EQ(number(box(init, "moov/mvhd"), 12, 4), 44'100u);
    EXPECT_EQ(number(box(init, "moov/mvex/mehd"), 4, 8), 882'000u);
}

TEST(InitSegment, sample_entries_by_codec) {
    struct Case {
        const char *codec, *entry, *configuration_box;
    };
    constexpr Case kCases[] = {{"aac", "mp4a", "esds"},  {"flac", "fLaC", "dfLa"},
                               {"alac", "alac", "alac"}, {"opus", "Opus", "dOps"},
                               {"h264", "avc1", "avcC"}, {"hevc", "hvc1", "hvcC"},
                               {"vp9", "vp09", "vpcC"},  {"av1", "av01", "av1C"}};
    for (const Case& one : kCases) {
        const std::string_view codec = one.codec;
        const bool video = codec == "h264" || codec == "hevc" || codec == "vp9" || codec == "av1";
        FakeTrack track = video ? video_track() : audio_track();
        track.codec = one.codec;
        track.configuration = std::string(42, 'c');
        const std::string init = init_of(std::move(track));
        const std::string_view stsd = box(init, "moov/trak/mdia/minf/stbl/stsd");
        EXPECT_EQ(stsd.substr(12, 4), one.entry);
        const std::string_view boxes = stsd.substr(8 + 8 + (video ? 78 : 28));
        EXPECT_EQ(boxes.substr(4, 4), one.configuration_box);
        EXPECT_NE(boxes.find(std::string(42, 'c')), std::string_view::npos);
    }
}

TEST(InitSegment, rotation_turns_the_matrix_and_pixels_stretch_the_width) {
    FakeTrack track = video_track();
    track.track.rotation = 90;
    track.track.sar_num = 4;
    track.track.sar_den = 3;
    const std::string init = init_of(std::move(track));
    const std::string_view tkhd = box(init, "moov/trak/tkhd");
    EXPECT_EQ(number(tkhd, 40, 4), 0u);
    EXPECT_EQ(number(tkhd, 44, 4), 0x00010000u);
    EXPECT_EQ(number(tkhd, 52, 4), 0xffff0000u);
    EXPECT_EQ(number(tkhd, 76, 4) >> 16, 320u * 4 / 3);
}

TEST(InitSegment, a_codec_without_a_place_in_mp4_is_refused) {
    FakeMedia media;
    FakeTrack track = audio_track("vorbis");
    add_sample(media, track, 1, 10, 1024);
    media.add_track(std::move(track));
    const auto packaged = package_track(media.view(), 0);
    ASSERT_TRUE(packaged);
    EXPECT_EQ(packaged->support.packaging, Packaging::kNone);
    EXPECT_FALSE(packaged->support.reason.empty());
    const InitTrack init_track = packaged->init();
    EXPECT_FALSE(write_init_segment({&init_track, 1}));
}

}  // namespace
}  // namespace consort::delivery
