#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "core/media/test_renditions.hpp"

namespace consort::media {
namespace {

using testing::Fetch;
using testing::Latch;

class RenditionStoreTest : public testing::RenditionServiceFixture {};

TEST_F(RenditionStoreTest, TwoNodesMakeTheSameBytesInAnyOrder) {
    start();
    std::vector<std::string> first, second(10);
    for (std::uint32_t i = 0; i < 10; ++i) {
        Fetch fetch;
        get(fetch, i);
        first.push_back(fetch.payload());
    }
    options_.directory = directory_.path() / "other";
    const std::string revision = listed_[0]->revision;
    restart();
    EXPECT_EQ(listed_[0]->revision, revision);
    for (const std::uint32_t i : {7, 2, 9, 0, 1, 8, 3, 6, 5, 4}) {
        Fetch fetch;
        get(fetch, i);
        second[i] = fetch.payload();
    }
    EXPECT_EQ(first, second);
}

TEST_F(RenditionStoreTest, ARestartFindsSegmentsAndBitRatesOnDisk) {
    options_.disk_bytes = 1 << 20;
    start();
    std::vector<std::string> before;
    for (std::uint32_t i = 0; i < 10; ++i) {
        Fetch fetch;
        get(fetch, i);
        before.push_back(fetch.payload());
    }
    EXPECT_EQ(made(), 10);
    consort_rendition_info measured{};
    measured.struct_size = sizeof measured;
    listed_[0]->describe(measured);
    EXPECT_EQ(measured.flags, CONSORT_RENDITION_LISTED | CONSORT_RENDITION_MEASURED);
    EXPECT_EQ(measured.average_bit_rate, 640u) << "8 bytes each tenth of a second";

    restart();
    consort_rendition_info known{};
    known.struct_size = sizeof known;
    listed_[0]->describe(known);
    EXPECT_EQ(known.flags, measured.flags);
    EXPECT_EQ(known.peak_bit_rate, measured.peak_bit_rate);
    for (std::uint32_t i = 0; i < 10; ++i) {
        Fetch fetch;
        get(fetch, i);
        EXPECT_EQ(fetch.payload(), before[i]);
    }
    EXPECT_EQ(made(), 10) << "nothing was encoded again";
    EXPECT_EQ(hits("disk"), 10);
}

TEST_F(RenditionStoreTest, DamagedFilesAreMadeAgain) {
    options_.disk_bytes = 1 << 20;
    start();
    Fetch first;
    get(first, 0);
    ASSERT_TRUE(service_->settle(std::chrono::seconds(30)));
    ASSERT_EQ(stored().size(), 1u);
    {
        std::fstream file(stored()[0], std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(-1, std::ios::end);
        file.put('?');
    }
    restart();
    Fetch again;
    get(again, 0);
    EXPECT_EQ(again.payload(), first.payload());
    EXPECT_EQ(made(), 2);
    EXPECT_EQ(world_.counter("consort_rendition_store_damaged_total"), 1);
}

TEST_F(RenditionStoreTest, PlayingGoesOnWithoutTheDisk) {
    options_.disk_bytes = 1 << 20;
    std::ofstream(options_.directory) << "a file stands where the folder should be";
    start();
    for (std::uint32_t i = 0; i < 10; ++i) {
        Fetch fetch;
        get(fetch, i);
        ASSERT_NE(fetch.coded, nullptr);
    }
    ASSERT_TRUE(service_->settle(std::chrono::seconds(30)));
    EXPECT_EQ(world_.metrics.gauge("consort_rendition_store_full", "Help.").value(), 1);
    Fetch again;
    get(again, 0);
    EXPECT_EQ(hits("memory"), 1);
}

// Many who ask, leave and ask again, with little room: each is told once, and the right bytes.
TEST_F(RenditionStoreTest, AStormOfListenersGetsTheRightBytes) {
    options_.disk_bytes = 64 << 10;
    options_.memory_bytes = 8 << 10;
    options_.pcm_bytes = 1 << 20;
    options_.renditions.make_ahead = 2;
    options_.renditions.encoder_threads = 3;
    start();
    std::vector<std::string> right;
    for (std::size_t rung : {0, 1})
        for (std::uint32_t i = 0; i < 10; ++i) {
            Fetch fetch;
            get(fetch, i, rung);
            right.push_back(fetch.payload());
        }
    std::atomic<int> told{0}, wrong{0}, failed{0};
    Latch all;
    constexpr int kThreads = 6, kAsks = 200;
    std::vector<std::thread> listeners;
    for (int t = 0; t < kThreads; ++t)
        listeners.emplace_back([&, t] {
            std::minstd_rand random(static_cast<unsigned>(t + 1));
            for (int i = 0; i < kAsks; ++i) {
                const std::size_t rung = random() % 2;
                const auto number = static_cast<std::uint32_t>(random() % 10);
                const auto taken = service_->fetch(
                    item_.get(), listed_[rung], number,
                    [&, rung, number](const Error* error, consort_coded* coded) {
                        ++told;
                        if (error != nullptr) {
                            failed += error->status != CONSORT_E_CANCELED;
                        } else {
                            const auto bytes = coded->payload();
                            wrong += std::string_view(reinterpret_cast<const char*>(bytes.data()),
                                                      bytes.size()) != right[rung * 10 + number];
                        }
                        all.hit();
                    });
                if (!taken) {
                    ++failed;
                } else if (random() % 3 == 0) {
                    RenditionService::cancel(*taken);
                } else {
                    RenditionService::leave(*taken);
                }
            }
        });
    for (std::thread& listener : listeners) listener.join();
    EXPECT_TRUE(all.wait(kThreads * kAsks));
    EXPECT_EQ(told, kThreads * kAsks);
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(failed, 0);
    const auto& memory =
        world_.metrics.gauge("consort_rendition_cache_bytes", "Help.", {{"tier", "memory"}});
    EXPECT_LE(memory.value(), 8 << 10);
}

}  // namespace
}  // namespace consort::media
