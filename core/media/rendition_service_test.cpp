#include "core/media/rendition_service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <optional>
#include <random>
#include <thread>

#include "core/media/rendition.hpp"
#include "core/media/test_codec.hpp"

namespace consort::media {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Latch;
using testing::TestCodec;
using testing::World;

config::RenditionSettings rendition(std::string name, std::uint32_t bit_rate) {
    config::RenditionSettings made;
    made.name = std::move(name);
    made.codec = "test";
    made.bit_rate = bit_rate;
    return made;
}

// What one fetch came to.
struct Fetch {
    Latch done;
    Error error{CONSORT_OK, {}};
    CodedPtr coded;
    consort_ticket* ticket = nullptr;

    RenditionService::Fetched ready() {
        return [this](const Error* failed, consort_coded* got) {
            if (failed != nullptr) error = *failed;
            coded = got;
            done.hit();
        };
    }
    std::string payload() const {
        const auto bytes = coded->payload();
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
};

class RenditionServiceTest : public ::testing::Test {
  protected:
    void SetUp() override {
        world_.files["memory:///a"] = {std::string(10'000, 'x'), 1};
        world_.on_index = [](const consort_input&, const consort_index_sink& sink) {
            return testing::sound_track(sink, 60);
        };
        options_.renditions.all = {rendition("low", 100), rendition("high", 200)};
        options_.renditions.make_ahead = 0;
        options_.renditions.encoder_threads = 2;
        options_.directory = directory_.path() / "segments";
        media_.emplace(MediaService::Options{(directory_.path() / "index").string(), 10}, storage_,
                       containers_, workers_, world_.metrics, [](std::string_view) {
                           return Result<ItemSource>(ItemSource{"memory:///a", "a.mem", "", "mem"});
                       });
    }
    void TearDown() override {
        if (service_) service_->stop();
        workers_.stop();
        item_ = nullptr;
        service_.reset();
        media_.reset();
        EXPECT_EQ(codec_.decoders_open, 0) << "readers are closed";
        EXPECT_EQ(codec_.encodings, 0) << "encodings are released";
    }

    void start() {
        service_.emplace(options_, world_.registry, workers_, world_.metrics);
        Latch opened;
        media_->open("item", [&](consort_status, std::string_view, consort_media* media) {
            item_ = media;
            opened.hit();
        });
        ASSERT_TRUE(opened.wait(1));
        Latch listed;
        service_->list(item_.get(), [&](const Error* error, auto all) {
            EXPECT_EQ(error, nullptr);
            listed_.assign(all.begin(), all.end());
            listed.hit();
        });
        ASSERT_TRUE(listed.wait(1));
    }
    // The media is opened anew, so that nothing but the disk remembers.
    void restart() {
        service_->stop();
        EXPECT_TRUE(service_->settle(std::chrono::seconds(30)));
        media_->forget("item");
        item_ = nullptr;
        service_.reset();
        start();
    }
    void begin(Fetch& fetch, std::uint32_t number, std::size_t of = 0) {
        auto taken = service_->fetch(item_.get(), listed_.at(of), number, fetch.ready());
        ASSERT_TRUE(taken.ok()) << taken.error().text;
        fetch.ticket = *taken;
    }
    void get(Fetch& fetch, std::uint32_t number, std::size_t of = 0) {
        begin(fetch, number, of);
        ASSERT_TRUE(fetch.done.wait(1));
        RenditionService::leave(fetch.ticket);
    }
    double made(const char* name = "low") {
        return world_.metrics
            .counter("consort_rendition_segments_total", "Help.", {{"rendition", name}})
            .value();
    }
    double hits(const char* tier) {
        return world_.metrics.counter("consort_rendition_hits_total", "Help.", {{"tier", tier}})
            .value();
    }
    std::vector<std::filesystem::path> stored() {
        std::vector<std::filesystem::path> files;
        for (const auto& file : std::filesystem::recursive_directory_iterator(options_.directory))
            if (file.is_regular_file()) files.push_back(file.path());
        return files;
    }
    // Holds every encode that begins until go.
    struct Gate {
        Latch begun, go, canceled;
    };
    void hold() {
        codec_.on_encode = [this](std::int64_t, const consort_pcm_input& input) {
            gate_.begun.hit();
            while (!gate_.go.passed(1)) {
                if (input.canceled(input.self) != 0) {
                    gate_.canceled.hit();
                    return consort_status{CONSORT_E_CANCELED};
                }
                std::this_thread::yield();
            }
            return consort_status{CONSORT_OK};
        };
    }

    testing::TemporaryDirectory directory_;
    Gate gate_;
    World world_;
    TestCodec codec_{world_};
    Storage storage_{world_.registry, world_.metrics};
    Containers containers_{world_.registry};
    base::Executor workers_{"worker", 2, 100};
    RenditionService::Options options_;
    std::optional<MediaService> media_;
    std::optional<RenditionService> service_;
    MediaPtr item_;
    std::vector<consort_rendition*> listed_;
};

TEST_F(RenditionServiceTest, DescribesWhatTheConfigurationNames) {
    auto unknown = rendition("unknown", 1);
    unknown.codec = "nobody";
    options_.renditions.all.push_back(unknown);
    start();
    ASSERT_EQ(listed_.size(), 2u);
    EXPECT_EQ(listed_[0]->name, "low");
    EXPECT_EQ(listed_[1]->name, "high");
    EXPECT_NE(listed_[0]->revision, listed_[1]->revision);
    EXPECT_EQ(listed_[0]->segment_count(), 10u);
    consort_rendition_info info{};
    info.struct_size = sizeof info;
    listed_[0]->describe(info);
    EXPECT_EQ(info.flags, CONSORT_RENDITION_LISTED);
    EXPECT_EQ(info.sample_duration, testing::kSampleFrames);
    EXPECT_EQ(info.average_bit_rate, 100u);
    const auto available = [&](const char* name) {
        return world_.metrics.gauge("consort_rendition_available", "Help.", {{"rendition", name}})
            .value();
    };
    EXPECT_EQ(available("low"), 1);
    EXPECT_EQ(available("unknown"), 0);
}

TEST_F(RenditionServiceTest, NamesTheTracksThatAreNotTheDefault) {
    world_.on_index = [](const consort_input&, const consort_index_sink& sink) {
        testing::sound_track(sink, 60);
        return testing::sound_track(sink, 60, 1, CONSORT_TRACK_DEFAULT);
    };
    start();
    ASSERT_EQ(listed_.size(), 4u);
    std::vector<std::string> names;
    for (const auto* one : listed_) names.push_back(one->name);
    EXPECT_THAT(names, ElementsAre("low.0", "low", "high.0", "high"));
}

TEST_F(RenditionServiceTest, MakesASegmentOnceForAll) {
    hold();
    start();
    std::vector<Fetch> fetches(50);
    for (Fetch& fetch : fetches) begin(fetch, 3);
    ASSERT_TRUE(gate_.begun.wait(1));
    gate_.go.hit();
    for (Fetch& fetch : fetches) {
        ASSERT_TRUE(fetch.done.wait(1));
        RenditionService::leave(fetch.ticket);
        ASSERT_NE(fetch.coded, nullptr);
        EXPECT_EQ(fetch.coded, fetches[0].coded);
    }
    EXPECT_EQ(codec_.begun().size(), 1u);
    EXPECT_EQ(fetches[0].coded->samples().size(), 60u);
    EXPECT_EQ(fetches[0].coded->samples()[0].decode_time, 18'100);
    EXPECT_EQ(fetches[0].coded->samples()[59].offset, 59u * 8);

    Fetch again;
    get(again, 3);
    EXPECT_EQ(again.coded, fetches[0].coded);
    EXPECT_EQ(hits("memory"), 1);
    EXPECT_EQ(made(), 1);
}

TEST_F(RenditionServiceTest, RefusesSegmentsThatAreNotThere) {
    start();
    const auto taken = service_->fetch(item_.get(), listed_[0], 10, [](const Error*, auto*) {});
    EXPECT_EQ(taken.error().status, CONSORT_E_INVALID);
}

TEST_F(RenditionServiceTest, DecodesOnceForAllRungs) {
    start();
    for (std::size_t rung : {0, 1}) {
        Fetch fetch;
        get(fetch, 0, rung);
        ASSERT_NE(fetch.coded, nullptr);
    }
    EXPECT_EQ(codec_.frames_decoded, static_cast<int>(PcmCache::kBlockFrames));
    EXPECT_EQ(world_.counter("consort_pcm_readers_opened_total"), 1);
}

TEST_F(RenditionServiceTest, TwoNodesMakeTheSameBytesInAnyOrder) {
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

TEST_F(RenditionServiceTest, WhoWaitsComesBeforeWhatIsMadeAhead) {
    options_.renditions.encoder_threads = 1;
    options_.renditions.make_ahead = 3;
    hold();
    start();
    Fetch first, second, overtaking;
    begin(first, 0);
    ASSERT_TRUE(gate_.begun.wait(1));
    begin(second, 8);
    begin(overtaking, 2);  // made ahead of the first so far
    gate_.go.hit();
    for (Fetch* fetch : {&first, &second, &overtaking}) {
        ASSERT_TRUE(fetch->done.wait(1));
        RenditionService::leave(fetch->ticket);
    }
    ASSERT_TRUE(gate_.begun.wait(7));
    // The three that were waited for in their order, then those ahead, nearest first.
    const auto starts = codec_.begun();
    EXPECT_EQ(starts[0], 0);
    EXPECT_EQ(starts[1], 48'100);
    EXPECT_EQ(starts[2], 12'100);
    EXPECT_THAT(std::vector(starts.begin() + 3, starts.begin() + 6),
                ::testing::UnorderedElementsAre(18'100, 54'100, 6'100));
    EXPECT_EQ(starts[6], 24'100) << "the furthest last";
}

TEST_F(RenditionServiceTest, WhatIsMadeAheadIsUsed) {
    options_.renditions.make_ahead = 1;
    hold();
    gate_.go.hit();
    start();
    Fetch first, second;
    get(first, 0);
    ASSERT_TRUE(gate_.begun.wait(2));
    get(second, 1);
    EXPECT_EQ(codec_.begun().at(1), 6'100);
    EXPECT_EQ(std::ranges::count(codec_.begun(), 6'100), 1);
}

TEST_F(RenditionServiceTest, TheLastWhoLeavesStopsTheEncoder) {
    hold();
    start();
    Fetch first, second;
    begin(first, 0);
    begin(second, 0);
    ASSERT_TRUE(gate_.begun.wait(1));
    RenditionService::cancel(first.ticket);
    ASSERT_TRUE(first.done.wait(1));
    EXPECT_EQ(first.error.status, CONSORT_E_CANCELED);
    EXPECT_EQ(second.done.count(), 0);
    RenditionService::cancel(second.ticket);
    ASSERT_TRUE(second.done.wait(1));
    EXPECT_EQ(world_.counter("consort_rendition_canceled_total"), 1);
    ASSERT_TRUE(gate_.canceled.wait(1));
    gate_.go.hit();
    Fetch third;
    get(third, 0);
    ASSERT_NE(third.coded, nullptr);
    EXPECT_EQ(made(), 1);
}

TEST_F(RenditionServiceTest, TooManyWhoWaitAreRefused) {
    options_.renditions.encoder_threads = 1;
    options_.renditions.max_queue = 1;
    hold();
    start();
    Fetch running, queued;
    begin(running, 0);
    ASSERT_TRUE(gate_.begun.wait(1));
    begin(queued, 1);
    const auto refused = service_->fetch(
        item_.get(), listed_[0], 2, [](const Error*, auto*) { FAIL() << "ready must not run"; });
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().status, CONSORT_E_BUSY);
    Fetch joining;
    begin(joining, 1);  // no new work
    gate_.go.hit();
    for (Fetch* fetch : {&running, &queued, &joining}) {
        ASSERT_TRUE(fetch->done.wait(1));
        EXPECT_NE(fetch->coded, nullptr);
        RenditionService::leave(fetch->ticket);
    }
}

TEST_F(RenditionServiceTest, AFailureReachesAllAndIsRememberedAWhile) {
    options_.remember_failure = std::chrono::milliseconds(0);
    codec_.on_encode = [](std::int64_t, const consort_pcm_input&) {
        host::set_last_error("The encoder is out of order.");
        return consort_status{CONSORT_E_CORRUPT};
    };
    start();
    Fetch first, again;
    get(first, 0);
    EXPECT_EQ(first.error.status, CONSORT_E_CORRUPT);
    EXPECT_EQ(first.error.text, "The encoder is out of order.");
    get(again, 0);
    EXPECT_EQ(codec_.begun().size(), 2u) << "tried again after the time";

    options_.remember_failure = std::chrono::hours(1);
    restart();
    Fetch third, fourth;
    get(third, 0);
    get(fourth, 0);
    EXPECT_EQ(fourth.error.text, "The encoder is out of order.");
    EXPECT_EQ(codec_.begun().size(), 3u) << "remembered";
}

TEST_F(RenditionServiceTest, AnEncoderThatLeavesAGapIsFound) {
    codec_.leave_gap = true;
    start();
    Fetch fetch;
    get(fetch, 0);
    EXPECT_EQ(fetch.error.status, CONSORT_E_INTERNAL);
    EXPECT_THAT(fetch.error.text, HasSubstr("leave a gap"));
}

TEST_F(RenditionServiceTest, EndsWhileEncoding) {
    options_.renditions.encoder_threads = 1;
    hold();
    start();
    Fetch running, queued;
    begin(running, 0);
    ASSERT_TRUE(gate_.begun.wait(1));
    begin(queued, 1);
    service_->stop();
    for (Fetch* fetch : {&running, &queued}) {
        ASSERT_TRUE(fetch->done.wait(1));
        EXPECT_EQ(fetch->error.status, CONSORT_E_CANCELED);
        RenditionService::leave(fetch->ticket);
    }
    const auto late = service_->fetch(item_.get(), listed_[0], 2, [](const Error*, auto*) {});
    EXPECT_EQ(late.error().status, CONSORT_E_BUSY);
}

TEST_F(RenditionServiceTest, ARestartFindsSegmentsAndBitRatesOnDisk) {
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

TEST_F(RenditionServiceTest, DamagedFilesAreMadeAgain) {
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

TEST_F(RenditionServiceTest, PlayingGoesOnWithoutTheDisk) {
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
TEST_F(RenditionServiceTest, AStormOfListenersGetsTheRightBytes) {
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
