#include "consort/services/renditions.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "consort/plugin.hpp"
#include "consort/testing/fake_host.hpp"

namespace consort {
namespace {

using testing::FakeHost;
using testing::FakeMedia;
using testing::FakeRendition;

class Asker {
  public:
    explicit Asker(Context& context) : renditions(context.renditions()) {}
    Renditions renditions;
};

class RenditionsTest : public ::testing::Test {
  protected:
    void SetUp() override {
        FakeRendition rendition;
        rendition.payload = "aabbbccccd";
        rendition.coded.codec = "aac";
        rendition.coded.track.kind = CONSORT_TRACK_AUDIO;
        rendition.coded.samples = {{0, 0, 2, 1024, 0, 1},
                                   {2, 1024, 3, 1024, 0, 1},
                                   {5, 2048, 4, 1024, 0, 1},
                                   {9, 3072, 1, 1024, 0, 1}};
        rendition.segments = {{0, 1024}, {1024, 3072}, {3072, 4096}};
        host_.renditions.offered.push_back(std::move(rendition));
        auto loaded = host_.load<Asker>();
        ASSERT_TRUE(loaded.ok());
        asker_ = *loaded;
    }
    Rendition rendition() {
        std::optional<Rendition> found;
        asker_->renditions.list(
            media_.view(), [&](Result<RenditionList> all) { found = *(*all).find("aac-128"); });
        return *found;
    }
    SegmentTicket fetch(std::uint32_t number) {
        return asker_->renditions.fetch(media_.view(), rendition(), number,
                                        [this](Result<Coded> coded) { got_ = std::move(coded); });
    }

    FakeMedia media_;
    FakeHost host_;
    Asker* asker_ = nullptr;
    std::optional<Result<Coded>> got_;
};

TEST_F(RenditionsTest, ListsAndDescribes) {
    asker_->renditions.list(media_.view(), [](Result<RenditionList> all) {
        ASSERT_TRUE(all.ok());
        EXPECT_EQ(all->size(), 1u);
        unsigned seen = 0;
        for (const Rendition one : *all) {
            ++seen;
            EXPECT_EQ(one.name(), "aac-128");
            EXPECT_EQ(one.revision(), "fake-1");
            EXPECT_EQ(one.segment_count(), 3u);
            EXPECT_EQ(one.segment(1)->start, 1024);
            EXPECT_EQ(one.segment(1)->end, 3072);
            EXPECT_EQ(one.segment(3).error().status, CONSORT_E_INVALID);
            EXPECT_TRUE(one.listed());
            EXPECT_EQ(one.info().average_bit_rate, 128'000u);
            EXPECT_EQ(view(one.track()->codec), "aac");
        }
        EXPECT_EQ(seen, 1u);
        EXPECT_EQ(all->find("nothing").error().status, CONSORT_E_NOT_FOUND);
    });
}

TEST_F(RenditionsTest, FetchesASegment) {
    { const SegmentTicket ticket = fetch(1); }
    ASSERT_TRUE(got_ && got_->ok());
    const Coded& coded = **got_;
    ASSERT_EQ(coded.samples().size(), 2u);
    EXPECT_EQ(coded.samples()[1].offset, 3u);
    EXPECT_EQ(coded.payload().size(), 7u);
    {
        auto slice = coded.slice(3, 4);
        ASSERT_TRUE(slice.ok());
        EXPECT_EQ(std::string(static_cast<const char*>(slice->raw().data), 4), "cccc");
        EXPECT_EQ(host_.renditions.references, 2);
    }
    EXPECT_FALSE(coded.slice(3, 5).ok());
    EXPECT_EQ(host_.renditions.asked.at(0).number, 1u);
    EXPECT_EQ(host_.renditions.tickets, 0);
    got_.reset();
    EXPECT_EQ(host_.renditions.references, 0);
}

TEST_F(RenditionsTest, CancelTellsOnceAndLeavingChangesNothing) {
    host_.renditions.at_once = false;
    SegmentTicket first = fetch(0);
    EXPECT_FALSE(got_.has_value());
    first.cancel();
    ASSERT_TRUE(got_.has_value());
    EXPECT_EQ(got_->error().status, CONSORT_E_CANCELED);
    first.cancel();
    EXPECT_EQ(host_.renditions.canceled, 1u);

    got_.reset();
    { const SegmentTicket left = fetch(0); }
    EXPECT_EQ(host_.renditions.waiting(), 1u);
    host_.renditions.answer_all();
    ASSERT_TRUE(got_ && got_->ok());
    EXPECT_EQ(host_.renditions.tickets, 0);
}

TEST_F(RenditionsTest, RefusalsReachReady) {
    host_.renditions.full = true;
    EXPECT_FALSE(fetch(0));
    EXPECT_EQ(got_->error().status, CONSORT_E_BUSY);
    host_.renditions.full = false;
    host_.renditions.failure = CONSORT_E_CORRUPT;
    EXPECT_TRUE(fetch(0));
    EXPECT_EQ(got_->error().status, CONSORT_E_CORRUPT);
}

TEST_F(RenditionsTest, TellsTheLengthOfSegments) {
    EXPECT_EQ(asker_->renditions.segment_seconds(), 6u);
}

TEST_F(RenditionsTest, WhatReadyThrowsIsLogged) {
    asker_->renditions.fetch(media_.view(), rendition(), 0,
                             [](Result<Coded>) { throw std::runtime_error("thrown by ready"); });
    EXPECT_TRUE(host_.log.contains("thrown by ready"));
}

TEST_F(RenditionsTest, AHostWithoutThemSaysSo) {
    host_.unload();
    host_.missing.insert(CONSORT_SERVICE_RENDITIONS);
    const auto loaded = host_.load<Asker>();
    ASSERT_FALSE(loaded.ok());
    EXPECT_NE(loaded.error().text.find("consort.host.renditions/1"), std::string::npos);
}

}  // namespace
}  // namespace consort
