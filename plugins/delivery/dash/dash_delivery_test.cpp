#include "plugins/delivery/dash/dash_delivery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "consort/entry.hpp"
#include "consort/testing/fake_host.hpp"

#include "plugins/delivery/common/test_renditions.hpp"
#include "plugins/delivery/dash/xml_text.hpp"

namespace consort::delivery {
namespace {

using namespace testing;
using consort::testing::FakeExchange;
using consort::testing::FakeHost;
using ::testing::HasSubstr;
using ::testing::Not;

struct Plugin {
    explicit Plugin(Context& host) : delivery(host) { host.offer_delivery("dash", delivery); }
    DashDelivery delivery;
};

std::size_t count(std::string_view text, std::string_view what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++found;
    return found;
}

class Dash : public ::testing::Test {
  protected:
    void SetUp() override { ASSERT_TRUE(host_.load<Plugin>()); }
    std::string manifest(int status = 200) {
        FakeExchange request("GET", "/api/v1/stream/item-1/manifest.mpd");
        EXPECT_TRUE(host_.deliver(request, media_));
        EXPECT_EQ(request.status(), status) << request.problem_detail();
        return status == 200 ? request.body() : request.problem_detail();
    }
    std::vector<Offer> offers() { return host_.describe_media(media_); }
    FakeMedia media_;
    FakeHost host_;
};

TEST_F(Dash, music_and_its_ladder) {
    make_music(media_, 20);
    host_.renditions.offered.push_back(encoded_music("aac-64", 20, 64'000));
    host_.renditions.offered.push_back(encoded_music("aac-256", 20, 256'000));
    host_.renditions.offered.push_back(encoded_music("aac-320", 20, 320'000));
    host_.renditions.offered.back().flags = 0;  // not listed
    const std::string mpd = manifest();
    EXPECT_THAT(mpd, HasSubstr("mediaPresentationDuration=\"PT20.000000S\""));
    EXPECT_THAT(mpd, HasSubstr("<Representation id=\"original\""));
    EXPECT_THAT(mpd, HasSubstr("<Representation id=\"aac-64\""));
    EXPECT_THAT(mpd, HasSubstr("<Representation id=\"aac-256\""));
    EXPECT_THAT(mpd, Not(HasSubstr("aac-320")));
    EXPECT_THAT(mpd, HasSubstr("codecs=\"mp4a.40.2\" audioSamplingRate=\"44100\""));
    EXPECT_THAT(mpd, HasSubstr("audio_channel_configuration:2011\" value=\"2\""));
    EXPECT_THAT(mpd, HasSubstr("$RepresentationID$/segment$Number$.m4s?v="));
}

// The durations sum up to what is presented, in the timescale of the track.
TEST_F(Dash, the_time_line_is_exact) {
    make_music(media_, 20);
    const std::string mpd = manifest();
    EXPECT_THAT(mpd, HasSubstr("timescale=\"44100\" startNumber=\"0\""));
    std::uint64_t sum = 0;
    for (std::size_t at = mpd.find("<S "); at != mpd.npos; at = mpd.find("<S ", at + 1)) {
        const std::string element = mpd.substr(at, mpd.find("/>", at) - at);
        const auto number = [&](const std::string& name, std::uint64_t otherwise) {
            const std::size_t found = element.find(" " + name + "=\"");
            return found == element.npos ? otherwise : std::stoull(element.substr(found + 4));
        };
        sum += number("d", 0) * (number("r", 0) + 1);
    }
    EXPECT_EQ(sum, 20u * 44'100);
}

TEST_F(Dash, a_film_has_a_set_for_each_track) {
    make_film(media_, 20, 2);
    const std::string mpd = manifest();
    EXPECT_EQ(count(mpd, "<AdaptationSet "), 2u);
    EXPECT_LT(mpd.find("contentType=\"video\""), mpd.find("contentType=\"audio\""));
    EXPECT_THAT(mpd, HasSubstr("width=\"320\" height=\"180\" sar=\"1:1\" frameRate=\"25\""));
    EXPECT_THAT(mpd, HasSubstr("lang=\"eng\""));
}

TEST_F(Dash, subtitles_lie_beside) {
    make_film(media_, 20, 2);
    FakeTrack text;
    text.codec = "subrip";
    text.language = "de";
    text.track.kind = CONSORT_TRACK_TEXT;
    text.track.timescale = 1000;
    add_sample(media_, text, 3, 5, 1000);
    media_.add_track(text);
    media_.add_track(std::move(text));
    const std::string mpd = manifest();
    EXPECT_EQ(count(mpd, "mimeType=\"text/vtt\""), 2u);
    EXPECT_THAT(mpd, HasSubstr("lang=\"de\" contentType=\"text\""));
    EXPECT_THAT(mpd, HasSubstr("<BaseURL>subtitles/de-2.vtt</BaseURL>"));
}

TEST_F(Dash, sound_that_is_cut_elsewhere_is_a_set_of_its_own) {
    make_music(media_, 20);
    host_.renditions.offered.push_back(encoded_music("aac-64", 20, 64'000));
    for (auto& range : host_.renditions.offered.back().segments) {
        if (range.start != 0) range.start += 1024;
        if (range.end < 20 * 44'100) range.end += 1024;
    }
    EXPECT_EQ(count(manifest(), "<AdaptationSet "), 2u);
}

TEST_F(Dash, what_adapts_is_chosen_first) {
    FakeTrack flac = audio_track("flac");
    flac.title = "<Live> \"at\" Mill & Co";
    flac.track.edit_duration = 20 * 44'100;
    for (int i = 0; i < 216; ++i) add_sample(media_, flac, 1, 3000, 4096);
    media_.add_track(std::move(flac));
    host_.renditions.offered.push_back(encoded_music("aac-64", 20, 64'000));
    host_.renditions.offered.push_back(encoded_music("aac-256", 20, 256'000));
    host_.renditions.offered.push_back(encoded_music("flac", 20, 700'000));
    host_.renditions.offered.back().coded.codec = "flac";
    host_.renditions.offered.back().coded.configuration = std::string(42, 'c');
    const std::string mpd = manifest();
    EXPECT_EQ(count(mpd, "<AdaptationSet "), 2u) << "lossless once is enough";
    EXPECT_EQ(count(mpd, "codecs=\"flac\""), 1u);
    EXPECT_LT(mpd.find("id=\"aac-64\""), mpd.find("id=\"original\""));
    EXPECT_EQ(count(mpd, "selectionPriority=\"2\""), 1u);
    EXPECT_EQ(count(mpd, "selectionPriority=\"1\""), 1u);
    EXPECT_THAT(mpd, HasSubstr("<Label>&lt;Live&gt; &quot;at&quot; Mill &amp; Co</Label>"));
}

TEST_F(Dash, better_bit_rates_make_a_better_manifest) {
    make_music(media_, 20);
    host_.renditions.offered.push_back(encoded_music("aac-64", 20, 64'000));
    const std::string before = manifest();
    EXPECT_EQ(manifest(), before);
    host_.renditions.offered.back().peak_bit_rate += 10'000;
    EXPECT_NE(manifest(), before);
}

void make_mp3(FakeMedia& media) {
    FakeTrack track = audio_track("mp3");
    for (int i = 0; i < 500; ++i) add_sample(media, track, 1, 400, 1152);
    media.add_track(std::move(track));
}

TEST_F(Dash, mp3_has_no_place_and_says_so) {
    make_mp3(media_);
    EXPECT_THAT(manifest(404), HasSubstr("MP3"));
    const auto told = offers();
    ASSERT_EQ(told.size(), 1u);
    EXPECT_FALSE(told[0].playable);
    EXPECT_THAT(told[0].reason, HasSubstr("MP3"));
}

TEST_F(Dash, mp3_has_its_ladder) {
    make_mp3(media_);
    host_.renditions.offered.push_back(encoded_music("aac-64", 13, 64'000));
    EXPECT_THAT(manifest(), Not(HasSubstr("id=\"original\"")));
    const auto told = offers();
    ASSERT_EQ(told.size(), 2u);
    EXPECT_EQ(told[1].rendition, "ladder");
    EXPECT_TRUE(told[1].playable);
}

TEST_F(Dash, offers_tell_what_the_entry_weighs) {
    make_music(media_, 20);
    host_.renditions.offered.push_back(encoded_music("aac-64", 20, 64'000));
    host_.renditions.offered.push_back(encoded_music("aac-256", 20, 256'000));
    const auto told = offers();
    ASSERT_EQ(told.size(), 2u);
    EXPECT_EQ(told[0].kind, OfferKind::remux);
    EXPECT_EQ(told[0].container, "dash");
    EXPECT_EQ(told[0].bit_rate, 128'000u);
    EXPECT_EQ(told[1].kind, OfferKind::transcode);
    EXPECT_EQ(told[1].bit_rate, 256'000u);
    EXPECT_TRUE(told[1].adaptive);
    EXPECT_EQ(told[1].path, "/api/v1/stream/item-1/manifest.mpd");
}

TEST(Xml, what_is_no_xml_character_is_left_out) {
    EXPECT_EQ(xml_escaped("a\x01"
                          "b\nc\xef\xbf\xbf"
                          "d\xef\xbf\xbd'"),
              "ab cd\xef\xbf\xbd&#39;");
}

}  // namespace
}  // namespace consort::delivery
