#include "plugins/delivery/hls/hls_delivery.hpp"

#include <gtest/gtest.h>

#include "consort/entry.hpp"
#include "consort/testing/fake_host.hpp"

#include "plugins/delivery/common/info_frame.hpp"
#include "plugins/delivery/common/packed_audio.hpp"
#include "plugins/delivery/common/test_renditions.hpp"

namespace consort::delivery {
namespace {

using namespace testing;
using consort::testing::FakeExchange;
using consort::testing::FakeHost;

struct Plugin {
    explicit Plugin(Context& host) : delivery(host) { host.offer_delivery("hls", delivery); }
    HlsDelivery delivery;
};

constexpr const char* kBase = "/api/v1/stream/item-1/";

std::size_t count(const std::string& text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++found;
    return found;
}

class Hls : public ::testing::Test {
  protected:
    void SetUp() override { ASSERT_TRUE(host_.load<Plugin>()); }
    void TearDown() override {
        EXPECT_EQ(media_.references(), 0);
        EXPECT_EQ(host_.renditions.references, 0);
        EXPECT_EQ(host_.renditions.tickets, 0);
    }
    std::string get(const std::string& path, int status = 200) {
        FakeExchange request("GET", kBase + path.substr(0, path.find('?')));
        if (path.find('?') != std::string::npos) request.query["segments"] = "ts";
        EXPECT_TRUE(host_.deliver(request, media_)) << path;
        EXPECT_EQ(request.status(), status) << path << " " << request.problem_detail();
        pieces_ = request.pieces().size();
        content_type_ = request.content_type();
        etag_ = request.etag();
        return status == 200 ? request.body() : request.problem_detail();
    }
    FakeMedia media_;
    FakeHost host_;
    std::size_t pieces_ = 0;
    std::string content_type_, etag_;
};

TEST_F(Hls, music_is_a_ladder_with_the_original) {
    make_music(media_, 20);
    offer_encoded_music(host_.renditions, 20);
    const std::string playlist = get("playlist.m3u8");
    EXPECT_EQ(count(playlist, "#EXT-X-STREAM-INF:"), 2u) << playlist;
    EXPECT_EQ(count(playlist, "CODECS=\"mp4a.40.2\""), 2u);
    EXPECT_EQ(count(playlist, "SCORE="), 2u);
    EXPECT_LT(playlist.find("\noriginal/playlist.m3u8"), playlist.find("\naac-128/playlist.m3u8"))
        << "of two alike, the one that needs no encoder";
    EXPECT_EQ(playlist.find("aac-64"), std::string::npos) << "it is not listed";
    for (const char* rendition : {"original", "aac-128", "aac-64"}) {
        const std::string media = get(std::string(rendition) + "/playlist.m3u8");
        EXPECT_NE(media.find("segment2.m4s?v="), std::string::npos);
        EXPECT_NE(media.find("#EXT-X-MAP:URI=\"init.mp4?v="), std::string::npos);
        EXPECT_NE(media.find("#EXT-X-TARGETDURATION:8\n"), std::string::npos) << media;
    }
}

TEST_F(Hls, better_bit_rates_make_another_playlist) {
    make_music(media_, 20);
    offer_encoded_music(host_.renditions, 20);
    const std::string first = get("playlist.m3u8"), first_tag = etag_;
    EXPECT_EQ(get("playlist.m3u8"), first);
    EXPECT_EQ(etag_, first_tag);
    host_.renditions.offered.front().average_bit_rate = 131'000;
    EXPECT_NE(get("playlist.m3u8"), first);
    EXPECT_NE(etag_, first_tag);
}

TEST_F(Hls, lossless_comes_last_and_scores_best) {
    FakeTrack track = audio_track("flac");
    track.track.average_bit_rate = 800'000;
    for (int i = 0; i < 220; ++i) add_sample(media_, track, 1, 9'000, 4096);
    media_.add_track(std::move(track));
    offer_encoded_music(host_.renditions, 20);
    const std::string playlist = get("playlist.m3u8");
    EXPECT_LT(playlist.find("aac-128/"), playlist.find("original/"));
    const auto score = [&](std::size_t from) {
        return std::stod(playlist.substr(playlist.find("SCORE=", from) + 6));
    };
    EXPECT_LT(score(0), score(playlist.find("aac-128/")));
    get("playlist.m3u8?ts");
    EXPECT_EQ(get("original/playlist.m3u8?ts", 404).find("Transport streams"), 0u);
    get("original/segment0.ts", 404);
    EXPECT_EQ(get("segment0.ts").size() % 188, 0u) << "the default one is encoded";
    EXPECT_EQ(host_.renditions.asked.back().name, "aac-128");
}

TEST_F(Hls, transport_streams_are_made_once) {
    make_music(media_, 20, 7);
    offer_encoded_music(host_.renditions, 20);
    EXPECT_EQ(count(get("original/playlist.m3u8?ts"), ".ts?v="), 3u);
    const std::string first = get("original/segment1.ts");
    EXPECT_EQ(content_type_, "video/mp2t");
    EXPECT_EQ(first.size() % 188, 0u);
    EXPECT_EQ(first[0], 'G');
    const std::uint64_t used = media_.source_bytes_used();
    EXPECT_EQ(get("original/segment1.ts"), first);
    EXPECT_EQ(media_.source_bytes_used(), used);
    EXPECT_EQ(host_.cache.produced, 1u);
    EXPECT_EQ(get("aac-128/segment0.ts")[0], 'G');
    EXPECT_EQ(get("segment1.ts"), first);
    // What lies between the samples does not matter.
    FakeMedia dense;
    make_music(dense, 20);
    FakeExchange request("GET", std::string(kBase) + "original/segment1.ts");
    host_.cache.entries.clear();
    ASSERT_TRUE(host_.deliver(request, dense));
    EXPECT_EQ(request.body(), first);
}

TEST_F(Hls, film_has_its_sound_as_groups) {
    make_film(media_, 20, 2);
    offer_encoded_music(host_.renditions, 20);
    for (auto& one : host_.renditions.offered) {
        one.flags = CONSORT_RENDITION_LISTED;
        one.source_track = 1;
    }
    const std::string playlist = get("playlist.m3u8");
    EXPECT_NE(playlist.find("GROUP-ID=\"original\",NAME=\"eng\",LANGUAGE=\"eng\",DEFAULT=YES"),
              std::string::npos)
        << playlist;
    EXPECT_NE(playlist.find("RESOLUTION=320x180,FRAME-RATE=25.000,AUDIO=\"original\""),
              std::string::npos);
    EXPECT_NE(playlist.find("#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH="), std::string::npos);
    const std::string iframes = get("original/iframes.m3u8");
    EXPECT_NE(iframes.find("#EXT-X-I-FRAMES-ONLY"), std::string::npos);
    EXPECT_EQ(count(iframes, "#EXT-X-BYTERANGE:"), count(iframes, ".m4s"));
    get("aac-64/iframes.m3u8", 404);
    EXPECT_EQ(get("playlist.m3u8?ts").find("I-FRAME"), std::string::npos);
}

TEST_F(Hls, a_film_without_encoders_plays_what_it_has) {
    make_film(media_, 20, 2);
    const std::string playlist = get("playlist.m3u8");
    EXPECT_NE(playlist.find("URI=\"audio-0/playlist.m3u8\""), std::string::npos);
    EXPECT_NE(playlist.find("AUDIO=\"original\""), std::string::npos);
}

TEST_F(Hls, text_tracks_are_subtitles) {
    make_film(media_, 100, 2);
    FakeTrack text;
    text.codec = "subrip";
    text.language = "de";
    text.track.kind = CONSORT_TRACK_TEXT;
    text.track.timescale = 1000;
    const auto cue = [&](std::string_view words, std::uint32_t lasts) {
        consort_sample sample{};
        sample.offset = media_.source.size();
        sample.size = static_cast<std::uint32_t>(words.size());
        sample.duration = lasts;
        media_.source += words;
        text.samples.push_back(sample);
    };
    cue("", 1'000);
    cue("Guten <i>Tag</i>", 2'000);
    cue("", 55'000);
    cue("<font color=\"red\">Fish & Chips</font> < 3\r\n\r\nzwei", 4'000);
    media_.add_track(std::move(text));
    EXPECT_NE(get("playlist.m3u8")
                  .find("TYPE=SUBTITLES,GROUP-ID=\"subtitles\",NAME=\"de\","
                        "LANGUAGE=\"de\""),
              std::string::npos);
    const std::string whole = get("subtitles/de.vtt");
    EXPECT_EQ(whole,
              "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\nGuten <i>Tag</i>\n\n"
              "00:00:58.000 --> 00:01:02.000\nFish &amp; Chips &lt; 3\nzwei\n");
    EXPECT_EQ(count(get("subtitles/de/playlist.m3u8"), ".vtt?v="), 2u);
    const std::string second = get("subtitles/de/segment1.vtt?ts");
    EXPECT_NE(second.find("X-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000"), std::string::npos);
    EXPECT_EQ(second.find("Guten"), std::string::npos);
    EXPECT_NE(second.find("zwei"), std::string::npos) << "it is shown in both segments";
    EXPECT_NE(get("subtitles/de/segment0.vtt").find("MPEGTS:0,"), std::string::npos);
    get("subtitles/de/segment2.vtt", 404);
    get("subtitles/en.vtt", 404);
}

TEST_F(Hls, encoded_mp3_is_packed_audio) {
    make_music(media_, 20);
    FakeRendition mp3 = encoded_music("mp3-320", 20);
    mp3.coded.codec = "mp3";
    mp3.coded.configuration.clear();
    host_.renditions.offered.push_back(std::move(mp3));
    EXPECT_NE(get("mp3-320/playlist.m3u8").find("segment0.mp3?v="), std::string::npos);
    EXPECT_EQ(get("mp3-320/segment1.mp3").substr(0, 3), "ID3");
    EXPECT_EQ(content_type_, "audio/mpeg");
    EXPECT_EQ(pieces_, 2u);
    get("original/segment0.mp3", 404);
}

TEST_F(Hls, names_and_numbers_that_there_are_not) {
    make_music(media_, 20);
    for (const char* path :
         {"other/playlist.m3u8", "original/segment3.ts", "original/segment00.ts",
          "original/segment-1.ts", "original/segment4294967296.ts", "segment3.ts",
          "original/segment0.mp3", "original/iframes.m3u8", "subtitles/en.vtt"}) {
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
    get("original/segment0.ts", 503);
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
