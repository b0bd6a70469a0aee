#include "core/catalog/text.hpp"

#include <gtest/gtest.h>

#include "core/catalog/file_names.hpp"

namespace consort::catalog {
namespace {

TEST(Text, FoldsCaseAccentsAndPunctuationInManyScripts) {
    EXPECT_EQ(fold("Björk"), fold("BJORK"));
    EXPECT_EQ(fold("Sigur Rós"), "sigur ros");
    EXPECT_EQ(fold("Don't  Stop!"), "dont stop");
    EXPECT_EQ(fold("Don\u2019t Stop"), "dont stop");
    EXPECT_EQ(fold("Straße"), "strasse");
    EXPECT_EQ(fold("Łódź Æon Øre"), "lodz aeon ore");
    EXPECT_EQ(fold("ПЕСНЯ"), fold("песня"));
    EXPECT_EQ(fold("Ωδή"), fold("ωδη"));
    EXPECT_EQ(fold("ＡＢＣ"), "abc");
    EXPECT_EQ(fold("ｶﾞ"), fold("ガ"));
    EXPECT_NE(fold("か"), fold("が")) << "voicing makes another letter";
    EXPECT_EQ(fold("مُوسِيقَى"), fold("موسيقى"));
    EXPECT_EQ(fold("!!!"), "!!!") << "a band's name all the same";
}

TEST(Text, SearchSplitsWhatIsWrittenWithoutBlanks) {
    EXPECT_EQ(search_text("音楽会"), "音 楽 会");
    EXPECT_EQ(search_text("사랑 노래"), "사 랑 노 래");
    EXPECT_EQ(search_text("The Beatles"), "the beatles");
}

TEST(Text, SortsLikePeopleDo) {
    EXPECT_LT(sort_key("The Beatles"), sort_key("Cream"));
    EXPECT_LT(sort_key("track 2"), sort_key("Track 10"));
    EXPECT_LT(sort_key("Éric"), sort_key("Frank"));
    EXPECT_LT(sort_key("zebra"), sort_key("Ωδή"));
    EXPECT_LT(sort_key("Ωδή"), sort_key("Песня"));
    EXPECT_LT(sort_key("The"), sort_key("Thea")) << "an article alone is a name";
    for (const char c : sort_key("Ünïcödé 音楽"))
        EXPECT_TRUE((c >= '0' && c <= '9') || (c >= 'A' && c <= 'V'));
}

TEST(Text, CleansWhatIsNotText) {
    EXPECT_EQ(clean("  a\x01"
                    "b\n\xFF "),
              "ab \xEF\xBF\xBD");
    EXPECT_EQ(clean(std::string_view("x\0y", 3)), "xy");
    EXPECT_EQ(clean("\xE2\x80"), "\xEF\xBF\xBD");
    EXPECT_LE(clean(std::string(1 << 20, 'x')).size(), 4096u);
    EXPECT_FALSE(fold(std::string(10000, '\xC3')).empty());
    EXPECT_EQ(percent_decode("a%2Fb%zz%4"), "a/b%zz%4");
}

TEST(Text, IdsDependOnEveryPart) {
    EXPECT_EQ(make_uid({"a", "b"}), make_uid({"a", "b"}));
    EXPECT_NE(make_uid({"a", "b"}), make_uid({"ab", ""}));
    EXPECT_EQ(make_uid({"x"}).size(), 20u);
}

struct EpisodeCase {
    const char* path;
    const char* show;
    unsigned season, episode;
    const char* title;
};
class EpisodeNames : public ::testing::TestWithParam<EpisodeCase> {};
TEST_P(EpisodeNames, Parse) {
    EpisodeName name;
    ASSERT_TRUE(parse_episode(GetParam().path, name));
    EXPECT_EQ(name.show, GetParam().show);
    EXPECT_EQ(name.season, GetParam().season);
    EXPECT_EQ(name.episode, GetParam().episode);
    EXPECT_EQ(name.title, GetParam().title);
}
INSTANTIATE_TEST_SUITE_P(
    All, EpisodeNames,
    ::testing::Values(EpisodeCase{"Show S01E02 Title.mkv", "Show", 1, 2, "Title"},
                      EpisodeCase{"My.Show.s02e10.The.End.mkv", "My Show", 2, 10, "The End"},
                      EpisodeCase{"Dark (2017)/Season 1/Dark - S01E03 - Past.mkv", "Dark", 1, 3,
                                  "Past"},
                      EpisodeCase{"Dark/Season 02/04 Ghosts.mkv", "Dark", 2, 4, "Ghosts"},
                      EpisodeCase{"Dark/Staffel 3/E05.mkv", "Dark", 3, 5, ""},
                      EpisodeCase{"Show - 1x02 - Name.avi", "Show", 1, 2, "Name"},
                      EpisodeCase{"Show/Specials/Show S00E01.mkv", "Show", 0, 1, ""},
                      EpisodeCase{"Show/S01E02E03.mkv", "Show", 1, 2, ""},
                      EpisodeCase{"進撃/Season 1/S01E01 始まり.mkv", "進撃", 1, 1, "始まり"}));

TEST(FileNames, WhatIsNoEpisode) {
    EpisodeName name;
    for (const char* path : {"Movie (1999).mkv", "1920x1080 test.mkv", "Class1e2.mkv", "",
                             "S99999999999999E1.mkv", "Season 1/x.mkv"})
        EXPECT_FALSE(parse_episode(path, name)) << path;
}

TEST(FileNames, Movies) {
    EXPECT_EQ(parse_movie("The Matrix (1999).mkv").title, "The Matrix");
    EXPECT_EQ(parse_movie("The Matrix (1999).mkv").year, 1999u);
    EXPECT_EQ(parse_movie("The.Matrix.1999.1080p.mkv").title, "The Matrix");
    EXPECT_EQ(parse_movie("1984 (1956).mkv").title, "1984");
    EXPECT_EQ(parse_movie("2001 A Space Odyssey.mkv").title, "2001 A Space Odyssey");
    EXPECT_EQ(parse_movie("2012.mkv").title, "2012");
    EXPECT_EQ(parse_movie("Alien (1979)/film.mkv").title, "Alien");
}

}  // namespace
}  // namespace consort::catalog
