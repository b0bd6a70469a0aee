#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <list>
#include <sstream>

#include "consort/entry.hpp"
#include "consort/testing/fake_host.hpp"

#include "plugins/delivery/common/describe_renditions.hpp"
#include "plugins/delivery/common/test_renditions.hpp"
#include "plugins/delivery/progressive/growing_file_body.hpp"
#include "plugins/delivery/progressive/growing_playlist.hpp"
#include "plugins/delivery/progressive/progressive_delivery.hpp"

namespace consort::delivery {
namespace {

using namespace testing;
using consort::testing::FakeExchange;
using consort::testing::FakeHost;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kFile = "/api/v1/stream/item-1/progressive.m4a";
constexpr const char* kPlaylist = "/api/v1/stream/item-1/progressive.m3u8";
constexpr std::uint32_t kSeconds = 60;

struct Plugin {
    explicit Plugin(Context& host)
        : delivery(host, 10), service(host.renditions()), executor(host.executor()) {
        host.offer_delivery("progressive", delivery);
    }
    ProgressiveDelivery delivery;
    EncodedRenditions service;
    Executor executor;
};

// A WAV file, of which the host can make FLAC and AAC.
class EncodedFile : public ::testing::Test {
  protected:
    void SetUp() override {
        FakeTrack wav = audio_track("pcm_s16le");
        wav.track.bits_per_sample = 16;
        wav.track.edit_duration = kSeconds * 44'100;
        add_sample(media_, wav, 0, 64, kSeconds * 44'100);
        media_.add_track(std::move(wav));
        host_.renditions.offered.push_back(encoded_music("aac-128", kSeconds));
        host_.renditions.offered.push_back(encoded_music("flac", kSeconds, 700'000));
        FakeRendition& flac = host_.renditions.offered.back();
        flac.coded.codec = "flac";
        flac.coded.configuration = std::string(42, 'c');
        auto loaded = host_.load<Plugin>();
        ASSERT_TRUE(loaded);
        plugin_ = *loaded;
    }
    void TearDown() override {
        EXPECT_EQ(host_.renditions.tickets, 0);
        EXPECT_EQ(host_.renditions.references, 0);
    }
    std::string get(const std::string& path, FakeExchange::Texts query = {}, int status = 200) {
        FakeExchange request("GET", path);
        request.query = std::move(query);
        request.pull_size = 5'000;
        EXPECT_TRUE(host_.deliver(request, media_)) << path;
        EXPECT_EQ(request.status(), status) << path << " " << request.problem_detail();
        EXPECT_TRUE(request.body_complete());
        return status == 200 ? request.body() : request.problem_detail();
    }
    FakeMedia media_;
    FakeHost host_;
    Plugin* plugin_ = nullptr;
};
TEST_F(EncodedFile, a_wav_file_is_brought_as_flac) {
    const std::string file = get(kFile);
    EXPECT_EQ(file.substr(4, 4), "ftyp");
    EXPECT_NE(file.find("fLaC"), file.npos);
    EXPECT_EQ(get("/hls/streaming/item-1/track_item-1.m4a"), file);
    get("/hls/streaming/item-1/track_other.m4a", {}, 404);
    get("/api/v1/stream/item-1/progressive.mp4", {}, 404);
    EXPECT_THAT(get("/hls/streaming/item-1/playlist.m3u8"), HasSubstr("\ntrack_item-1.m4a?v="));
    EXPECT_THAT(get("/api/library/tracks/item-1/stream", {{"progressive", "true"}}),
                HasSubstr("/hls/streaming/item-1/playlist.m3u8"));
}

TEST_F(EncodedFile, any_rendition_of_sound_by_name) {
    EXPECT_EQ(get(kFile, {{"rendition", "flac"}}), get(kFile));
    const std::string aac = get(kFile, {{"rendition", "aac-128"}});
    EXPECT_NE(aac.find("mp4a"), aac.npos);
    EXPECT_THAT(get(kPlaylist, {{"rendition", "aac-128"}}),
                HasSubstr("\nprogressive.m4a?rendition=aac-128&v="));
    EXPECT_THAT(get(kFile, {{"rendition", "aac-1"}}, 404), HasSubstr("aac-128"));
}

TEST_F(EncodedFile, the_playlist_lists_every_byte_and_every_sample) {
    const std::string file = get(kFile);
    const std::string playlist = get(kPlaylist);
    EXPECT_THAT(playlist, HasSubstr("#EXT-X-ENDLIST"));
    std::uint64_t next = 0, micros = 0;
    std::istringstream lines(playlist);
    for (std::string line; std::getline(lines, line);) {
        unsigned long long size = 0, offset = 0, seconds = 0, fraction = 0;
        if (std::sscanf(line.c_str(), "#EXT-X-BYTERANGE:%llu@%llu", &size, &offset) == 2) {
            EXPECT_TRUE(next == 0 || offset == next) << offset;
            next = offset + size;
        }
        if (std::sscanf(line.c_str(), "#EXTINF:%llu.%llu,", &seconds, &fraction) == 2) {
            EXPECT_NEAR(static_cast<double>(seconds), 10, 3);
            micros += seconds * 1'000'000 + fraction;
        }
    }
    EXPECT_EQ(next, file.size());
    EXPECT_EQ(micros, kSeconds * 1'000'000u);
}

TEST_F(EncodedFile, the_file_streams_while_it_is_made) {
    host_.executor.run_at_once = false;
    host_.renditions.at_once = false;
    FakeExchange request("GET", kFile);
    ASSERT_TRUE(host_.deliver(request, media_));
    host_.executor.run_all();
    EXPECT_EQ(request.status(), 200);
    EXPECT_NE(request.flags() & CONSORT_RESPONSE_NOT_RANGEABLE, 0u);
    const std::size_t head = request.body().size();
    EXPECT_GT(head, 0u);
    EXPECT_FALSE(request.body_complete());
    std::size_t before = head;
    while (host_.renditions.waiting() > 0) {
        host_.renditions.answer_all();
        EXPECT_GT(request.body().size(), before);
        before = request.body().size();
        host_.executor.run_all();
    }
    EXPECT_TRUE(request.body_complete());
    host_.executor.run_at_once = host_.renditions.at_once = true;
    EXPECT_EQ(get(kFile), request.body());
}

TEST_F(EncodedFile, the_playlist_grows_and_then_ends) {
    host_.executor.run_at_once = false;
    host_.renditions.at_once = false;
    FakeExchange request("GET", kPlaylist);
    ASSERT_TRUE(host_.deliver(request, media_));
    host_.executor.run_all();
    EXPECT_EQ(request.status(), 0);
    while (request.status() == 0) {
        ASSERT_GT(host_.renditions.waiting(), 0u);
        host_.renditions.answer_all();
        host_.executor.run_all();
    }
    EXPECT_EQ(request.cache_control(), "no-cache");
    const std::string early = request.body();
    EXPECT_THAT(early, HasSubstr("#EXT-X-PLAYLIST-TYPE:EVENT"));
    EXPECT_THAT(early, HasSubstr("#EXTINF"));
    EXPECT_THAT(early, Not(HasSubstr("#EXT-X-ENDLIST")));
    while (host_.renditions.waiting() > 0) {
        host_.renditions.answer_all();
        host_.executor.run_all();
    }
    const std::string late = get(kPlaylist);
    EXPECT_EQ(late.substr(0, early.size()), early);
    EXPECT_THAT(late, HasSubstr("#EXT-X-ENDLIST"));
}

TEST_F(EncodedFile, ranges_of_what_exists_are_right_before_the_rest_is_made) {
    host_.executor.run_at_once = false;
    host_.renditions.at_once = false;
    FakeExchange first("GET", kPlaylist);
    ASSERT_TRUE(host_.deliver(first, media_));
    host_.executor.run_all();
    while (first.status() == 0) {
        host_.renditions.answer_all();
        host_.executor.run_all();
    }
    host_.renditions.at_once = true;
    FakeExchange range("GET", kFile);
    range.headers["range"] = "bytes=0-1000";
    ASSERT_TRUE(host_.deliver(range, media_));
    EXPECT_EQ(range.flags() & CONSORT_RESPONSE_NOT_RANGEABLE, 0u);
    host_.renditions.at_once = false;
    std::list<FakeExchange> others;
    for (const char* other : {"bytes=0-", "bytes=-5", "bytes=0-999999999", "bytes=5-1", "bytes=x-1",
                              "items=0-1", "bytes=0-1,4-5"}) {
        FakeExchange& request = others.emplace_back("GET", kFile);
        request.headers["range"] = other;
        ASSERT_TRUE(host_.deliver(request, media_));
        EXPECT_NE(request.flags() & CONSORT_RESPONSE_NOT_RANGEABLE, 0u) << other;
        EXPECT_NE(request.etag(), range.etag());
    }
    while (host_.renditions.waiting() > 0) {
        host_.renditions.answer_all();
        host_.executor.run_all();
    }
    host_.executor.run_at_once = host_.renditions.at_once = true;
    for (const FakeExchange& other : others) EXPECT_EQ(other.body(), get(kFile));
    EXPECT_EQ(get(kFile).substr(0, range.body().size()), range.body());
}

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

TEST_F(EncodedFile, any_position_of_the_complete_file_continues_the_same_bytes) {
    const std::string whole = get(kFile, {{"rendition", "aac-128"}});
    const auto set =
        RenditionSet::of_all(media_.view(), 6, encoded_now(plugin_->service, media_.view()));
    ASSERT_TRUE(set);
    FileMaker maker(plugin_->executor, plugin_->service, *(*set)->find("aac-128"));
    maker.want(media_.view());
    ASSERT_TRUE(maker.file.complete());
    FakeExchange request("GET", "/");
    const Exchange held = request.view().keep();
    {
        const Slice body = known_file_body(plugin_->service, held, media_.view(), maker.file,
                                           maker.file.offsets().back());
        ASSERT_EQ(body.length(), whole.size());
        for (std::uint64_t first = whole.size(); first > 0;
             first -= std::min<std::uint64_t>(first, 9'973)) {
            EXPECT_EQ(read_from(body, first - 1, 1'000), whole.substr(first - 1));
        }
    }
    held.respond(Response(200));
}

TEST_F(EncodedFile, a_segment_that_cannot_be_made_is_an_error_and_may_work_later) {
    host_.renditions.failure = CONSORT_E_CORRUPT;
    get(kPlaylist, {}, 500);
    FakeExchange request("GET", kFile);
    ASSERT_TRUE(host_.deliver(request, media_));
    EXPECT_EQ(request.body_error(), CONSORT_E_CORRUPT);
    host_.renditions.failure = CONSORT_OK;
    get(kPlaylist);
    EXPECT_THAT(get(kPlaylist), HasSubstr("#EXT-X-ENDLIST"));
}

TEST_F(EncodedFile, offers_name_a_file_for_each_rendition) {
    const auto offers = host_.describe_media(media_);
    ASSERT_EQ(offers.size(), 4u);
    EXPECT_EQ(offers[0].kind, OfferKind::direct);
    EXPECT_FALSE(offers[1].playable);
    EXPECT_EQ(offers[2].path, std::string(kFile) + "?rendition=aac-128");
    EXPECT_EQ(offers[3].path, kFile);
    EXPECT_EQ(offers[3].codecs, "fLaC");
    EXPECT_EQ(offers[3].kind, OfferKind::transcode);
}

TEST(GrowingPlaylist, segments_are_about_as_long_as_configured) {
    EXPECT_EQ(fragments_in_segment(10, 6), 2u);
    EXPECT_EQ(fragments_in_segment(10, 4), 3u);
    EXPECT_EQ(fragments_in_segment(10, 10), 1u);
    EXPECT_EQ(fragments_in_segment(1, 6), 1u);
}

}  // namespace
}  // namespace consort::delivery
