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
    std::int64_t wall_ms = 2'000'000;  // so that the first number is 1,000
    LiveHls hls{{"mp3", 128'000}, clocks()};

    LiveHls::Clocks clocks() {
        LiveHls::Clocks made;
        made.steady = [this] { return LiveHls::Steady::time_point(passed); };
        made.wall_ms = [this] { return wall_ms; };
        return made;
    }
    // On the 90 kHz clock; the first chunk was made at `wall_ms`.
    static std::uint64_t time_of(std::uint64_t frame) {
        const std::uint64_t lasts_ms = 19ull * TestStation::frame * 1'000 / TestStation::rate;
        return (2'000'000 - lasts_ms) * 90 + frame * 90'000 / TestStation::rate;
    }
    void bring(int chunks) {
        for (int i = 0; i < chunks; ++i) hls.chunk(station.make());
    }
};

TEST_F(LiveHlsTest, SegmentsHaveTheStationsBytesBehindATagWithTimeAndTitle) {
    bring(25);
    const Request request(hls, "segment1001.mp3");
    EXPECT_EQ(request.status(), 200);
    const std::uint64_t first = 12 * 19 * TestStation::frame;
    EXPECT_EQ(request.body(), id3_tag(time_of(first), station.track.get()) +
                                  TestStation::frames_at(first, 12 * 19));
    EXPECT_EQ(request.exchange.content_type(), "audio/mpeg");
    EXPECT_NE(request.exchange.cache_control().find("immutable"), std::string::npos);
}

TEST_F(LiveHlsTest, ChunksAreSentInOnePieceEach) {
    bring(12);
    const Request request(hls, "segment1000.mp3");
    const auto pieces = request.exchange.pieces();
    ASSERT_EQ(pieces.size(), 1u + 12u);
    for (std::size_t i = 1; i < pieces.size(); ++i)
        EXPECT_EQ(pieces[i].length, 19u * TestStation::frame_bytes);
}

TEST_F(LiveHlsTest, OnlyTheFirstPartOfASegmentNamesTheTrack) {
    bring(2);
    EXPECT_EQ(Request(hls, "part1000.0.mp3").body(),
              id3_tag(time_of(0), station.track.get()) + TestStation::frames_at(0, 19));
    const std::uint64_t first = 19 * TestStation::frame;
    EXPECT_EQ(Request(hls, "part1000.1.mp3").body(),
              id3_tag(time_of(first), nullptr) + TestStation::frames_at(first, 19));
}

TEST_F(LiveHlsTest, AReloadWaitsForWhatItAsksFor) {
    bring(12);
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
    EXPECT_NE(part.body().find("part1001.1.mp3\",IND"), std::string::npos);
    EXPECT_EQ(segment.status(), 0);
    bring(10);
    EXPECT_EQ(segment.status(), 200);
    EXPECT_NE(segment.body().find("\nsegment1001.mp3\n"), std::string::npos);
    EXPECT_EQ(segment.exchange.references(), 0);
}

TEST_F(LiveHlsTest, APartThatTheSegmentEndsWithoutIsTheNextSegmentsFirst) {
    bring(3);
    Request playlist(hls, "live.m3u8", {{"_HLS_msn", "1000"}, {"_HLS_part", "3"}});
    Request hinted(hls, "part1000.3.mp3");
    EXPECT_EQ(hinted.status(), 0);
    station.track = TestStation::named("Two");
    hls.chunk(station.make(4));
    EXPECT_EQ(playlist.status(), 0);
    EXPECT_EQ(hinted.status(), 404);
    bring(1);
    EXPECT_EQ(playlist.status(), 200);
    EXPECT_NE(playlist.body().find("part1001.0.mp3\",IND"), std::string::npos);
}

TEST_F(LiveHlsTest, TheHintedPartIsWaitedForOthersAreNot) {
    bring(1);
    Request hinted(hls, "part1000.1.mp3");
    EXPECT_EQ(hinted.status(), 0);
    EXPECT_EQ(Request(hls, "part1000.2.mp3").status(), 404);
    EXPECT_EQ(Request(hls, "segment1000.mp3").status(), 404);
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
    passed = LiveHls::hold - std::chrono::seconds(1);
    hls.tick();
    EXPECT_EQ(one.status(), 0);
    passed = LiveHls::hold;
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
         {"segment0.mp3", "segment.mp3", "part1.mp3", "part.1.mp3", "segment1.aac", "partx.1.mp3",
          "", "other", "segment99999999999999999999999.mp3"})
        EXPECT_EQ(Request(hls, file).status(), 404) << file;
}

TEST_F(LiveHlsTest, NumbersGrowOverRestarts) {
    bring(12 * 100);
    wall_ms += 600'000;
    LiveHls later({"mp3", 128'000}, clocks());
    TestStation other;
    later.chunk(other.make());
    const std::string before = Request(hls, "live.m3u8").body();
    EXPECT_NE(before.find("segment1099.mp3"), std::string::npos);
    EXPECT_NE(Request(later, "live.m3u8").body().find("#EXT-X-MEDIA-SEQUENCE:1300\n"),
              std::string::npos);
}

TEST(LiveHls, FormatsWithoutAPlaceInItSaySo) {
    for (const char* format : {"ogg", "opus", "flac"}) {
        LiveHls hls({format, 128'000});
        EXPECT_FALSE(LiveHls::carries(format));
        const Request request(hls, "index.m3u8");
        EXPECT_EQ(request.status(), 404);
        EXPECT_EQ(request.exchange.problem_code(), "not_available");
    }
}

}  // namespace
}  // namespace consort::radio
