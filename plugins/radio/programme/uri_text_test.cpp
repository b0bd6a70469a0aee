#include "plugins/radio/programme/uri_text.hpp"

#include <gtest/gtest.h>

namespace consort::radio {
namespace {

TEST(UriTextTest, ChildrenAreEncodedAsTheHostDoes) {
    EXPECT_EQ(child_uri("file:///m", "a b%ä.mp3"), "file:///m/a%20b%25%C3%A4.mp3");
    EXPECT_EQ(child_uri("file:///", "-._~!$&'()*+,;=:@"), "file:///-._~!$&'()*+,;=:@");
    EXPECT_EQ(child_uri("s3://bucket/", "?#/"), "s3://bucket/%3F%23%2F");
    EXPECT_EQ(without_slash("file:///m//"), "file:///m");
    EXPECT_EQ(without_slash("s3://bucket/"), "s3://bucket");
    EXPECT_EQ(without_slash("file:////"), "file:///");
    EXPECT_EQ(child_uri(without_slash("file:///"), "m"), "file:///m");
}

TEST(UriTextTest, NamesAreFitToBeShown) {
    EXPECT_EQ(shown("file:///m/a%20b%0A%C3%A4.mp3"), "/m/a b?ä.mp3");
    EXPECT_EQ(shown("s3://bucket/a%20b"), "s3://bucket/a%20b");
    EXPECT_EQ(name_of("file:///m/a%2Fb.mp3"), "a/b.mp3");
    EXPECT_EQ(name_of("file:///m/"), "m");
    EXPECT_EQ(name_of(""), "");
    const std::string_view instead = "\xEF\xBF\xBD";
    for (const char* bad : {"%FF", "%C3", "%C0", "%E3%81", "%80"}) {
        const std::string name = name_of(std::string("file:///m/") + bad + ".mp3");
        EXPECT_TRUE(name.starts_with(instead)) << bad;
        EXPECT_TRUE(name.ends_with(".mp3")) << bad;
    }
    for (const char* bad : {"%ED%A0%80", "%E0%80%80", "%F4%90%80%80", "%F5%80%80%80"})
        EXPECT_TRUE(name_of(bad).starts_with(instead)) << bad;
    EXPECT_EQ(name_of("%F0%9F%8E%B5%E3%81%82"), "🎵あ");
}

TEST(UriTextTest, QuotesForTheShell) { EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'"); }

}  // namespace
}  // namespace consort::radio
