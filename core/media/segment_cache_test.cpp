#include "core/media/segment_cache.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "core/media/test_world.hpp"

namespace consort::media {
namespace {

class SegmentCacheTest : public ::testing::Test {
  protected:
    observe::Metrics metrics_;
    base::Executor workers_{"test", 2, 100};
    SegmentCache cache_{1 << 20, workers_, metrics_};
    std::atomic<int> produced_{0};

    SegmentCache::Produce fill(std::size_t size, char letter) {
        return [this, size, letter](SegmentCache::Fill& fill) -> Result<void> {
            ++produced_;
            void* room = fill.allocate(size);
            EXPECT_NE(room, nullptr);
            EXPECT_EQ(fill.allocate(1), nullptr);
            std::memset(room, letter, size);
            return {};
        };
    }
    std::string fetch(const std::string& key, SegmentCache::Produce produce) {
        testing::Latch done;
        std::string got;
        EXPECT_TRUE(cache_.fetch(
            key, std::move(produce), [&](const Error* error, const consort_slice* slice) {
                if (error != nullptr) {
                    got = "error: " + error->text;
                } else {
                    got.assign(static_cast<const char*>(slice->data), slice->length);
                    slice->release(slice->owner);
                }
                done.hit();
            }));
        EXPECT_TRUE(done.wait(1));
        return got;
    }
    double value(const std::string& name) { return metrics_.counter(name, "Help.").value(); }
    double level(const std::string& name) { return metrics_.gauge(name, "Help.").value(); }
};

TEST_F(SegmentCacheTest, MakesOnceAndHitsAfterwards) {
    EXPECT_EQ(fetch("k", fill(10, 'a')), std::string(10, 'a'));
    EXPECT_EQ(fetch("k", fill(10, 'b')), std::string(10, 'a'));
    EXPECT_EQ(produced_, 1);
    EXPECT_EQ(value("consort_segment_cache_hits_total"), 1);
    EXPECT_EQ(value("consort_segment_cache_misses_total"), 1);
    EXPECT_EQ(level("consort_segment_cache_entries"), 1);
}

TEST_F(SegmentCacheTest, OneProducerServesAllWhoWait) {
    testing::Latch started, go, done;
    std::atomic<int> good{0};
    for (int i = 0; i < 50; ++i)
        ASSERT_TRUE(cache_.fetch(
            "k",
            [&](SegmentCache::Fill& fill) -> Result<void> {
                ++produced_;
                started.hit();
                EXPECT_TRUE(go.wait(1));
                std::memset(fill.allocate(4), 'x', 4);
                return {};
            },
            [&](const Error* error, const consort_slice* slice) {
                if (error == nullptr) {
                    ++good;
                    slice->release(slice->owner);
                }
                done.hit();
            }));
    ASSERT_TRUE(started.wait(1));
    go.hit();
    ASSERT_TRUE(done.wait(50));
    EXPECT_EQ(good, 50);
    EXPECT_EQ(produced_, 1);
}

TEST_F(SegmentCacheTest, StaysWithinItsBoundAndDropsTheLeastUsed) {
    const std::size_t size = 200'000;
    for (int i = 0; i < 3; ++i) fetch(std::to_string(i), fill(size, static_cast<char>('0' + i)));
    fetch("0", fill(size, '?'));
    for (int i = 3; i < 6; ++i) fetch(std::to_string(i), fill(size, static_cast<char>('0' + i)));
    EXPECT_LE(level("consort_segment_cache_bytes"), 1 << 20);
    EXPECT_GT(value("consort_segment_cache_evictions_total"), 0);
    EXPECT_EQ(fetch("0", fill(size, 'n'))[0], '0');
    EXPECT_EQ(fetch("1", fill(size, 'n'))[0], 'n');
}

TEST_F(SegmentCacheTest, WhatIsTooLargeIsServedButNotKept) {
    EXPECT_EQ(fetch("k", fill(3 << 20, 'a')).size(), 3u << 20);
    EXPECT_EQ(level("consort_segment_cache_entries"), 0);
    fetch("k", fill(3 << 20, 'a'));
    EXPECT_EQ(produced_, 2);
}

TEST_F(SegmentCacheTest, FailuresReachAllAndAreNotKept) {
    const auto fail = [](SegmentCache::Fill&) -> Result<void> {
        return Error{CONSORT_E_IO, "The disk is gone."};
    };
    EXPECT_EQ(fetch("k", fail), "error: The disk is gone.");
    EXPECT_EQ(
        fetch("k", [](SegmentCache::Fill&) -> Result<void> { throw std::runtime_error("oops"); }),
        "error: Making the segment failed: oops");
    EXPECT_EQ(fetch("k", fill(3, 'a')), "aaa");
}

TEST_F(SegmentCacheTest, SlicesOutliveEvictionAndCache) {
    consort_slice kept{};
    {
        SegmentCache small(8'192, workers_, metrics_);
        testing::Latch done;
        ASSERT_TRUE(small.fetch("k", fill(5, 'k'), [&](const Error*, const consort_slice* slice) {
            kept = *slice;
            done.hit();
        }));
        ASSERT_TRUE(done.wait(1));
        ASSERT_TRUE(
            small.fetch("other", fill(8'000, 'o'), [&](const Error*, const consort_slice* slice) {
                slice->release(slice->owner);
                done.hit();
            }));
        ASSERT_TRUE(done.wait(2));
    }
    EXPECT_EQ(std::string(static_cast<const char*>(kept.data), kept.length), "kkkkk");
    kept.release(kept.owner);
}

TEST_F(SegmentCacheTest, AFullQueueIsSaidAtOnce) {
    base::Executor narrow("narrow", 1, 1);
    SegmentCache cache(1 << 20, narrow, metrics_);
    testing::Latch entered, go, answered;
    ASSERT_TRUE(narrow.post([&] {
        entered.hit();
        EXPECT_TRUE(go.wait(1));
    }));
    ASSERT_TRUE(entered.wait(1));
    int accepted = 0;
    for (int i = 0; i < 5; ++i)
        if (cache.fetch(std::to_string(i), fill(3, 'a'),
                        [&](const Error*, const consort_slice* slice) {
                            if (slice != nullptr) slice->release(slice->owner);
                            answered.hit();
                        }))
            ++accepted;
    EXPECT_LT(accepted, 5);
    go.hit();
    ASSERT_TRUE(answered.wait(accepted));
    narrow.stop();
}

TEST_F(SegmentCacheTest, StoppingAnswersThoseWhoWait) {
    auto narrow = std::make_unique<base::Executor>("narrow", 1, 10);
    SegmentCache cache(1 << 20, *narrow, metrics_);
    testing::Latch entered, go, answered;
    ASSERT_TRUE(narrow->post([&] {
        entered.hit();
        EXPECT_TRUE(go.wait(1));
    }));
    ASSERT_TRUE(entered.wait(1));
    std::atomic<int> failed{0};
    for (int i = 0; i < 3; ++i)
        ASSERT_TRUE(
            cache.fetch("k", fill(3, 'a'), [&](const Error* error, const consort_slice* slice) {
                if (error != nullptr) ++failed;
                if (slice != nullptr) slice->release(slice->owner);
                answered.hit();
            }));
    std::thread stopping([&] { narrow->stop(); });
    go.hit();
    ASSERT_TRUE(answered.wait(3));
    stopping.join();
}

TEST_F(SegmentCacheTest, ManyThreadsManyKeys) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 200; ++i) {
                const std::string key = std::to_string((i * 7 + t) % 20);
                for (;;) {
                    testing::Latch done;
                    std::string got;
                    if (!cache_.fetch(key, fill(50'000, key[0]),
                                      [&](const Error*, const consort_slice* slice) {
                                          if (slice != nullptr) {
                                              got.assign(static_cast<const char*>(slice->data), 1);
                                              slice->release(slice->owner);
                                          }
                                          done.hit();
                                      }))
                        continue;
                    EXPECT_TRUE(done.wait(1));
                    EXPECT_EQ(got, key.substr(0, 1));
                    break;
                }
            }
        });
    for (auto& thread : threads) thread.join();
    EXPECT_LE(level("consort_segment_cache_bytes"), 1 << 20);
}

}  // namespace
}  // namespace consort::media
