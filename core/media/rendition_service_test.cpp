#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/media/test_renditions.hpp"

namespace consort::media {
namespace {

using ::testing::ElementsAre;
using testing::Fetch;
using ::testing::HasSubstr;
using testing::Latch;
using testing::rendition;

class RenditionServiceTest : public testing::RenditionServiceFixture {};

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

}  // namespace
}  // namespace consort::media
