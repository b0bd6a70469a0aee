#include "plugins/radio/hls/live_playlist.hpp"

#include <gtest/gtest.h>

#include "plugins/radio/hls/test_station.hpp"

namespace consort::radio {
namespace {

TEST(LivePlaylist, TheBeginning) {
    TestStation station;
    LiveWindow window(1'000);
    window.add(station.make(20), 1'700'000'000'522, true);
    window.add(station.make(19), 1'700'000'001'018, true);
    EXPECT_EQ(live_playlist(window, "mp3"),
              "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:6\n"
              "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,HOLD-BACK=18.0,PART-HOLD-BACK=1.985\n"
              "#EXT-X-PART-INF:PART-TARGET=0.49633\n"
              "#EXT-X-MEDIA-SEQUENCE:1000\n#EXT-X-DISCONTINUITY-SEQUENCE:0\n"
              "#EXT-X-INDEPENDENT-SEGMENTS\n"
              "#EXT-X-PROGRAM-DATE-TIME:2023-11-14T22:13:20.000Z\n"
              "#EXT-X-PART:DURATION=0.49633,URI=\"part1000.0.mp3\",INDEPENDENT=YES\n"
              "#EXT-X-PART:DURATION=0.49633,URI=\"part1000.1.mp3\",INDEPENDENT=YES\n"
              "#EXTINF:0.99265,\nsegment1000.mp3\n"
              "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"part1001.0.mp3\"\n");
}

TEST(LivePlaylist, SegmentsTurnsAndDiscontinuities) {
    TestStation station;
    LiveWindow window(7);
    window.add(station.make(19), 0, true);
    ++station.run;
    window.add(station.make(38), 0, true);
    station.track = TestStation::named("Two");
    window.add(station.make(4), 0, true);
    const std::string text = live_playlist(window, "aac");
    const std::size_t one = text.find("#EXTINF:0.49633,\nsegment7.aac\n");
    const std::size_t gap = text.find("#EXT-X-DISCONTINUITY\n");
    const std::size_t two = text.find("#EXTINF:0.99265,\nsegment8.aac\n");
    EXPECT_LT(one, gap);
    EXPECT_LT(gap, two);
    EXPECT_LT(two, text.find("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"part9.0.aac\"\n"));
    EXPECT_EQ(text.find("segment9"), std::string::npos);
}

TEST(LivePlaylist, PartsStandNearTheEndAlone) {
    TestStation station;
    LiveWindow window(0);
    for (int i = 0; i < 12 * 20; ++i) window.add(station.make(19), 0, true);
    const std::string text = live_playlist(window, "mp3");
    const std::uint64_t first = window.segments()[window.first_shown()].number;
    EXPECT_GT(first, 0u);
    EXPECT_NE(text.find("#EXT-X-MEDIA-SEQUENCE:" + std::to_string(first) + "\n"),
              std::string::npos);
    EXPECT_EQ(text.find(part_name(16, 0, "mp3")), std::string::npos);
    EXPECT_NE(text.find(segment_name(16, "mp3")), std::string::npos);
    EXPECT_NE(text.find(part_name(17, 0, "mp3")), std::string::npos);
}

TEST(LivePlaylist, EveryRunHasItsInitialization) {
    TestStation station;
    station.coding = TestStation::opus();
    LiveWindow window(5);
    window.add(station.make(38), 0, true);
    window.add(station.make(38), 0, true);
    ++station.run;
    station.coding = TestStation::opus();
    window.add(station.make(38), 0, true);
    const std::string text = live_playlist(window, "m4s");
    const std::size_t one = text.find("#EXT-X-MAP:URI=\"init5.mp4\"\n");
    const std::size_t gap = text.find("#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"init7.mp4\"\n");
    EXPECT_LT(one, text.find("segment5.m4s"));
    EXPECT_LT(text.find("segment6.m4s"), gap);
    EXPECT_LT(gap, text.find("part7.0.m4s"));
    EXPECT_EQ(text.find("init6"), std::string::npos);
}

TEST(LiveMultivariant, TellsBothRates) {
    EXPECT_EQ(live_multivariant("mp4a.40.2", 130'000, 156'000),
              "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-INDEPENDENT-SEGMENTS\n"
              "#EXT-X-STREAM-INF:BANDWIDTH=156000,AVERAGE-BANDWIDTH=130000,CODECS=\"mp4a.40.2\"\n"
              "live.m3u8\n");
}

}  // namespace
}  // namespace consort::radio
