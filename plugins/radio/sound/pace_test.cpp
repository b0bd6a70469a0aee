#include "plugins/radio/sound/pace.hpp"

#include <gtest/gtest.h>

namespace consort::radio {
namespace {

using namespace std::chrono_literals;

TEST(Pace, LetsFramesGoByTheClock) {
    Pace pace(44'100, 500ms);
    EXPECT_EQ(pace.due(0, 7s), 6'500ms);
    EXPECT_EQ(pace.due(22'050, 7s), 7s);
    EXPECT_EQ(pace.due(44'100, 7s), 7'500ms);
}

TEST(Pace, DoesNotDriftOverDays) {
    Pace pace(44'100, 0ms);
    const std::uint64_t step = 1'152, day = 24ull * 3'600 * 44'100;
    Pace::Time now = 0s, due = pace.due(0, now);
    std::uint64_t frames = 0;
    while (frames < 10 * day) {
        // What waits for the time is always a little late.
        now = std::max(now, due) + 37us;
        due = pace.due(frames, now);
        frames += step * 1'000;
    }
    const double expected = static_cast<double>(frames - step * 1'000) / 44'100;
    EXPECT_NEAR(std::chrono::duration<double>(due).count(), expected, 1e-6);
    EXPECT_EQ(pace.jumps(), 0u);
}

TEST(Pace, CatchesUpAfterAShortDelay) {
    Pace pace(48'000, 0ms);
    pace.due(0, 0s);
    EXPECT_EQ(pace.due(48'000, 4s), 1s);
    EXPECT_EQ(pace.due(96'000, 4s), 2s);
    EXPECT_EQ(pace.jumps(), 0u);
}

TEST(Pace, JumpsAfterALongOneAndGoesOnFromThere) {
    Pace pace(48'000, 0ms);
    pace.due(0, 0s);
    EXPECT_EQ(pace.due(48'000, 1'000s), 1'000s);
    EXPECT_EQ(pace.jumps(), 1u);
    EXPECT_EQ(pace.due(96'000, 1'000s), 1'001s);
    EXPECT_EQ(pace.due(144'000, 1'001s), 1'002s);
    EXPECT_EQ(pace.jumps(), 1u);
}

}  // namespace
}  // namespace consort::radio
