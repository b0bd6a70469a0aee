#include "plugins/radio/sound/source_facts.hpp"

#include <gtest/gtest.h>

namespace consort::radio {
namespace {

Entry entry(const std::string& uri) {
    Entry made;
    made.uri = uri;
    return made;
}

TEST(SourceFacts, ATitleIsNeverEmpty) {
    EXPECT_EQ(facts_of(entry("file:///music/01%20D%C3%A4mmerung.flac"), {}).track->title,
              "01 Dämmerung");
    EXPECT_EQ(facts_of(entry("file:///music/a.b.mp3"), {{"title", ""}}).track->title, "a.b");
    EXPECT_EQ(facts_of(entry("/music/100%.mp3"), {}).track->title, "100%");
    EXPECT_EQ(facts_of(entry("file:///music/.mp3"), {}).track->title, ".mp3");
    EXPECT_EQ(facts_of(entry(""), {}).track->title, "Unknown");
}

TEST(SourceFacts, TagsAreCleanedAndBounded) {
    const auto facts = facts_of(entry("/x/y.mp3"), {{"title", " A\nB\t"},
                                                    {"artist", ""},
                                                    {"album_artist", "C"},
                                                    {"album", std::string(600, 'x') + "é"}});
    EXPECT_EQ(facts.track->title, "A B");
    EXPECT_EQ(facts.track->artist, "C");
    EXPECT_EQ(facts.track->album.size(), 500u);
    std::string wide;
    for (int i = 0; i < 400; ++i) wide += "é";
    // Cut between two characters.
    EXPECT_EQ(facts_of(entry("/a"), {{"title", "x" + wide}}).track->title.size(), 499u);
}

TEST(SourceFacts, LevelsComeFromReplayGainAndR128) {
    auto facts = facts_of(entry("/a"), {{"replaygain_track_gain", "-6.50 dB"},
                                        {"replaygain_track_peak", "0.98"},
                                        {"replaygain_album_gain", "+2 dB"}});
    ASSERT_TRUE(facts.tagged && facts.tagged_album);
    EXPECT_DOUBLE_EQ(facts.tagged->lufs, -11.5);
    EXPECT_DOUBLE_EQ(*facts.tagged->peak, 0.98);
    EXPECT_DOUBLE_EQ(facts.tagged_album->lufs, -20);
    EXPECT_FALSE(facts.tagged_album->peak);
    facts = facts_of(entry("/a"), {{"r128_track_gain", "-512"}});
    EXPECT_DOUBLE_EQ(facts.tagged->lufs, -21);
    EXPECT_FALSE(facts_of(entry("/a"), {{"replaygain_track_gain", "loud"}}).tagged);
    EXPECT_FALSE(facts_of(entry("/a"), {{"replaygain_track_gain", "1e9 dB"}}).tagged);
}

TEST(SourceFacts, NeighboursOnAnAlbumJoin) {
    const auto on = [](const std::string& uri, const std::string& album, const std::string& disc,
                       const std::string& number, bool jingle = false) {
        Entry made = entry(uri);
        made.jingle = jingle;
        return facts_of(made, {{"album", album}, {"disc", disc}, {"track", number}});
    };
    const auto second = on("/a/02.flac", "A", "", "2/9");
    EXPECT_TRUE(is_album_join(second, on("/a/03.flac", "A", "", "3")));
    EXPECT_FALSE(is_album_join(second, on("/a/04.flac", "A", "", "4")));
    EXPECT_FALSE(is_album_join(second, on("/b/03.flac", "A", "", "3")));
    EXPECT_FALSE(is_album_join(second, on("/a/03.flac", "B", "", "3")));
    EXPECT_FALSE(is_album_join(second, on("/a/03.flac", "A", "", "3", true)));
    EXPECT_TRUE(is_album_join(on("/a/1-9.flac", "A", "1", "9"), on("/a/2-1.flac", "A", "2", "1")));
    EXPECT_FALSE(is_album_join(on("/a/1-9.flac", "A", "1", "9"), on("/a/2-2.flac", "A", "2", "2")));
    // Without numbers by name.
    EXPECT_TRUE(is_album_join(on("/a/x.flac", "A", "", ""), on("/a/y.flac", "A", "", "")));
    EXPECT_FALSE(is_album_join(on("/a/y.flac", "A", "", ""), on("/a/x.flac", "A", "", "")));
    EXPECT_FALSE(is_album_join(on("/a/x.flac", "", "", ""), on("/a/y.flac", "", "", "")));
}

}  // namespace
}  // namespace consort::radio
