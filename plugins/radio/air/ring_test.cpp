#include "plugins/radio/air/ring.hpp"

#include <gtest/gtest.h>

#include "plugins/radio/air/test_stream.hpp"

namespace consort::radio {
namespace {

struct Made {
    TestStream stream;
    Ring ring{20};

    explicit Made(int chunks, bool with_frames = true) {
        stream.with_frames = with_frames;
        for (int i = 0; i < chunks; ++i) push();
    }
    void push() {
        stream.pass(500);
        ring.push(stream.make(), stream.now);
    }
    // The sound's millisecond at which somebody begins who comes now.
    std::uint64_t begin(double burst) const {
        const auto place = ring.before_edge(burst, stream.now);
        return place->number * TestStream::frames + place->offset;
    }
};

TEST(Ring, IsBoundedByTime) {
    Made made(1'000);
    EXPECT_EQ(made.ring.next_number(), 1'000u);
    EXPECT_EQ(made.ring.first_number(), 960u);
    EXPECT_EQ(made.ring.find(959).chunk, nullptr);
    EXPECT_EQ(made.ring.find(1'000).chunk, nullptr);
    EXPECT_EQ(made.ring.find(960).chunk->number, 960u);
}

TEST(Ring, NobodyBeginsInAnEmptyOne) {
    EXPECT_FALSE(Ring(20).before_edge(4, Clock::time_point()).has_value());
}

TEST(Ring, TheBurstIsTheSameTimeForAllWhenever) {
    Made made(40);
    EXPECT_EQ(made.begin(4), 16'000u);
    made.stream.pass(130);  // the edge is at 20.13 s, although no chunk says so yet
    EXPECT_EQ(made.begin(4), 16'100u);
    made.stream.pass(320);
    EXPECT_EQ(made.begin(4), 16'450u);
    made.stream.pass(50);
    made.ring.push(made.stream.make(), made.stream.now);
    EXPECT_EQ(made.begin(4), 16'500u);
}

TEST(Ring, WithoutFramesOneBeginsOnAChunk) {
    Made made(40, false);
    made.stream.pass(130);
    EXPECT_EQ(made.begin(4), 16'000u);
}

TEST(Ring, WherePagesHoldTheFramesOneBeginsOnAChunk) {
    Made made(0);
    made.stream.coding = std::make_shared<const FrameCoding>();
    for (int i = 0; i < 40; ++i) made.push();
    made.stream.pass(130);
    EXPECT_EQ(made.begin(4), 16'000u);
}

TEST(Ring, ALateChunkMovesTheEdgeLittle) {
    Made made(40);
    made.stream.pass(500 + 80);
    made.ring.push(made.stream.make(), made.stream.now);
    EXPECT_EQ(made.begin(4), 16'550u);  // 80 ms later less 5 ms, on the frame before
}

TEST(Ring, WhileTheStreamStandsStillItsEndIsTheEdge) {
    Made made(40);
    made.stream.pass(60'000);
    EXPECT_EQ(made.begin(4), 16'000u);
    made.ring.push(made.stream.make(), made.stream.now);
    EXPECT_EQ(made.begin(4), 16'500u);
}

TEST(Ring, AShortOneIsGivenWhole) {
    Made made(3);
    EXPECT_EQ(made.begin(4), 0u);
}

TEST(Ring, TellsHowFarBehindAChunkIs) {
    Made made(100);
    EXPECT_DOUBLE_EQ(made.ring.seconds_from(99), 0.5);
    EXPECT_DOUBLE_EQ(made.ring.seconds_from(80), 10);
    EXPECT_DOUBLE_EQ(made.ring.seconds_from(0), 20);
    EXPECT_DOUBLE_EQ(made.ring.seconds_from(100), 0);
}

TEST(Ring, HeaderPagesBeginALogicalStream) {
    TestStream stream;
    Ring ring(20);
    const auto push = [&](std::shared_ptr<const Bytes> opening) {
        stream.opening = std::move(opening);
        ring.push(stream.make(), stream.now);
    };
    const auto pages = std::make_shared<const Bytes>(3, std::byte{1});
    push(nullptr);
    push(pages);
    push(nullptr);
    push(pages);
    EXPECT_EQ(ring.find(0).logical, ring.find(1).logical);
    EXPECT_NE(ring.find(1).logical, ring.find(2).logical);
    EXPECT_EQ(ring.find(2).logical, ring.find(3).logical);
}

}  // namespace
}  // namespace consort::radio
