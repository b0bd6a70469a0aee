#include "plugins/delivery/hls/ladder.hpp"

#include <gtest/gtest.h>

#include "consort/testing/fake_host.hpp"

#include "plugins/delivery/common/test_renditions.hpp"

namespace consort::delivery {
namespace {

using namespace testing;

FakeTrack h264_track() {
    FakeTrack out = video_track();
    out.configuration = std::string("\x01\x64\x00\x1f\xff\xe1\x00\x03\x67SP\x01\x00\x02\x68P", 16);
    return out;
}

// A film with two languages and a ladder, as the host would offer it.
class FilmLadder : public ::testing::Test {
  protected:
    void add_sound(const char* codec, const char* language, bool is_default) {
        FakeTrack track = audio_track(codec);
        track.language = language;
        track.track.flags &= ~CONSORT_TRACK_DEFAULT;
        if (is_default) track.track.flags |= CONSORT_TRACK_DEFAULT;
        for (int i = 0; i < 400; ++i) add_sample(media_, track, 1, 180, 1024);
        media_.add_track(std::move(track));
    }
    void add_picture(std::uint32_t height, std::uint32_t bit_rate = 4'000'000) {
        FakeTrack video = h264_track();
        video.track.height = height;
        video.track.width = height * 16 / 9;
        video.track.average_bit_rate = bit_rate;
        for (int i = 0; i < 250; ++i) add_sample(media_, video, 1, 300, 512, i % 50 == 0, 1024);
        media_.add_track(std::move(video));
    }
    void offer_sound(const char* name, std::uint32_t source, std::uint32_t rate) {
        FakeRendition& one = offered_.emplace_back(encoded_music(name, 10, rate));
        one.source_track = source;
        if (source != 2) one.coded.track.flags &= ~CONSORT_TRACK_DEFAULT;
    }
    void offer_picture(const char* name, std::uint32_t height, std::uint32_t rate) {
        FakeRendition& one = offered_.emplace_back();
        one.name = name;
        one.coded = h264_track();
        one.coded.track.height = height;
        one.coded.track.width = height * 16 / 9;
        one.average_bit_rate = one.peak_bit_rate = rate;
        one.sample_duration = 0;
        one.coded.track.media_duration = 128'000;
        one.segments = {{0, 76'800}, {76'800, 128'000}};
    }
    std::unique_ptr<RenditionSet> set() {
        std::vector<Encoded> encoded;
        for (FakeRendition& one : offered_) {
            encoded.emplace_back(&api_, reinterpret_cast<consort_rendition*>(&one));
        }
        auto made = RenditionSet::of_all(media_.view(), 6, encoded);
        EXPECT_TRUE(made) << (made ? "" : made.error().text);
        return made ? std::move(*made) : nullptr;
    }
    static consort_renditions_api make_api() {
        consort_renditions_api api{};
        api.struct_size = sizeof api;
        api.info = consort::testing::fake_rendition_info;
        api.track = consort::testing::fake_rendition_track;
        api.segment = consort::testing::fake_rendition_segment;
        api.boundaries = consort::testing::fake_rendition_boundaries;
        return api;
    }
    static std::string spelled(const Ladder& ladder) {
        std::string out;
        for (const Variant& variant : ladder.variants()) {
            out += variant.main->name + "+" + (variant.sound ? variant.sound->id : "none") + " ";
        }
        return out;
    }

    FakeMedia media_;
    std::list<FakeRendition> offered_;
    consort_renditions_api api_ = make_api();
};

TEST_F(FilmLadder, each_picture_has_the_sound_that_suits_it) {
    add_picture(1080);
    add_sound("flac", "en", false);
    add_sound("flac", "de", true);
    for (const auto& [name, rate] :
         {std::pair{"aac-64", 64'000u}, {"aac-128", 128'000u}, {"aac-256", 256'000u}}) {
        offer_sound((std::string(name) + ".1").c_str(), 1, rate);
        offer_sound(name, 2, rate);
    }
    offer_picture("h264-360", 360, 600'000);
    offer_picture("h264-480", 480, 1'200'000);
    offer_picture("h264-720", 720, 2'500'000);
    const auto all = set();
    ASSERT_TRUE(all);
    const Ladder ladder(*all, Container::kFragmented);
    EXPECT_EQ(spelled(ladder),
              "h264-480+aac-128 h264-360+aac-64 h264-720+aac-128 original+aac-256 "
              "original+original ");
    for (const SoundGroup* group : ladder.groups()) {
        ASSERT_EQ(group->members.size(), 2u) << group->id;
        EXPECT_EQ(group->members.front()->source_track(), 2u) << "the default one leads";
    }
    // FLAC has no place in a transport stream.
    EXPECT_EQ(spelled(Ladder(*all, Container::kTransportStream)),
              "h264-480+aac-128 h264-360+aac-64 h264-720+aac-128 original+aac-256 ");
}

TEST_F(FilmLadder, a_picture_of_a_usual_rate_plays_as_it_is) {
    add_picture(720, 2'500'000);
    add_sound("aac", "en", true);
    offer_picture("h264-360", 360, 600'000);
    offer_picture("h264-480", 480, 1'200'000);
    const auto all = set();
    ASSERT_TRUE(all);
    EXPECT_EQ(spelled(Ladder(*all, Container::kFragmented)),
              "original+original h264-360+original h264-480+original ");
}

TEST_F(FilmLadder, the_original_keeps_its_own_aac_and_silence_is_fine) {
    add_picture(480);
    add_sound("aac", "en", true);
    offer_picture("h264-360", 360, 600'000);
    const auto all = set();
    ASSERT_TRUE(all);
    EXPECT_EQ(spelled(Ladder(*all, Container::kFragmented)),
              "original+original h264-360+original ");
}

TEST_F(FilmLadder, a_silent_film) {
    add_picture(480);
    const auto all = set();
    ASSERT_TRUE(all);
    EXPECT_EQ(spelled(Ladder(*all, Container::kFragmented)), "original+none ");
}

}  // namespace
}  // namespace consort::delivery
