#include "plugins/radio/hls/live_window.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "plugins/radio/hls/test_station.hpp"

namespace consort::radio {
namespace {

constexpr std::uint64_t base = 1'000;

std::string bytes_of(const LivePart& part) {
    std::string text;
    for (const ChunkPiece& piece : part.pieces)
        text.append(reinterpret_cast<const char*>(piece.chunk->coded().data()) + piece.offset,
                    piece.size);
    return text;
}

struct LiveWindowTest : ::testing::Test {
    TestStation station;
    LiveWindow window{base};
    std::int64_t now_ms = 1'700'000'000'000;
    bool asked = true;

    void add(std::uint32_t count = 19) {
        const SharedChunk chunk = station.make(count);
        now_ms += static_cast<std::int64_t>(chunk->frames) * 1'000 / TestStation::rate;
        window.add(chunk, now_ms, asked);
    }
    void add_seconds(double seconds) {
        const auto until = station.first + static_cast<std::uint64_t>(seconds * TestStation::rate);
        while (station.first < until) add();
    }
};

TEST_F(LiveWindowTest, PartsAreOfEqualLengthWhateverTheChunksAre) {
    for (const std::uint32_t count : {3, 40, 19, 20, 7, 1, 33, 19, 90, 44, 2}) add(count);
    ASSERT_EQ(window.segments().size(), 3u);
    EXPECT_TRUE(window.segments()[0].complete);
    EXPECT_EQ(window.segments()[0].parts.size(), 2u);  // so that there is one soon
    EXPECT_TRUE(window.segments()[1].complete);
    EXPECT_EQ(window.segments()[1].parts.size(), 12u);
    std::uint64_t at = 0;
    for (const LiveSegment& segment : window.segments()) {
        for (const auto& part : segment.parts) {
            EXPECT_EQ(part->first, at);
            EXPECT_EQ(part->frames, 19u * TestStation::frame);
            EXPECT_EQ(bytes_of(*part), TestStation::frames_at(at, 19));
            EXPECT_EQ(part->bytes, 19u * TestStation::frame_bytes);
            at += part->frames;
        }
    }
}

TEST_F(LiveWindowTest, SegmentsEndWhereATrackDoes) {
    add(38);  // the first one
    add(50);
    station.track = TestStation::named("Two");
    add(50);
    ASSERT_EQ(window.segments().size(), 3u);
    const LiveSegment& one = window.segments()[1];
    const LiveSegment& two = window.segments()[2];
    EXPECT_TRUE(one.complete);
    EXPECT_EQ(one.frames, 50u * TestStation::frame);
    EXPECT_EQ(one.parts.back()->frames, 12u * TestStation::frame);
    EXPECT_EQ(one.track->title, "One");
    EXPECT_EQ(two.number, base + 2);
    EXPECT_EQ(two.first, 88u * TestStation::frame);
    EXPECT_EQ(two.track->title, "Two");
    EXPECT_FALSE(two.discontinuity);
}

TEST_F(LiveWindowTest, NoSegmentIsASliver) {
    add(38);  // the first one
    add(5);
    station.track = TestStation::named("Two");
    add(12 * 19 - 5 + 19 + 3);  // a segment of "Two", a part and a bit
    station.track = TestStation::named("Three");
    add(60);
    ASSERT_EQ(window.segments().size(), 4u);
    EXPECT_EQ(window.segments()[1].track->title, "Two");
    EXPECT_EQ(window.segments()[1].frames, 12u * 19 * TestStation::frame);
    EXPECT_EQ(window.segments()[2].track->title, "Two");
    EXPECT_EQ(window.segments()[2].frames, 2u * 19 * TestStation::frame);
    EXPECT_EQ(window.segments()[3].track->title, "Three");
}

TEST_F(LiveWindowTest, AnotherRunOfTheEncoderIsADiscontinuity) {
    add(30);
    ++station.run;
    add(30);
    station.first += 100;
    add(30);
    ASSERT_EQ(window.segments().size(), 3u);
    EXPECT_FALSE(window.segments()[0].discontinuity);
    EXPECT_TRUE(window.segments()[1].discontinuity);
    EXPECT_TRUE(window.segments()[2].discontinuity);
    EXPECT_EQ(window.segments()[0].discontinuities, 0u);
    EXPECT_EQ(window.segments()[1].discontinuities, 0u);
    EXPECT_EQ(window.segments()[2].discontinuities, 1u);
}

TEST_F(LiveWindowTest, KeepsWhatPlayersMayStillAskForAndNoMore) {
    add_seconds(300);
    double kept = 0;
    for (const LiveSegment& one : window.segments())
        kept += static_cast<double>(one.frames) / TestStation::rate;
    EXPECT_GE(kept, window.kept_seconds());
    EXPECT_LT(kept, window.kept_seconds() + 2 * window.shape().segment_seconds);
    double shown = 0;
    for (std::size_t i = window.first_shown(); i < window.segments().size(); ++i)
        if (window.segments()[i].complete)
            shown += static_cast<double>(window.segments()[i].frames) / TestStation::rate;
    EXPECT_GE(shown, LiveWindow::shown_seconds);
    EXPECT_LT(shown, LiveWindow::shown_seconds + window.shape().segment_seconds);
}

TEST_F(LiveWindowTest, WhileNobodyAsksItKeepsWhatALiveEdgeNeeds) {
    asked = false;
    const SharedChunk chunk = station.make();
    const std::weak_ptr<const Chunk> weak = chunk;
    window.add(chunk, now_ms, asked);
    add_seconds(300);
    double kept = 0;
    for (const LiveSegment& one : window.segments())
        kept += static_cast<double>(one.frames) / TestStation::rate;
    EXPECT_GE(kept, 3 * window.shape().segment_seconds);
    EXPECT_LT(kept, 6 * window.shape().segment_seconds);
    EXPECT_EQ(weak.use_count(), 1);  // the one here
}

TEST_F(LiveWindowTest, TheWallClockGoesWithTheSamples) {
    add_seconds(60);
    const auto& segments = window.segments();
    for (std::size_t i = 1; i < segments.size(); ++i) {
        const auto lasts = static_cast<double>(segments[i].first - segments[i - 1].first) * 1'000 /
                           TestStation::rate;
        EXPECT_NEAR(static_cast<double>(segments[i].wall_ms - segments[i - 1].wall_ms), lasts, 1.5);
    }
    const std::int64_t late_ms = 2'000;  // a busy machine, which makes up for it
    now_ms += late_ms;
    add_seconds(6);
    now_ms -= late_ms;
    add_seconds(24);
    for (std::size_t i = 1; i < segments.size(); ++i) {
        const auto lasts = static_cast<double>(segments[i].first - segments[i - 1].first) * 1'000 /
                           TestStation::rate;
        EXPECT_NEAR(static_cast<double>(segments[i].wall_ms - segments[i - 1].wall_ms), lasts, 1.5);
    }
    now_ms += 10'000;  // the machine stood still
    add_seconds(24);
    const LiveSegment& last = segments.back();
    EXPECT_NEAR(static_cast<double>(now_ms - last.wall_ms),
                static_cast<double>(station.first - last.first) * 1'000 / TestStation::rate, 50);
}

TEST_F(LiveWindowTest, FramesInMp4HaveTheirBoxes) {
    station.coding = TestStation::opus();
    add(30);
    add(30);
    const LiveSegment& segment = window.segments().front();
    ASSERT_TRUE(segment.init);
    EXPECT_EQ(window.find_init(base), segment.init);
    EXPECT_EQ(window.find_init(base + 1), nullptr);
    EXPECT_EQ(window.segments()[1].init, segment.init);
    for (const auto& part : segment.parts) {
        EXPECT_EQ(bytes_of(*part),
                  TestStation::frames_at(part->first, part->frames / TestStation::frame));
        EXPECT_EQ(part->head.substr(4, 4), "moof");
        EXPECT_EQ(part->head.substr(part->head.size() - 8),
                  std::string("\0\0\0\xc6mdat", 8));  // 8 + 19 * 10
    }
    const auto began = static_cast<std::uint64_t>(window.began_ms());
    EXPECT_EQ(window.media_time(5),
              began / 1'000 * TestStation::rate + began % 1'000 * TestStation::rate / 1'000 + 5);
}

TEST_F(LiveWindowTest, ChunksWithoutKnownFramesAreLeftOut) {
    auto chunk = std::make_shared<Chunk>(*station.make());
    chunk->frame_offsets.clear();
    window.add(chunk, now_ms, true);
    EXPECT_TRUE(window.segments().empty());
    EXPECT_EQ(window.version(), 0u);
}

}  // namespace
}  // namespace consort::radio
