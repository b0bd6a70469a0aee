#include "plugins/keyvalue/memory/memory_store.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace consort::keyvalue {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

class MemoryStoreTest : public ::testing::Test {
  protected:
    MemoryStore make(MemoryStore::Limits limits = {}) {
        return MemoryStore(limits, [this] { return nanoseconds(now_.load()); });
    }
    void pass(nanoseconds time) { now_ += time.count(); }
    std::string get(MemoryStore& store, std::string_view key) {
        auto value = store.get(key);
        EXPECT_TRUE(value.ok());
        return value.ok() && *value ? **value : "(none)";
    }
    std::atomic<std::int64_t> now_ = 0;
};

TEST_F(MemoryStoreTest, KeepsWhatIsSetUntilRemoved) {
    auto store = make();
    const std::string bytes("\0\xff binary", 9);
    ASSERT_TRUE(store.set("a", bytes, 0ns));
    EXPECT_EQ(get(store, "a"), bytes);
    ASSERT_TRUE(store.set("a", "", 0ns));
    EXPECT_EQ(get(store, "a"), "");
    EXPECT_TRUE(*store.remove("a"));
    EXPECT_FALSE(*store.remove("a"));
    EXPECT_EQ(get(store, "a"), "(none)");
    EXPECT_EQ(store.figures().entries, 0u);
    EXPECT_EQ(store.figures().bytes, 0u);
}

TEST_F(MemoryStoreTest, ForgetsAfterTheTimeToLive) {
    auto store = make();
    ASSERT_TRUE(store.set("a", "1", 10s));
    pass(10s - 1ns);
    EXPECT_EQ(get(store, "a"), "1");
    pass(1ns);
    EXPECT_EQ(get(store, "a"), "(none)");
    EXPECT_FALSE(*store.remove("a"));
    EXPECT_EQ(store.figures().bytes, 0u);
}

TEST_F(MemoryStoreTest, ANewTimeToLiveReplacesTheOld) {
    auto store = make();
    ASSERT_TRUE(store.set("a", "1", 1s));
    ASSERT_TRUE(store.set("a", "2", 0ns));
    pass(1h);
    store.sweep();
    EXPECT_EQ(get(store, "a"), "2");
    ASSERT_TRUE(store.set("a", "3", nanoseconds::max()));
    EXPECT_EQ(get(store, "a"), "3");
}

TEST_F(MemoryStoreTest, SweepFreesWhatNobodyAsksFor) {
    auto store = make();
    for (int i = 0; i < 1000; ++i)
        ASSERT_TRUE(store.set("key" + std::to_string(i), "value", i % 2 ? 1s : 1h));
    pass(1s);
    EXPECT_EQ(store.figures().entries, 1000u);
    store.sweep();
    EXPECT_EQ(store.figures().entries, 500u);
    EXPECT_EQ(store.figures().expired, 500u);
}

TEST_F(MemoryStoreTest, CompareAndSetLooksAtThePresentValue) {
    auto store = make();
    EXPECT_FALSE(*store.compare_and_set("a", "x", "1", 0ns));
    EXPECT_TRUE(*store.compare_and_set("a", std::nullopt, "1", 1s));
    EXPECT_FALSE(*store.compare_and_set("a", std::nullopt, "2", 0ns));
    EXPECT_TRUE(*store.compare_and_set("a", "1", "2", 1s));
    EXPECT_FALSE(*store.compare_and_set("a", "", "3", 0ns));
    EXPECT_EQ(get(store, "a"), "2");
    pass(1s);
    EXPECT_FALSE(*store.compare_and_set("a", "2", "3", 0ns)) << "an expired value is absent";
    EXPECT_TRUE(*store.compare_and_set("a", std::nullopt, "3", 0ns));
}

TEST_F(MemoryStoreTest, AddCountsAndKeepsTheFirstTimeToLive) {
    auto store = make();
    EXPECT_EQ(*store.add("n", 5, 1s), 5);
    pass(900ms);
    EXPECT_EQ(*store.add("n", -7, 1h), -2);
    EXPECT_EQ(get(store, "n"), "-2");
    pass(100ms);
    EXPECT_EQ(*store.add("n", 1, 0ns), 1) << "the first ttl ended the counter";
}

TEST_F(MemoryStoreTest, AddRefusesWhatIsNoNumberAndWhatDoesNotFit) {
    auto store = make();
    for (const char* text : {"", "1x", " 1", "1.5", "99999999999999999999"}) {
        ASSERT_TRUE(store.set("n", text, 0ns));
        const auto sum = store.add("n", 1, 0ns);
        ASSERT_FALSE(sum.ok()) << text;
        EXPECT_EQ(sum.error().status, CONSORT_E_INVALID);
        EXPECT_EQ(get(store, "n"), text);
    }
    ASSERT_TRUE(store.set("n", std::to_string(INT64_MAX), 0ns));
    EXPECT_FALSE(store.add("n", 1, 0ns).ok());
    EXPECT_EQ(*store.add("n", INT64_MIN, 0ns), -1);
}

TEST_F(MemoryStoreTest, RefusesWhatIsTooLong) {
    auto store = make();
    EXPECT_EQ(store.set("", "x", 0ns).error().status, CONSORT_E_INVALID);
    EXPECT_EQ(store.set(std::string(513, 'k'), "x", 0ns).error().status, CONSORT_E_INVALID);
    EXPECT_TRUE(store.set(std::string(512, 'k'), std::string(1 << 20, 'v'), 0ns).ok());
    EXPECT_EQ(store.set("k", std::string((1 << 20) + 1, 'v'), 0ns).error().status,
              CONSORT_E_INVALID);
    EXPECT_EQ(store.set("k", "v", -1ns).error().status, CONSORT_E_INVALID);
    EXPECT_FALSE(store.get("").ok());
}

TEST_F(MemoryStoreTest, AFullStoreGivesUpWhatExpiresSoonest) {
    auto store = make({.max_entries = 3});
    ASSERT_TRUE(store.set("kept", "1", 0ns));
    ASSERT_TRUE(store.set("soon", "2", 1s));
    ASSERT_TRUE(store.set("later", "3", 1h));
    ASSERT_TRUE(store.set("soon", "replaced", 1s)) << "replacing needs no room";
    EXPECT_EQ(store.figures().evicted, 0u);
    ASSERT_TRUE(store.set("new", "4", 0ns));
    ASSERT_TRUE(store.set("newer", "5", 0ns));
    EXPECT_EQ(store.figures().evicted, 2u);
    const auto refused = store.set("newest", "6", 0ns);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().status, CONSORT_E_BUSY);
    EXPECT_NE(refused.error().text.find("max_entries"), std::string::npos);
    EXPECT_EQ(get(store, "kept"), "1");
    EXPECT_EQ(get(store, "new"), "4");
    EXPECT_TRUE(store.set("new", "replaced", 0ns).ok());
}

TEST_F(MemoryStoreTest, BytesAreBounded) {
    auto store = make({.max_entries = 1000, .max_bytes = 100'000});
    for (int i = 0; i < 1000; ++i)
        ASSERT_TRUE(store.set("key" + std::to_string(i), std::string(1000, 'v'), 1s));
    EXPECT_LE(store.figures().bytes, 100'000u);
    EXPECT_GT(store.figures().entries, 50u);
    EXPECT_EQ(store.set("big", std::string(200'000, 'v'), 1s).error().status, CONSORT_E_BUSY);
}

TEST_F(MemoryStoreTest, CountersFromManyThreadsLoseNothing) {
    auto store = make();
    constexpr int kThreads = 8, kRounds = 2000;
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t)
        threads.emplace_back([&store, t] {
            for (int i = 0; i < kRounds; ++i) {
                ASSERT_TRUE(store.add("shared", 1, 0ns).ok());
                ASSERT_TRUE(store.add("own" + std::to_string(t), 1, 0ns).ok());
            }
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(get(store, "shared"), std::to_string(kThreads * kRounds));
    for (int t = 0; t < kThreads; ++t)
        EXPECT_EQ(get(store, "own" + std::to_string(t)), std::to_string(kRounds));
}

TEST_F(MemoryStoreTest, CompareAndSetFromManyThreadsHasOneWinnerEachTime) {
    auto store = make();
    ASSERT_TRUE(store.set("n", "0", 0ns));
    constexpr int kThreads = 4, kWins = 500;
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t)
        threads.emplace_back([&store] {
            for (int wins = 0; wins < kWins;) {
                const std::string present = **store.get("n");
                const std::string next = std::to_string(std::stoi(present) + 1);
                if (*store.compare_and_set("n", present, next, 0ns)) ++wins;
            }
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(get(store, "n"), std::to_string(kThreads * kWins));
}

TEST_F(MemoryStoreTest, BoundsHoldWhileManyThreadsWriteReadSweepAndExpire) {
    auto store = make({.max_entries = 200, .max_bytes = 100'000});
    std::vector<std::thread> threads;
    for (int t = 0; t < 6; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 3000; ++i) {
                const std::string key = "k" + std::to_string((i * 7 + t) % 500);
                EXPECT_TRUE(store.set(key, std::string(i % 300, 'v'), 1us * (1 + i % 50)).ok());
                EXPECT_TRUE(store.get(key).ok());
                EXPECT_LE(store.figures().entries, 200u);
                EXPECT_LE(store.figures().bytes, 100'000u);
                if (i % 10 == 0) pass(1us);
                if (i % 100 == 0) store.sweep();
            }
        });
    for (std::thread& thread : threads) thread.join();
    pass(1s);
    store.sweep();
    EXPECT_EQ(store.figures().entries, 0u);
    EXPECT_EQ(store.figures().bytes, 0u);
}

}  // namespace
}  // namespace consort::keyvalue
