#include "plugins/delivery/progressive/progressive_delivery.hpp"

#include <gtest/gtest.h>

#include "consort/entry.hpp"
#include "consort/testing/fake_host.hpp"

#include "plugins/delivery/common/test_media.hpp"
#include "plugins/delivery/common/virtual_file_body.hpp"
#include "plugins/delivery/progressive/file_name.hpp"

namespace consort::delivery {
namespace {

using namespace testing;
using consort::testing::FakeExchange;
using consort::testing::FakeHost;

struct Plugin {
    explicit Plugin(Context& host) : delivery(host, 4), cache(host.cache()) {
        host.offer_delivery("progressive", delivery);
    }
    ProgressiveDelivery delivery;
    Cache cache;
};

class Progressive : public ::testing::Test {
  protected:
    void SetUp() override {
        auto loaded = host_.load<Plugin>();
        ASSERT_TRUE(loaded);
        plugin_ = *loaded;
    }
    std::string get(const std::string& path, int status = 200) {
        FakeExchange request("GET", path);
        request.query["progressive"] = "true";
        request.pull_size = 1000;
        EXPECT_TRUE(host_.deliver(request, media_)) << path;
        EXPECT_EQ(request.status(), status) << path << " " << request.problem_detail();
        EXPECT_TRUE(request.body_complete());
        return status == 200 ? request.body() : request.problem_detail();
    }
    FakeMedia media_;
    FakeHost host_;
    Plugin* plugin_ = nullptr;
};

// Every byte from `first` on, as the host reads a range.
std::string read_from(const Slice& body, std::uint64_t first, std::uint64_t max) {
    const consort_slice& raw = body.raw();
    EXPECT_EQ(raw.seek(raw.owner, first), CONSORT_OK);
    std::string out;
    for (;;) {
        consort_slice next{};
        const consort_status status = raw.next(raw.owner, max, &next);
        if (status == CONSORT_END) return out;
        EXPECT_EQ(status, CONSORT_OK);
        if (status != CONSORT_OK) return out;
        const Slice piece(next);
        EXPECT_LE(next.length, max);
        out.append(static_cast<const char*>(next.data), next.length);
    }
}

TEST_F(Progressive, any_position_of_the_virtual_file_continues_the_same_bytes) {
    for (const std::size_t gap : {0u, 7u}) {  // one piece of the source, and scattered
        FakeMedia media;
        make_music(media, 21, gap);
        auto made = ProgressiveFile::make(media.view(), 4);
        ASSERT_TRUE(made);
        FakeExchange request("GET", "/");
        const Exchange held = request.view().keep();
        const Slice body =
            virtual_file_body(plugin_->cache, held, media.view(), (*made)->file, "key");
        const std::string whole = read_from(body, 0, 4096);
        ASSERT_EQ(whole.size(), (*made)->file.size());
        for (std::uint64_t first = whole.size(); first > 0;
             first -= std::min<std::uint64_t>(first, 9'973)) {
            EXPECT_EQ(read_from(body, first - 1, 1'000), whole.substr(first - 1));
        }
        held.respond(Response(200));
        host_.cache.entries.clear();
    }
}

TEST_F(Progressive, music_is_m4a_and_film_is_mp4) {
    make_film(media_, 10, 2);
    const std::string film = get("/api/v1/stream/item-1/progressive.mp4");
    EXPECT_EQ(film.substr(4, 4), "ftyp");
    EXPECT_NE(get("/api/v1/stream/item-1/progressive.m4a", 404).find(".mp4"), std::string::npos);
    EXPECT_NE(get("/api/v1/stream/item-1/progressive.m3u8").find("BYTERANGE:"), std::string::npos);
    EXPECT_EQ(get("/api/v1/stream/item-1/direct"), media_.source);
}

TEST_F(Progressive, the_file_is_saved_under_its_name) {
    make_music(media_, 4);
    const auto disposition = [&](const std::string& path) {
        FakeExchange request("GET", path);
        EXPECT_TRUE(host_.deliver(request, media_));
        EXPECT_EQ(request.status(), 200);
        return request.response_headers().at("Content-Disposition");
    };
    EXPECT_EQ(disposition("/api/v1/stream/item-1/direct"), "inline");  // not in the catalog
    FakeMedia other;
    make_music(other, 4);
    other.item_id = "item-2";
    consort::testing::FakeItem item;
    item.id = "item-2";
    item.uri = "file:///m/A%20b.m4a";
    host_.catalog.put(item);
    FakeExchange request("GET", "/api/v1/stream/item-2/direct");
    EXPECT_TRUE(host_.deliver(request, other));
    EXPECT_EQ(request.response_headers().at("Content-Disposition"), "inline; filename=\"A b.m4a\"");
    // What else is derived of the media is another thing.
    FakeExchange file("GET", "/api/v1/stream/item-2/progressive.m4a");
    EXPECT_TRUE(host_.deliver(file, other));
    EXPECT_EQ(file.status(), 200);
}

TEST(FileName, is_given_in_ascii_and_in_utf_8) {
    EXPECT_EQ(inline_disposition("file:///music/01%20Intro.flac"),
              "inline; filename=\"01 Intro.flac\"");
    EXPECT_EQ(inline_disposition("file:///m/%C3%89t%C3%A9.mp3"),
              "inline; filename=\"_t_.mp3\"; filename*=UTF-8''%C3%89t%C3%A9.mp3");
    EXPECT_EQ(inline_disposition("s3://b/%E9%9F%B3%F0%9F%8E%B5.ogg"),
              "inline; filename=\"__.ogg\"; filename*=UTF-8''%E9%9F%B3%F0%9F%8E%B5.ogg");
    EXPECT_EQ(inline_disposition("file:///m/100%25.wav"),
              "inline; filename=\"100_.wav\"; filename*=UTF-8''100%25.wav");
    // Nothing gets out of the quotes, out of the header, or up the tree; and what is not UTF-8.
    EXPECT_EQ(inline_disposition("file:///m/a%22%0D%0AX:%20b.wav"),
              "inline; filename=\"a___X: b.wav\"");
    EXPECT_EQ(inline_disposition("file:///m/..%2F..%5Cetc"), "inline; filename=\".._.._etc\"");
    EXPECT_EQ(inline_disposition("file:///m/%FF%C3.wav%"),
              "inline; filename=\"__.wav_\"; filename*=UTF-8''__.wav%25");
    EXPECT_EQ(inline_disposition("file:///m/"), "inline");
    EXPECT_EQ(inline_disposition(""), "inline");
}

TEST_F(Progressive, older_interface) {
    make_music(media_, 10);
    EXPECT_EQ(get("/api/library/tracks/item-1/stream"),
              "{\"playlistUrl\":\"/hls/streaming/item-1/playlist.m3u8\"}");
    EXPECT_NE(get("/hls/streaming/item-1/playlist.m3u8").find("\ntrack_item-1.m4a?v="),
              std::string::npos);
    EXPECT_EQ(get("/hls/streaming/item-1/track_item-1.m4a"),
              get("/api/v1/stream/item-1/progressive.m4a"));
    get("/hls/streaming/item-1/track_other.m4a", 404);
}

TEST_F(Progressive, what_cannot_be_packaged_is_still_served_as_it_is) {
    FakeTrack track = audio_track("pcm_s16le");
    add_sample(media_, track, 1, 10, 1024);
    media_.add_track(std::move(track));
    const auto offers = host_.describe_media(media_);
    ASSERT_EQ(offers.size(), 2u);
    EXPECT_TRUE(offers[0].playable);
    EXPECT_FALSE(offers[1].playable);
    EXPECT_EQ(get("/api/v1/stream/item-1/progressive.m4a", 404), offers[1].reason);
}

TEST_F(Progressive, a_film_is_never_served_without_its_sound) {
    FakeTrack video = video_track(), sound = audio_track("ac3");
    for (int i = 0; i < 50; ++i) add_sample(media_, video, 1, 300, 512, i == 0);
    for (int i = 0; i < 60; ++i) add_sample(media_, sound, 2, 180, 1536);
    media_.add_track(std::move(video));
    media_.add_track(std::move(sound));
    const auto offers = host_.describe_media(media_);
    ASSERT_EQ(offers.size(), 2u);
    EXPECT_FALSE(offers[1].playable);
    EXPECT_NE(offers[1].reason.find("without sound"), std::string::npos);
    EXPECT_EQ(get("/api/v1/stream/item-1/progressive.mp4", 404), offers[1].reason);

    FakeTrack more = audio_track("aac");
    for (int i = 0; i < 90; ++i) add_sample(media_, more, 3, 180, 1024);
    media_.add_track(std::move(more));
    EXPECT_TRUE(host_.describe_media(media_)[1].playable);
}

}  // namespace
}  // namespace consort::delivery
