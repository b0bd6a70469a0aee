#include "plugins/radio/live/byte_pipe.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace consort::radio {
namespace {

using Clock = std::chrono::steady_clock;

TEST(BytePipeTest, TakesNoMoreThanThereIsRoom) {
    BytePipe pipe(8);
    char bytes[16];
    EXPECT_EQ(pipe.write("hello"), 5u);
    EXPECT_EQ(pipe.room(), 3u);
    EXPECT_EQ(pipe.read(bytes, 3), 3u);
    EXPECT_EQ(pipe.write(" world"), 6u);
    EXPECT_EQ(pipe.write("!"), 0u);
    EXPECT_EQ(pipe.read(bytes, 16), 8u);
    EXPECT_EQ(std::string(bytes, 8), "lo world");
}

TEST(BytePipeTest, WaitingEndsWithBytesWithTheEndOrInTime) {
    BytePipe pipe(8);
    EXPECT_EQ(pipe.wait(Clock::now()), BytePipe::Wait::timeout);
    pipe.write("x");
    pipe.close();
    EXPECT_EQ(pipe.write("y"), 0u);
    EXPECT_EQ(pipe.room(), 0u);
    EXPECT_EQ(pipe.wait(Clock::now()), BytePipe::Wait::ready);
    char byte = 0;
    EXPECT_EQ(pipe.read(&byte, 1), 1u);
    EXPECT_EQ(pipe.wait(Clock::now()), BytePipe::Wait::closed);
}

TEST(BytePipeTest, BytesKeepTheirOrderBetweenThreads) {
    BytePipe pipe(7);
    std::string sent, got;
    for (int i = 0; i < 20'000; ++i) sent += static_cast<char>(i * 31);
    std::thread writer([&] {
        for (std::size_t at = 0; at < sent.size();)
            at += pipe.write(std::string_view(sent).substr(at));
        pipe.close();
    });
    char bytes[5];
    while (pipe.wait(Clock::now() + std::chrono::minutes(1)) == BytePipe::Wait::ready)
        got.append(bytes, pipe.read(bytes, sizeof bytes));
    writer.join();
    EXPECT_EQ(got, sent);
}

}  // namespace
}  // namespace consort::radio
