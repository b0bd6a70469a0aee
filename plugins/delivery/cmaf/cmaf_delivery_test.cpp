#include "plugins/delivery/cmaf/cmaf_delivery.hpp"

#include <gtest/gtest.h>

#include "consort/entry.hpp"
#include "consort/testing/fake_host.hpp"

#include "plugins/delivery/common/test_media.hpp"
#include "plugins/delivery/common/test_renditions.hpp"

namespace consort::delivery {
namespace {

using namespace testing;
using consort::testing::FakeExchange;
using consort::testing::FakeHost;

struct Plugin {
    explicit Plugin(Context& host) : delivery(host) { host.offer_delivery("cmaf", delivery); }
    CmafDelivery delivery;
};

class Cmaf : public ::testing::Test {
  protected:
    void SetUp() override {
        make_music(media_, 20);
        offer_encoded_music(host_.renditions, 20);
        ASSERT_TRUE(host_.load<Plugin>());
    }
    void TearDown() override {
        EXPECT_EQ(media_.references(), 0);
        EXPECT_EQ(host_.renditions.references, 0);
        EXPECT_EQ(host_.renditions.tickets, 0);
    }
    std::string get(const std::string& path, int status = 200) {
        FakeExchange request("GET", "/api/v1/stream/item-1/" + path);
        EXPECT_TRUE(host_.deliver(request, media_)) << path;
        EXPECT_EQ(request.status(), status) << path << " " << request.problem_detail();
        cache_control_ = request.cache_control();
        content_type_ = request.content_type();
        pieces_ = request.pieces().size();
        return status == 200 ? request.body() : request.problem_detail();
    }
    FakeMedia media_;
    FakeHost host_;
    std::string cache_control_, content_type_;
    std::size_t pieces_ = 0;
};

TEST_F(Cmaf, the_sources_own_track_is_a_header_and_a_piece_of_the_source) {
    EXPECT_EQ(get("original/init.mp4").substr(4, 4), "ftyp");
    const std::string segment = get("original/segment1.m4s");
    EXPECT_EQ(segment.substr(4, 4), "moof");
    EXPECT_EQ(pieces_, 2u);
    EXPECT_EQ(content_type_, "audio/mp4");
    EXPECT_TRUE(host_.renditions.asked.empty());
}

TEST_F(Cmaf, the_init_segment_can_be_had_without_itunes_note) {
    const std::string with = get("original/init.mp4");
    FakeExchange request("GET", "/api/v1/stream/item-1/original/init.mp4");
    request.query["note"] = "none";
    EXPECT_TRUE(host_.deliver(request, media_));
    const std::string without = request.body();
    EXPECT_NE(with.find("iTunSMPB"), std::string::npos);
    EXPECT_EQ(without.find("iTunSMPB"), std::string::npos);
    EXPECT_NE(without.find("elst"), std::string::npos);
}

TEST_F(Cmaf, an_encoded_segment_is_a_header_and_the_coded_samples) {
    EXPECT_EQ(get("aac-128/init.mp4").substr(4, 4), "ftyp");
    const std::string segment = get("aac-128/segment1.m4s");
    EXPECT_EQ(pieces_, 2u);
    const auto& rendition = host_.renditions.offered.front();
    const consort_media_range range = rendition.segments[1];
    std::string payload;
    for (const consort_sample& sample : rendition.coded.samples) {
        if (sample.decode_time >= range.start && sample.decode_time < range.end) {
            payload += rendition.payload.substr(sample.offset, sample.size);
        }
    }
    ASSERT_GT(segment.size(), payload.size());
    EXPECT_EQ(segment.substr(segment.size() - payload.size()), payload);
    const std::size_t tfdt = segment.find("tfdt");
    ASSERT_NE(tfdt, std::string::npos);
    std::uint64_t time = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        time = time << 8 | static_cast<unsigned char>(segment[tfdt + 8 + i]);
    }
    EXPECT_EQ(time, static_cast<std::uint64_t>(range.start));
}

TEST_F(Cmaf, what_names_its_version_is_immutable) {
    FakeExchange request("GET", "/api/v1/stream/item-1/aac-128/segment0.m4s");
    get("aac-128/segment0.m4s");
    EXPECT_EQ(cache_control_, "no-cache");
    const auto set = RenditionSet::of_originals(media_.view(), 6);
    ASSERT_TRUE(set);
    request.query["v"] = (*set)->all().front().version;
    FakeExchange original("GET", "/api/v1/stream/item-1/original/segment0.m4s");
    original.query = request.query;
    ASSERT_TRUE(host_.deliver(original, media_));
    EXPECT_NE(original.cache_control().find("immutable"), std::string::npos);
    ASSERT_TRUE(host_.deliver(request, media_));
    EXPECT_EQ(request.cache_control(), "no-cache") << "a version of another rendition";
}

TEST_F(Cmaf, a_full_queue_is_503_and_a_damaged_source_500) {
    host_.renditions.full = true;
    EXPECT_NE(get("aac-128/segment0.m4s", 503).find("busy"), std::string::npos);
    host_.renditions.full = false;
    host_.renditions.failure = CONSORT_E_CORRUPT;
    EXPECT_NE(get("aac-128/segment0.m4s", 500).find("damaged"), std::string::npos);
    get("original/segment0.m4s");
}

TEST_F(Cmaf, a_client_who_leaves_takes_the_ticket_along) {
    host_.renditions.at_once = false;
    const auto offered = host_.component<consort_delivery>(CONSORT_DELIVERY);
    {
        FakeExchange stays("GET", "/api/v1/stream/item-1/aac-128/segment1.m4s");
        FakeExchange leaves("GET", "/api/v1/stream/item-1/aac-128/segment1.m4s");
        ASSERT_TRUE(host_.deliver(stays, media_));
        ASSERT_TRUE(host_.deliver(leaves, media_));
        EXPECT_EQ(host_.renditions.waiting(), 2u);
        leaves.cancel();
        offered->canceled(offered.self, leaves.raw());
        EXPECT_EQ(host_.renditions.canceled, 1u);
        EXPECT_EQ(leaves.references(), 0);
        offered->canceled(offered.self, leaves.raw());  // harmless
        host_.renditions.answer_all();
        EXPECT_EQ(stays.status(), 200);
    }
}

TEST_F(Cmaf, names_and_numbers_that_there_are_not) {
    for (const char* path :
         {"other/init.mp4", "audio-0/init.mp4", "aac-128/segment3.m4s", "aac-128/segment01.m4s",
          "original/segment3.m4s", "original/segment-1.m4s", "original/segment4294967296.m4s"}) {
        get(path, 404);
    }
}

TEST(CmafVorbis, only_what_is_encoded) {
    FakeMedia media;
    FakeHost host;
    FakeTrack track = audio_track("vorbis");
    add_sample(media, track, 1, 10, 1024);
    media.add_track(std::move(track));
    offer_encoded_music(host.renditions, 20);
    ASSERT_TRUE(host.load<Plugin>());
    const auto status = [&](const std::string& path) {
        FakeExchange request("GET", "/api/v1/stream/item-1/" + path);
        EXPECT_TRUE(host.deliver(request, media));
        return request.status();
    };
    EXPECT_EQ(status("original/init.mp4"), 404);
    EXPECT_EQ(status("aac-128/init.mp4"), 200);
}

}  // namespace
}  // namespace consort::delivery
