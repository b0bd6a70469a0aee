#include "plugins/delivery/thumbnails/thumbnails_delivery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "consort/entry.hpp"
#include "consort/testing/fake_host.hpp"

#include "plugins/delivery/thumbnails/sheet_layout.hpp"

namespace consort::thumbnails {
namespace {

using consort::testing::FakeExchange;
using consort::testing::FakeHost;
using consort::testing::FakeMedia;
using consort::testing::FakeRendition;
using ::testing::EndsWith;
using ::testing::HasSubstr;

struct Plugin {
    explicit Plugin(Context& host) : delivery(host, "thumbnails") {
        host.offer_delivery("thumbnails", delivery);
    }
    ThumbnailsDelivery delivery;
};

constexpr const char* kBase = "/api/v1/stream/item-1/";

class Thumbnails : public ::testing::Test {
  protected:
    void SetUp() override {
        auto loaded = host_.load<Plugin>();
        ASSERT_TRUE(loaded.ok());
        plugin_ = *loaded;
    }
    void TearDown() override {
        EXPECT_EQ(media_.references(), 0);
        EXPECT_EQ(host_.renditions.references, 0);
        EXPECT_EQ(host_.renditions.tickets, 0);
    }
    // 25 seconds; a thumbnail each 2 seconds, 2 × 4 on a sheet: 13 on two sheets.
    FakeRendition& offer(const std::string& layout) {
        FakeRendition sheets;
        sheets.name = "thumbnails";
        sheets.payload = "first sheet|second";
        sheets.coded.track.kind = CONSORT_TRACK_VIDEO;
        sheets.coded.track.timescale = 600;
        sheets.coded.track.media_duration = 25 * 600 + 300;
        sheets.coded.codec = "mjpeg";
        sheets.coded.configuration = layout;
        sheets.coded.samples = {{0, 0, 11, 16 * 600, 0, CONSORT_SAMPLE_SYNC},
                                {12, 16 * 600, 6, 9 * 600 + 300, 0, CONSORT_SAMPLE_SYNC}};
        sheets.segments = {{0, 25 * 600 + 300}};
        host_.renditions.offered.push_back(std::move(sheets));
        return host_.renditions.offered.back();
    }
    std::string get(const std::string& path, int status = 200) {
        FakeExchange request("GET", kBase + path);
        EXPECT_TRUE(host_.deliver(request, media_));
        EXPECT_EQ(request.status(), status) << path;
        return status == 200 ? request.body() : request.problem_detail();
    }

    FakeMedia media_;
    FakeHost host_;
    Plugin* plugin_ = nullptr;
};

const std::string kLayout = "interval=2 columns=4 rows=2 width=160 height=90 tiles=13";

TEST_F(Thumbnails, AreListedWithTheirPlacesAndServed) {
    offer(kLayout);
    const std::string list = get("thumbnails.vtt");
    EXPECT_TRUE(list.starts_with("WEBVTT\n\n00:00:00.000 --> 00:00:02.000\nthumbnails0.jpg?v="));
    EXPECT_THAT(list, HasSubstr("00:00:10.000 --> 00:00:12.000\nthumbnails0.jpg?v="));
    EXPECT_THAT(list, HasSubstr("#xywh=160,90,160,90\n\n00:00:12.000"));
    EXPECT_THAT(list, HasSubstr("00:00:16.000 --> 00:00:18.000\nthumbnails1.jpg?v="));
    EXPECT_THAT(list, HasSubstr("\n00:00:24.000 --> 00:00:25.500\nthumbnails1.jpg?v="));
    EXPECT_THAT(list, EndsWith("#xywh=0,90,160,90\n"));
    EXPECT_EQ(get("thumbnails0.jpg"), "first sheet");
    EXPECT_EQ(get("thumbnails1.jpg"), "second");

    const std::size_t version = list.find("?v=") + 3;
    FakeExchange request("GET", std::string(kBase) + "thumbnails1.jpg");
    request.query["v"] = list.substr(version, list.find('#') - version);
    EXPECT_TRUE(host_.deliver(request, media_));
    EXPECT_EQ(request.status(), 200);
    EXPECT_EQ(request.content_type(), "image/jpeg");
    EXPECT_THAT(std::string(request.cache_control()), HasSubstr("immutable"));
}

TEST_F(Thumbnails, AreNotThereForWhatHasNone) {
    EXPECT_THAT(get("thumbnails.vtt", 404), HasSubstr("no thumbnails"));
    offer(kLayout);
    for (const char* name :
         {"thumbnails2.jpg", "thumbnails01.jpg", "thumbnails-1.jpg", "thumbnails99999999999.jpg"})
        get(name, 404);
    host_.renditions.failure = CONSORT_E_CORRUPT;
    get("thumbnails0.jpg", 500);
}

TEST_F(Thumbnails, LetGoWhenTheClientLeaves) {
    offer(kLayout);
    host_.renditions.at_once = false;
    FakeExchange request("GET", std::string(kBase) + "thumbnails0.jpg");
    EXPECT_TRUE(host_.deliver(request, media_));
    EXPECT_EQ(host_.renditions.waiting(), 1u);
    request.cancel();
    plugin_->delivery.canceled(request.view());
    EXPECT_EQ(host_.renditions.canceled, 1u);
}

TEST(SheetLayout, IsReadOnlyIfItMakesSense) {
    ASSERT_TRUE(SheetLayout::parse(kLayout));
    EXPECT_EQ(SheetLayout::parse(kLayout)->sheets(), 2u);
    for (const char* text :
         {"", "interval=2", "interval=2 columns=4 rows=2 width=160 height=90 tiles=0",
          "interval=2 columns=4 rows=2 width=160 height=90 tiles=1000000",
          "interval=2 columns=x rows=2 width=160 height=90 tiles=5", "\1\xff"})
        EXPECT_FALSE(SheetLayout::parse(text)) << text;
}

}  // namespace
}  // namespace consort::thumbnails
