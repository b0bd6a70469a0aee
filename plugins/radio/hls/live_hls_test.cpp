#include "plugins/radio/hls/live_hls.hpp"

#include <gtest/gtest.h>

#include "consort/testing/fake_exchange.hpp"

#include "plugins/radio/hls/id3_tag.hpp"
#include "plugins/radio/hls/test_station.hpp"

namespace consort::radio {
namespace {

using testing::FakeExchange;

struct Request {
    FakeExchange exchange{"GET", "/hls"};
    Request(LiveHls& hls, const std::string& file, FakeExchange::Texts query = {}) {
        exchange.query = std::move(query);
        hls.serve(exchange.view(), file);
    }
    int status() const { return exchange.status(); }
    std::string body() const { return exchange.body(); }
};

struct LiveHlsTest : ::testing::Test {
    TestStation station;
    std::chrono::seconds passed{0};
    std::int64_t wall_ms = 1'000'000;  // so that the first number is 1,000
    LiveHls hls{{"aac", 128'000}, clocks()};

    LiveHls::Clocks clocks() {
        LiveHls::Clocks made;
        made.steady = [this] { return LiveHls::Steady::time_point(passed); };
        made.wall_ms = [this] { return wall_ms; };
        return made;
    }
    // On the 90 kHz clock; the first chunk was made at `wall_ms`.
    static std::uint64_t time_of(std::uint64_t frame) {
        const std::uint64_t lasts_ms = 19ull * TestStation::frame * 1'000 / TestStation::rate;
        return (1'000'000 - lasts_ms) * 90 + frame * 90'000 / TestStation::rate;
    }
    void bring(int chunks) {
        for (int i = 0; i < chunks; ++i) hls.chunk(station.make());
    }
};

TEST_F(LiveHlsTest, SegmentsHaveTheStationsBytesBehindATagWithTimeAndTitle) {
    bring(25);
    const Request request(hls, "segment1001.aac");
    EXPECT_EQ(request.status(), 200);
    const std::uint64_t first = 2 * 19 * TestStation::frame;
    EXPECT_EQ(request.body(), id3_tag(time_of(first), station.track.get()) +
                                  TestStation::frames_at(first, 12 * 19));
    EXPECT_EQ(request.exchange.content_type(), "audio/aac");
    EXPECT_NE(request.exchange.cache_control().find("immutable"), std::string::npos);
}

TEST_F(LiveHlsTest, ChunksAreSentInOnePieceEach) {
    bring(14);
    const Request request(hls, "segment1001.aac");
    const auto pieces = request.exchange.pieces();
    ASSERT_EQ(pieces.size(), 1u + 12u);
    for (std::size_t i = 1; i < pieces.size(); ++i)
        EXPECT_EQ(pieces[i].length, 19u * TestStation::frame_bytes);
}

TEST_F(LiveHlsTest, OnlyTheFirstPartOfASegmentNamesTheTrack) {
    bring(2);
    EXPECT_EQ(Request(hls, "part1000.0.aac").body(),
              id3_tag(time_of(0), station.track.get()) + TestStation::frames_at(0, 19));
    const std::uint64_t first = 19 * TestStation::frame;
    EXPECT_EQ(Request(hls, "part1000.1.aac").body(),
              id3_tag(time_of(first), nullptr) + TestStation::frames_at(first, 19));
}

TEST_F(LiveHlsTest, AReloadWaitsForWhatItAsksFor) {
    bring(2);
    Request part(hls, "live.m3u8", {{"_HLS_msn", "1001"}, {"_HLS_part", "1"}});
    Request segment(hls, "live.m3u8", {{"_HLS_msn", "1001"}});
    Request now(hls, "live.m3u8", {{"_HLS_msn", "1000"}});
    EXPECT_EQ(now.status(), 200);
    EXPECT_NE(now.exchange.cache_control(), "no-cache");
    EXPECT_EQ(Request(hls, "live.m3u8").exchange.cache_control(), "no-cache");
    bring(1);
    EXPECT_EQ(part.status(), 0);
    bring(1);
    EXPECT_EQ(part.status(), 200);
    EXPECT_NE(part.body().find("part1001.1.aac\",IND"), std::string::npos);
    EXPECT_EQ(segment.status(), 0);
    bring(10);  // of twelve
    EXPECT_EQ(segment.status(), 200);
    EXPECT_NE(segment.body().find("\nsegment1001.aac\n"), std::string::npos);
    EXPECT_EQ(segment.exchange.references(), 0);
}

TEST_F(LiveHlsTest, APartThatTheSegmentEndsWithoutIsTheNextSegmentsFirst) {
    bring(5);
    Request playlist(hls, "live.m3u8", {{"_HLS_msn", "1001"}, {"_HLS_part", "3"}});
    Request hinted(hls, "part1001.3.aac");
    EXPECT_EQ(hinted.status(), 0);
    station.track = TestStation::named("Two");
    hls.chunk(station.make(4));
    EXPECT_EQ(playlist.status(), 0);
    EXPECT_EQ(hinted.status(), 404);
    bring(1);
    EXPECT_EQ(playlist.status(), 200);
    EXPECT_NE(playlist.body().find("part1002.0.aac\",IND"), std::string::npos);
}

TEST_F(LiveHlsTest, TheHintedPartIsWaitedForOthersAreNot) {
    bring(1);
    Request hinted(hls, "part1000.1.aac");
    EXPECT_EQ(hinted.status(), 0);
    EXPECT_EQ(Request(hls, "part1000.2.aac").status(), 404);
    EXPECT_EQ(Request(hls, "segment1000.aac").status(), 404);
    bring(1);
    EXPECT_EQ(hinted.status(), 200);
    EXPECT_TRUE(hinted.body().ends_with(TestStation::frames_at(19 * TestStation::frame, 19)));
}

TEST_F(LiveHlsTest, WhatIsTooFarAheadIsRefused) {
    bring(1);
    using Query = FakeExchange::Texts;
    for (const Query& query :
         {Query{{"_HLS_msn", "1002"}}, Query{{"_HLS_msn", "1000"}, {"_HLS_part", "7"}},
          Query{{"_HLS_part", "1"}}, Query{{"_HLS_msn", "x"}}, Query{{"_HLS_msn", "-1"}},
          Query{{"_HLS_msn", "1000"}, {"_HLS_part", "99999999999"}}}) {
        EXPECT_EQ(Request(hls, "live.m3u8", query).status(), 400);
    }
}

TEST_F(LiveHlsTest, WhatIsHeldForTooLongIsAnswered) {
    bring(1);
    Request one(hls, "live.m3u8", {{"_HLS_msn", "1000"}});
    passed = std::chrono::seconds(17);
    hls.tick();
    EXPECT_EQ(one.status(), 0);
    passed = std::chrono::seconds(18);
    hls.tick();
    EXPECT_EQ(one.status(), 503);
    Request two(hls, "live.m3u8", {{"_HLS_msn", "1000"}});
    hls.end();
    EXPECT_EQ(two.status(), 503);
    EXPECT_EQ(Request(hls, "live.m3u8").status(), 503);
}

TEST_F(LiveHlsTest, NotMoreRequestsWaitThanMay) {
    bring(1);
    std::vector<std::unique_ptr<Request>> waiting;
    for (std::size_t i = 0; i < LiveHls::most_held; ++i)
        waiting.push_back(
            std::make_unique<Request>(hls, "live.m3u8", FakeExchange::Texts{{"_HLS_msn", "1000"}}));
    EXPECT_EQ(waiting.back()->status(), 0);
    EXPECT_EQ(Request(hls, "live.m3u8", {{"_HLS_msn", "1000"}}).status(), 503);
    hls.end();
    EXPECT_EQ(waiting.front()->status(), 503);
}

TEST_F(LiveHlsTest, BeforeTheFirstSoundThereIsNone) {
    EXPECT_EQ(Request(hls, "live.m3u8").status(), 503);
    EXPECT_EQ(Request(hls, "index.m3u8").status(), 200);
    for (const char* file :
         {"segment0.aac", "segment.aac", "part1.aac", "part.1.aac", "segment1.aac", "partx.1.aac",
          "", "other", "segment99999999999999999999999.aac"})
        EXPECT_EQ(Request(hls, file).status(), 404) << file;
}

TEST_F(LiveHlsTest, NumbersGrowOverRestarts) {
    bring(12 * 100);
    wall_ms += 600'000;
    LiveHls later({"aac", 128'000}, clocks());
    TestStation other;
    for (int i = 0; i < 2; ++i) later.chunk(other.make());
    const std::string before = Request(hls, "live.m3u8").body();
    EXPECT_NE(before.find("segment1099.aac"), std::string::npos);
    EXPECT_NE(Request(later, "live.m3u8").body().find("#EXT-X-MEDIA-SEQUENCE:1600\n"),
              std::string::npos);
}

// hls.js gives up at a playlist without a segment.
TEST_F(LiveHlsTest, ThePlaylistWaitsForTheFirstSegmentWhichIsShort) {
    bring(1);
    Request playlist(hls, "live.m3u8");
    Request exact(hls, "live.m3u8", {{"_HLS_msn", "1000"}, {"_HLS_part", "0"}});
    EXPECT_EQ(playlist.status(), 0);
    EXPECT_EQ(exact.status(), 0);
    bring(1);
    EXPECT_EQ(playlist.status(), 200);
    EXPECT_EQ(exact.status(), 200);
    EXPECT_NE(playlist.body().find("#EXTINF:0.99265,\nsegment1000.aac\n"), std::string::npos);
    EXPECT_EQ(playlist.exchange.cache_control(), "no-cache");
    EXPECT_NE(exact.exchange.cache_control(), "no-cache");
}

TEST_F(LiveHlsTest, WhoAsksForSoundIsAListener) {
    bring(20);
    EXPECT_EQ(Request(hls, "live.m3u8").status(), 200);
    EXPECT_EQ(hls.figures().listeners, 0u);
    const std::size_t size = Request(hls, "segment1000.aac").body().size();
    const std::size_t part = Request(hls, "part1001.0.aac").body().size();
    EXPECT_EQ(hls.figures().listeners, 1u);
    EXPECT_EQ(hls.figures().bytes, size + part);
    passed = std::chrono::seconds(19);
    hls.tick();
    EXPECT_EQ(hls.figures().listeners, 0u);
    EXPECT_EQ(hls.figures().connects, 1u);
}

TEST_F(LiveHlsTest, MoreListenersThanMayAreRefused) {
    LiveHls small({"aac", 128'000, 1}, clocks());
    for (int i = 0; i < 20; ++i) small.chunk(station.make());
    EXPECT_EQ(Request(small, "segment1000.aac").status(), 200);
    FakeExchange other{"GET", "/hls"};
    other.remote_address = "192.0.2.9";
    small.serve(other.view(), "segment1000.aac");
    EXPECT_EQ(other.status(), 503);
    EXPECT_EQ(other.problem_code(), "station_full");
    EXPECT_EQ(small.figures().refused, 1u);
}

TEST_F(LiveHlsTest, Mp3HasShortSegmentsAndNoParts) {
    LiveHls mp3({"mp3", 128'000}, clocks());
    for (int i = 0; i < 11; ++i) mp3.chunk(station.make());
    const std::string playlist = Request(mp3, "live.m3u8").body();
    EXPECT_NE(playlist.find("#EXT-X-TARGETDURATION:2\n"), std::string::npos);
    EXPECT_NE(playlist.find("CAN-BLOCK-RELOAD=YES,HOLD-BACK=6.0\n"), std::string::npos);
    EXPECT_EQ(playlist.find("PART"), std::string::npos);
    EXPECT_EQ(playlist.find("PRELOAD"), std::string::npos);
    EXPECT_TRUE(playlist.ends_with("segment1002.mp3\n")) << playlist;
    EXPECT_EQ(Request(mp3, "part1001.0.mp3").status(), 404);
    EXPECT_EQ(Request(mp3, "segment1001.mp3").exchange.content_type(), "audio/mpeg");
}

TEST_F(LiveHlsTest, OpusAndFlacAreFragmentedMp4) {
    station.coding = TestStation::opus();
    LiveHls opus({"opus", 96'000}, clocks());
    for (int i = 0; i < 4; ++i) opus.chunk(station.make());
    EXPECT_NE(Request(opus, "index.m3u8").body().find("CODECS=\"Opus\""), std::string::npos);
    const std::string playlist = Request(opus, "live.m3u8").body();
    EXPECT_NE(playlist.find("#EXT-X-MAP:URI=\"init1000.mp4\"\n"), std::string::npos);
    EXPECT_NE(playlist.find("\nsegment1000.m4s\n"), std::string::npos);
    const Request init(opus, "init1000.mp4");
    EXPECT_EQ(init.status(), 200);
    EXPECT_EQ(init.exchange.content_type(), "audio/mp4");
    EXPECT_NE(init.body().find("dOps"), std::string::npos);
    EXPECT_EQ(Request(opus, "init1001.mp4").status(), 404);
    const std::string segment = Request(opus, "segment1000.m4s").body();
    const std::string one = Request(opus, "part1000.0.m4s").body();
    EXPECT_EQ(segment, one + Request(opus, "part1000.1.m4s").body());
    EXPECT_EQ(one.substr(4, 4), "emsg");
    EXPECT_NE(one.find("TIT2"), std::string::npos);
    EXPECT_TRUE(one.ends_with("mdat" + TestStation::frames_at(0, 19)));
    EXPECT_EQ(Request(opus, "part1001.1.m4s").body().substr(4, 4), "moof");
}

TEST(LiveHls, FormatsWithoutAPlaceInItSaySo) {
    LiveHls hls({"ogg", 128'000});
    EXPECT_FALSE(LiveHls::carries("ogg"));
    const Request request(hls, "index.m3u8");
    EXPECT_EQ(request.status(), 404);
    EXPECT_EQ(request.exchange.problem_code(), "not_available");
}

}  // namespace
}  // namespace consort::radio
