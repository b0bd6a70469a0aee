#include "plugins/radio/hls/audience.hpp"

#include <gtest/gtest.h>

namespace consort::radio {
namespace {

using std::chrono::seconds;

TEST(Audience, CountsWhoAskedLately) {
    Audience audience(seconds(18), 500);
    const Audience::Time now{};
    EXPECT_TRUE(audience.ask("192.0.2.1", "one", now));
    EXPECT_TRUE(audience.ask("192.0.2.1", "one", now + seconds(10)));
    EXPECT_TRUE(audience.ask("192.0.2.1", "two", now + seconds(1)));
    EXPECT_TRUE(audience.ask("192.0.2.2", "one", now + seconds(2)));
    EXPECT_EQ(audience.listeners(), 3u);
    audience.tidy(now + seconds(20));
    EXPECT_EQ(audience.listeners(), 2u);
    audience.tidy(now + seconds(29));
    EXPECT_EQ(audience.listeners(), 0u);
    EXPECT_TRUE(audience.ask("192.0.2.1", "one", now + seconds(30)));
    EXPECT_EQ(audience.came(), 4u);
    EXPECT_EQ(audience.peak(), 3u);
}

TEST(Audience, IsNoLargerThanItMayBe) {
    Audience audience(seconds(18), 2);
    const Audience::Time now{};
    EXPECT_TRUE(audience.ask("a", "", now));
    EXPECT_TRUE(audience.ask("b", "", now + seconds(10)));
    EXPECT_FALSE(audience.ask("c", "", now + seconds(11)));
    EXPECT_TRUE(audience.ask("a", "", now + seconds(11)));
    EXPECT_EQ(audience.refused(), 1u);
    EXPECT_TRUE(audience.ask("c", "", now + seconds(29)));  // "b" is gone
    EXPECT_EQ(audience.listeners(), 2u);
}

}  // namespace
}  // namespace consort::radio
