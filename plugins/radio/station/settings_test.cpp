#include "plugins/radio/station/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "consort/testing.hpp"

#include "plugins/radio/station/config_keys.hpp"
#include "plugins/radio/station/station_text.hpp"

namespace consort::radio {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

class SettingsTest : public ::testing::Test {
  protected:
    Settings read() {
        Context context(host_.raw(), &host_.api());
        return read_settings(context.config());
    }
    testing::FakeHost host_;
};

TEST_F(SettingsTest, WithoutAnythingThereIsNoStation) {
    const Settings settings = read();
    EXPECT_THAT(settings.stations, IsEmpty());
    EXPECT_THAT(settings.mistakes, IsEmpty());
}

TEST_F(SettingsTest, AFolderIsTheMainStation) {
    host_.config.values["audio_dir"] = "/music";
    host_.config.values["stream_format"] = "OGG";
    host_.config.values["bitrate"] = std::int64_t{192};
    host_.config.values["schedule"] = std::vector<std::string>{"mon-fri 07:00-10:00 /morning"};
    const Settings settings = read();
    ASSERT_THAT(settings.mistakes, IsEmpty());
    ASSERT_EQ(settings.stations.size(), 1u);
    const StationSettings& main = settings.stations[0];
    EXPECT_EQ(main.route, "/");
    EXPECT_EQ(main.directory, "/music");
    EXPECT_EQ(main.name, "Radio");
    EXPECT_STREQ(main.codec(), "vorbis");
    EXPECT_STREQ(main.content_type(), "audio/ogg");
    EXPECT_EQ(main.bitrate, 192u);
    EXPECT_EQ(main.schedule.size(), 1u);
    EXPECT_TRUE(main.switch_at_once);
    EXPECT_EQ(main.loudness, -16);
}

TEST_F(SettingsTest, AnHourMayWaitForTheTracksEnd) {
    host_.config.values["switch"] = "track";
    host_.config.values["stations"] =
        std::vector<std::string>{"route=/a directory=/a", "route=/b directory=/b switch=now",
                                 "route=/c directory=/c switch=soon"};
    const Settings settings = read();
    ASSERT_EQ(settings.stations.size(), 3u);
    EXPECT_FALSE(settings.stations[0].switch_at_once);
    EXPECT_TRUE(settings.stations[1].switch_at_once);
    ASSERT_EQ(settings.mistakes.size(), 1u);
    EXPECT_THAT(settings.mistakes[0], HasSubstr("switch is 'soon': it must be now, or track"));
}

TEST_F(SettingsTest, RoutesComeAsJsonAndStationsAsText) {
    host_.config.values["directory_routes"] = R"({"jazz": "/music/jazz", "/rock/": "/music/rock"})";
    host_.config.values["stations"] = std::vector<std::string>{
        R"(route=/talk directory="/my talks" name="All talk" format=opus bitrate=48 shuffle=true )"
        R"(crossfade=2.5 loudness=off max_clients=7 jingles=/j jingle_every=3)"};
    const Settings settings = read();
    ASSERT_THAT(settings.mistakes, IsEmpty());
    ASSERT_EQ(settings.stations.size(), 3u);
    EXPECT_EQ(settings.stations[0].route, "/jazz");
    EXPECT_EQ(settings.stations[0].name, "jazz");
    EXPECT_EQ(settings.stations[1].route, "/rock");
    const StationSettings& talk = settings.stations[2];
    EXPECT_EQ(talk.directory, "/my talks");
    EXPECT_EQ(talk.name, "All talk");
    EXPECT_EQ(talk.format, "opus");
    EXPECT_EQ(talk.bitrate, 48u);
    EXPECT_TRUE(talk.shuffle);
    EXPECT_EQ(talk.crossfade_seconds, 2.5);
    EXPECT_FALSE(talk.loudness.has_value());
    EXPECT_EQ(talk.max_clients, 7u);
    EXPECT_EQ(talk.jingle_every, 3u);
}

TEST_F(SettingsTest, EveryMistakeIsNamed) {
    host_.config.values["audio_dir"] = "/music";
    host_.config.values["stream_format"] = "wma";
    host_.config.values["loudness"] = "loud";
    host_.config.values["directory_routes"] = R"({"/status": "/x", "/a b": "/y", "/z": ""})";
    host_.config.values["stations"] = std::vector<std::string>{"route=/ directory=/other"};
    EXPECT_THAT(read().mistakes,
                ElementsAre(HasSubstr("format is 'wma'"), HasSubstr("loudness is 'loud'"),
                            HasSubstr("'/status' is taken"), HasSubstr("'/a b' cannot be a route"),
                            HasSubstr("has no directory"), HasSubstr("which another station has")));
    host_.config.values["directory_routes"] = "[1]";
    EXPECT_THAT(read().mistakes, ::testing::Contains(HasSubstr("is not a JSON object")));
}

TEST_F(SettingsTest, TheBurstIsTheSameTimeAtEveryBitRate) {
    Settings settings;
    StationSettings station;
    EXPECT_NEAR(settings.burst_seconds(station), 4.096, 1e-9);
    station.bitrate = 64;
    EXPECT_NEAR(settings.burst_seconds(station), 8.192, 1e-9);
    settings.buffer_size = 0;
    EXPECT_EQ(settings.burst_seconds(station), 1);
    settings.buffer_size = 1 << 20;
    station.bitrate = 16;
    EXPECT_EQ(settings.burst_seconds(station), 60);
}

TEST_F(SettingsTest, FlagsNameKeysThatAre) {
    for (const ConfigFlag& flag : config_flags) {
        EXPECT_TRUE(std::ranges::any_of(config_keys, [&](const ConfigKey& key) {
            return std::string_view(key.name) == flag.key;
        })) << flag.key;
    }
}

// As "#name = default", under a comment that says what the declaration says.
TEST(ConfigFile, DocumentsEveryKeyWithItsDefault) {
    std::ifstream in(CONSORT_CONFIG_FILE);
    ASSERT_TRUE(in) << CONSORT_CONFIG_FILE;
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const std::size_t section = text.find("\n#[plugins.radio]\n");
    ASSERT_NE(section, std::string::npos);
    for (const ConfigKey& key : config_keys) {
        std::string value = key.default_text;
        if (key.type == CONSORT_CONFIG_STRING) value = '"' + value + '"';
        if (key.type == CONSORT_CONFIG_STRINGS) value = "[]";
        EXPECT_NE(text.find("\n#" + std::string(key.name) + " = " + value + "\n", section),
                  std::string::npos)
            << key.name;
    }
}

TEST(StationText, IsKeysWithValues) {
    const auto words = parse_words(R"(  a=1 b="x \"y\" \\" a= c=2)");
    ASSERT_TRUE(words.ok());
    EXPECT_THAT(*words, ElementsAre(Pair("a", "1"), Pair("b", "x \"y\" \\"), Pair("a", ""),
                                    Pair("c", "2")));
    for (const char* wrong : {"a", "=1", "a=1 b", "a=\"x", "\"a=1\""})
        EXPECT_FALSE(parse_words(wrong).ok()) << wrong;
}

}  // namespace
}  // namespace consort::radio
