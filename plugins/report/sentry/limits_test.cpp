#include "plugins/report/sentry/limits.hpp"

#include <gtest/gtest.h>

namespace consort::sentry {
namespace {

using namespace std::chrono_literals;

int taken(TokenBucket& bucket, Time now) {
    int count = 0;
    while (count < 1'000 && bucket.take(now)) ++count;
    return count;
}

TEST(TokenBucketTest, ABurstThenTheRate) {
    TokenBucket bucket(60, 5);
    EXPECT_EQ(taken(bucket, 100s), 5);
    EXPECT_EQ(taken(bucket, 100s + 999ms), 0);
    EXPECT_EQ(taken(bucket, 101s), 1);
    EXPECT_EQ(taken(bucket, 104s), 3);
    EXPECT_EQ(taken(bucket, 1h), 5) << "no more than the burst is saved up";
}

TEST(TokenBucketTest, SlowRatesAddUp) {
    TokenBucket bucket(0.5, 2);
    EXPECT_EQ(taken(bucket, 0s), 2);
    int count = 0;
    for (Time now = 1s; now <= 601s; now += 1s) count += taken(bucket, now);
    EXPECT_EQ(count, 5);
}

TEST(RepeatsTest, AreCountedWithinTheWindow) {
    Repeats repeats(10s, 100);
    EXPECT_FALSE(repeats.is_repeat("a", 1s));
    EXPECT_EQ(repeats.sent("a", 1s), 0u);
    EXPECT_TRUE(repeats.is_repeat("a", 2s));
    EXPECT_TRUE(repeats.is_repeat("a", 10'999ms));
    EXPECT_FALSE(repeats.is_repeat("b", 3s));
    EXPECT_FALSE(repeats.is_repeat("a", 11s));
    EXPECT_EQ(repeats.sent("a", 11s), 2u);
    EXPECT_TRUE(repeats.is_repeat("a", 20s)) << "the window begins anew";
    EXPECT_EQ(repeats.sent("a", 30s), 1u);
}

TEST(RepeatsTest, WhatWasNotSentIsNoRepeat) {
    Repeats repeats(10s, 100);
    EXPECT_FALSE(repeats.is_repeat("a", 1s));
    EXPECT_FALSE(repeats.is_repeat("a", 2s));
}

TEST(RepeatsTest, TheOldestIsForgottenForTheNewest) {
    Repeats repeats(1h, 2);
    for (const char* text : {"a", "b", "c"}) EXPECT_EQ(repeats.sent(text, 1s), 0u);
    EXPECT_FALSE(repeats.is_repeat("a", 2s));
    EXPECT_TRUE(repeats.is_repeat("b", 2s));
    EXPECT_TRUE(repeats.is_repeat("c", 2s));
}

TEST(AskedPauseTest, RetryAfter) {
    EXPECT_EQ(asked_pause(200, std::nullopt, ""), 0s);
    EXPECT_EQ(asked_pause(429, 7s, ""), 7s);
    EXPECT_EQ(asked_pause(429, std::nullopt, ""), 60s);
    EXPECT_EQ(asked_pause(503, 7s, ""), 0s) << "it is tried again with pauses of our own";
    EXPECT_EQ(asked_pause(429, 999'999s, ""), 24h);
}

TEST(AskedPauseTest, RateLimitsByCategory) {
    EXPECT_EQ(asked_pause(200, std::nullopt, "60:error:organization"), 60s);
    EXPECT_EQ(asked_pause(429, 7s, "60:transaction:key, 2700:default;error;security:organization"),
              2700s);
    EXPECT_EQ(asked_pause(429, std::nullopt, "60:transaction:key"), 0s) << "not about errors";
    EXPECT_EQ(asked_pause(200, std::nullopt, "5::organization:quota"), 5s) << "about everything";
    EXPECT_EQ(asked_pause(200, std::nullopt, "9"), 9s);
    EXPECT_EQ(asked_pause(200, std::nullopt, "1.5:error:key"), 2s);
}

TEST(AskedPauseTest, WhatMakesNoSenseCountsForNothing) {
    for (const char* text :
         {",,,", "x:error:key", "-5:error:key", ":error", "nan:error", "inf x:error"}) {
        EXPECT_EQ(asked_pause(200, std::nullopt, text), 0s) << text;
        EXPECT_EQ(asked_pause(429, 7s, text), 7s) << text;
    }
    EXPECT_EQ(asked_pause(200, std::nullopt, "1e300:error:key"), 24h);
}

}  // namespace
}  // namespace consort::sentry
