#include "core/http/target.hpp"

#include <gtest/gtest.h>

namespace consort::http {
namespace {

TEST(Target, OriginForm) {
    const auto target = parse_target("/a/b%20c?x=1&y=?");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->path, "/a/b%20c");
    EXPECT_EQ(target->query, "x=1&y=?");
}

TEST(Target, AbsoluteFormAndStar) {
    EXPECT_EQ(parse_target("http://host:80/a?b")->path, "/a");
    EXPECT_EQ(parse_target("https://host")->path, "/");
    EXPECT_EQ(parse_target("http://host?q")->query, "q");
    EXPECT_EQ(parse_target("*")->path, "*");
}

TEST(Target, RefusesWhatNoHonestClientSends) {
    for (const char* target :
         {"",       "a",       "host:443", "http://",   "http:///a", "ftp://host/a", "/a b",
          "/a\x01", "/%",      "/%2",      "/%zz",      "/%00",      "/a#b",         "/a?b#c",
          "/..",    "/a/../b", "/a/.",     "/%2e%2E/b", "/.%2e",     "\\a",          "/a\\..\\b"}) {
        EXPECT_FALSE(parse_target(target)) << target;
    }
}

TEST(Target, DotsElsewhereAreFine) {
    for (const char* target :
         {"/.well-known/x", "/a..b", "/...", "/a.", "/%2ehidden", "/a?x=/../"}) {
        EXPECT_TRUE(parse_target(target)) << target;
    }
}

TEST(PercentDecode, DecodesOrRefuses) {
    EXPECT_EQ(percent_decode("a%41%c3%A9+"), "aA\xc3\xa9+");
    EXPECT_EQ(percent_decode("%4"), std::nullopt);
    EXPECT_EQ(percent_decode("%g0"), std::nullopt);
}

TEST(Query, PairsInOrder) {
    const QueryPairs pairs = parse_query("a=1+2&b&=c&&a=%C3%A9&d=x=y&e=%zz");
    const QueryPairs expected{{"a", "1 2"},      {"b", ""},    {"", "c"},
                              {"a", "\xc3\xa9"}, {"d", "x=y"}, {"e", "%zz"}};
    EXPECT_EQ(pairs, expected);
}

}  // namespace
}  // namespace consort::http
