#include "plugins/radio/live/sound_buffer.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace consort::radio {
namespace {

TEST(SoundBufferTest, NothingIsHeardBeforeTheCushion) {
    SoundBuffer buffer(100, 10);
    std::vector<float> frames(40, 0.5f);
    EXPECT_TRUE(buffer.write(frames.data(), 9));
    EXPECT_EQ(buffer.ready(), 0u);
    EXPECT_TRUE(buffer.write(frames.data(), 1));
    EXPECT_EQ(buffer.ready(), 10u);
    EXPECT_EQ(buffer.read(frames.data(), 4), 4u);
    EXPECT_EQ(buffer.ready(), 6u);
    // It ran dry: a new cushion is needed.
    EXPECT_EQ(buffer.read(frames.data(), 20), 6u);
    EXPECT_TRUE(buffer.write(frames.data(), 9));
    EXPECT_EQ(buffer.ready(), 0u);
    buffer.finish();
    EXPECT_EQ(buffer.ready(), 9u);
    EXPECT_FALSE(buffer.ended());
    EXPECT_EQ(buffer.read(frames.data(), 20), 9u);
    EXPECT_TRUE(buffer.ended());
}

TEST(SoundBufferTest, FramesKeepTheirOrderBetweenThreads) {
    SoundBuffer buffer(64, 1);
    constexpr int count = 10'000;
    std::thread writer([&] {
        for (int i = 0; i < count; ++i) {
            const float frame[] = {static_cast<float>(i), static_cast<float>(-i)};
            ASSERT_TRUE(buffer.write(frame, 1));
        }
        buffer.finish();
    });
    int next = 0;
    float frames[2 * 17];
    while (!buffer.ended()) {
        const std::size_t got = buffer.read(frames, 17);
        for (std::size_t i = 0; i < got; ++i, ++next) {
            ASSERT_EQ(frames[2 * i], static_cast<float>(next));
            ASSERT_EQ(frames[2 * i + 1], static_cast<float>(-next));
        }
        if (got == 0) std::this_thread::yield();
    }
    writer.join();
    EXPECT_EQ(next, count);
}

TEST(SoundBufferTest, ClosingWakesTheWriter) {
    SoundBuffer buffer(4, 1);
    std::vector<float> frames(20);
    std::thread writer([&] { EXPECT_FALSE(buffer.write(frames.data(), 10)); });
    while (buffer.ready() < 4) std::this_thread::yield();
    buffer.close();
    writer.join();
    EXPECT_TRUE(buffer.ended());
    EXPECT_EQ(buffer.read(frames.data(), 4), 0u);
}

}  // namespace
}  // namespace consort::radio
