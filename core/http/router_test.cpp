#include "core/http/router.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace consort::http {
namespace {

Route route(std::string method, std::string pattern) {
    Route made;
    made.method = std::move(method);
    made.pattern = std::move(pattern);
    made.handle = [](const ExchangePtr&) {};
    return made;
}

class RouterTest : public testing::Test {
  protected:
    void add(const std::string& method, const std::string& pattern) {
        router.add(route(method, pattern));
    }
    std::string pattern_for(const std::string& method, const std::string& path) {
        const auto match = router.match(method, path);
        return match.route != nullptr ? match.route->pattern : "";
    }
    std::string param(const std::string& path, const std::string& name) {
        const auto match = router.match("GET", path);
        for (const auto& [known, value] : match.params) {
            if (known == name) return value;
        }
        return "<none>";
    }
    Router router;
};

TEST_F(RouterTest, LiteralTextBeatsAParameter) {
    add("GET", "/tracks/{id}");
    add("GET", "/tracks/new");
    EXPECT_EQ(pattern_for("GET", "/tracks/new"), "/tracks/new");
    EXPECT_EQ(pattern_for("GET", "/tracks/17"), "/tracks/{id}");
}

TEST_F(RouterTest, LongerLiteralPartsBeatShorterOnes) {
    add("GET", "/s/{name}");
    add("GET", "/s/{number}.m4s");
    add("GET", "/s/segment{number}.m4s");
    EXPECT_EQ(pattern_for("GET", "/s/segment12.m4s"), "/s/segment{number}.m4s");
    EXPECT_EQ(pattern_for("GET", "/s/12.m4s"), "/s/{number}.m4s");
    EXPECT_EQ(pattern_for("GET", "/s/other"), "/s/{name}");
    EXPECT_EQ(param("/s/segment12.m4s", "number"), "12");
}

TEST_F(RouterTest, TwoParametersInOneSegment) {
    add("GET", "/t/{width}x{height}.jpg");
    EXPECT_EQ(param("/t/640x480.jpg", "width"), "640");
    EXPECT_EQ(param("/t/640x480.jpg", "height"), "480");
    EXPECT_EQ(pattern_for("GET", "/t/640x.jpg"), "");
}

TEST_F(RouterTest, AParameterNeedsACharacterAndTakesNoSlash) {
    add("GET", "/a/{id}");
    EXPECT_EQ(pattern_for("GET", "/a/"), "");
    EXPECT_EQ(pattern_for("GET", "/a/b/c"), "");
    EXPECT_EQ(pattern_for("GET", "/a/b%2Fc"), "");
    EXPECT_EQ(pattern_for("GET", "/a/b%00c"), "");
    EXPECT_EQ(param("/a/%C3%A9%20x", "id"), "\xc3\xa9 x");
}

TEST_F(RouterTest, TheTailTakesTheRest) {
    add("GET", "/files/{path*}");
    EXPECT_EQ(param("/files/a/b%2Fc.txt", "path"), "a/b/c.txt");
    EXPECT_EQ(param("/files/", "path"), "");
    EXPECT_EQ(pattern_for("GET", "/files"), "");
}

TEST_F(RouterTest, AnythingMoreExactBeatsTheTail) {
    add("GET", "/{rest*}");
    add("GET", "/api/{name}");
    EXPECT_EQ(pattern_for("GET", "/api/x"), "/api/{name}");
    EXPECT_EQ(pattern_for("GET", "/api/x/y"), "/{rest*}");
    EXPECT_EQ(pattern_for("GET", "/"), "/{rest*}");
}

TEST_F(RouterTest, EscapedLiteralsMatch) {
    add("GET", "/now-playing");
    EXPECT_EQ(pattern_for("GET", "/now%2Dplaying"), "/now-playing");
    EXPECT_EQ(pattern_for("GET", "/now%zzplaying"), "");
}

TEST_F(RouterTest, GetServesHeadAndWrongMethodsLearnWhatIsAllowed) {
    add("GET", "/a");
    add("PUT", "/a");
    EXPECT_EQ(pattern_for("HEAD", "/a"), "/a");
    const auto match = router.match("DELETE", "/a");
    EXPECT_EQ(match.route, nullptr);
    EXPECT_EQ(match.allowed, "GET, HEAD, OPTIONS, PUT");
    EXPECT_EQ(router.match("GET", "/b").allowed, "");
}

TEST_F(RouterTest, AMethodIsFoundBehindALiteralThatLacksIt) {
    add("POST", "/a/scan");
    add("GET", "/a/{id}");
    EXPECT_EQ(pattern_for("GET", "/a/scan"), "/a/{id}");
    EXPECT_EQ(pattern_for("POST", "/a/scan"), "/a/scan");
    EXPECT_EQ(router.match("PUT", "/a/scan").allowed, "GET, HEAD, OPTIONS, POST");
}

TEST_F(RouterTest, RefusesMalformedPatternsAndDuplicates) {
    for (const char* pattern : {"", "a", "/{", "/{}", "/}", "/{a}{b}", "/{a*}/b", "/{a*}b",
                                "/{id}/{id}", "/{a}x{b}y{c}"}) {
        EXPECT_THROW(add("GET", pattern), std::invalid_argument) << pattern;
    }
    add("GET", "/x/{id}");
    EXPECT_THROW(add("GET", "/x/{other}"), std::invalid_argument);
    EXPECT_NO_THROW(add("PUT", "/x/{other}"));
    Route without_handler;
    without_handler.method = "GET";
    without_handler.pattern = "/y";
    EXPECT_THROW(router.add(std::move(without_handler)), std::invalid_argument);
}

TEST_F(RouterTest, EachMethodHasItsOwnParameterNames) {
    add("GET", "/x/{id}");
    add("PUT", "/x/{name}");
    EXPECT_EQ(router.match("PUT", "/x/1").params.at(0).first, "name");
    EXPECT_EQ(router.match("GET", "/x/1").params.at(0).first, "id");
}

}  // namespace
}  // namespace consort::http
