#include "plugins/delivery/hls/hls_delivery.hpp"

#include <gtest/gtest.h>

#include "consort/entry.hpp"
#include "consort/testing/fake_host.hpp"

#include "plugins/delivery/common/test_media.hpp"
#include "plugins/delivery/hls/info_frame.hpp"
#include "plugins/delivery/hls/packed_audio.hpp"

namespace consort::delivery {
namespace {

using namespace testing;
using consort::testing::FakeExchange;
using consort::testing::FakeHost;

struct Plugin {
    explicit Plugin(Context& host) : delivery(host, 6) { host.offer_delivery("hls", delivery); }
    HlsDelivery delivery;
};

constexpr const char* kBase = "/api/v1/stream/item-1/";

class Hls : public ::testing::Test {
  protected:
    void SetUp() override { ASSERT_TRUE(host_.load<Plugin>()); }
    std::string get(const std::string& path, int status = 200) {
        FakeExchange request("GET", kBase + path);
        EXPECT_TRUE(host_.deliver(request, media_)) << path;
        EXPECT_EQ(request.status(), status) << path << " " << request.problem_detail();
        pieces_ = request.pieces().size();
        return status == 200 ? request.body() : request.problem_detail();
    }
    FakeMedia media_;
    FakeHost host_;
    std::size_t pieces_ = 0;
};

TEST_F(Hls, music_is_a_header_and_one_piece_of_the_source) {
    make_music(media_, 20);
    EXPECT_NE(get("playlist.m3u8").find("CODECS=\"mp4a.40.2\""), std::string::npos);
    EXPECT_NE(get("original/playlist.m3u8").find("segment2.m4s?v="), std::string::npos);
    const std::uint64_t before = media_.source_bytes_used();
    const std::string segment = get("original/segment1.m4s");
    EXPECT_EQ(pieces_, 2u);
    EXPECT_LT(media_.source_bytes_used() - before, segment.size());
    EXPECT_EQ(host_.cache.produced, 0u);
}

TEST_F(Hls, scattered_samples_are_gathered_once) {
    make_music(media_, 20, 7);
    const std::string first = get("original/segment1.m4s");
    const std::uint64_t used = media_.source_bytes_used();
    EXPECT_EQ(get("original/segment1.m4s"), first);
    EXPECT_EQ(media_.source_bytes_used(), used);
    EXPECT_EQ(host_.cache.produced, 1u);
    EXPECT_EQ(first.find("#######"), std::string::npos) << "bytes between the samples were read";
}

TEST_F(Hls, film_has_its_sound_as_a_group) {
    make_film(media_, 20, 2);
    const std::string playlist = get("playlist.m3u8");
    EXPECT_NE(playlist.find("URI=\"audio-0/playlist.m3u8\""), std::string::npos);
    EXPECT_NE(playlist.find("RESOLUTION=320x180,FRAME-RATE=25.000"), std::string::npos);
    get("audio-0/init.mp4");
    get("original/segment0.m4s");
}

TEST_F(Hls, names_and_numbers_that_there_are_not) {
    make_music(media_, 20);
    for (const char* path :
         {"other/playlist.m3u8", "audio-0/init.mp4", "original/segment3.m4s",
          "original/segment00.m4s", "original/segment-1.m4s", "original/segment4294967296.m4s",
          "original/segment0x0.m4s", "original/segment0.mp3"}) {
        get(path, 404);
    }
}

TEST_F(Hls, what_cannot_be_packaged_says_why) {
    FakeTrack track = audio_track("vorbis");
    add_sample(media_, track, 1, 10, 1024);
    media_.add_track(std::move(track));
    const auto offers = host_.describe_media(media_);
    ASSERT_EQ(offers.size(), 1u);
    EXPECT_FALSE(offers[0].playable);
    EXPECT_EQ(get("playlist.m3u8", 404), offers[0].reason);
}

TEST_F(Hls, a_full_queue_is_busy_and_nothing_leaks) {
    make_music(media_, 20, 7);
    get("original/playlist.m3u8");
    host_.cache.full = true;
    get("original/segment0.m4s", 503);
    EXPECT_EQ(media_.references(), 0);
}

TEST(PackedAudio, tag_holds_33_bits_of_time) {
    const std::string tag = timestamp_tag((std::int64_t{1} << 33) + 5);
    EXPECT_EQ(tag.substr(0, 3), "ID3");
    EXPECT_EQ(tag.size(), 10u + static_cast<unsigned char>(tag[9]));
    EXPECT_EQ(tag.substr(tag.size() - 8), std::string("\0\0\0\0\0\0\0\5", 8));
}

TEST(InfoFrame, tells_delay_and_padding_or_nothing) {
    consort_track track{};
    track.sample_count = 767;
    track.media_duration = 767 * 1152;
    track.edit_start = 1105;
    track.edit_duration = 882'000;
    const std::string_view header("\xff\xfb\xb0\x64", 4);
    const std::string frame = make_info_frame(track, header);
    const std::size_t at = frame.find("LAME");
    ASSERT_NE(at, std::string::npos);
    EXPECT_EQ(frame.substr(at + 21, 3), std::string("\x24\x03\xf0", 3));  // 576, 1008
    EXPECT_TRUE(make_info_frame(track, "no header").empty());
    track.edit_start = 0;
    EXPECT_TRUE(make_info_frame(track, header).empty());
}

}  // namespace
}  // namespace consort::delivery
