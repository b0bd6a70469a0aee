// Live sources as the host hands them on, over a player that only keeps them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <thread>

#include "consort/testing.hpp"

#include "plugins/radio/station/radio.hpp"
#include "plugins/radio/station/test_player.hpp"

namespace consort::radio {
namespace {

using ::testing::ContainsRegex;
using testing::FakeExchange;
using testing::FakeHost;
using ::testing::HasSubstr;
using ::testing::Not;

// "source:pw", "other:pw", "source:no"
constexpr const char* right = "Basic c291cmNlOnB3";
constexpr const char* other_user = "Basic b3RoZXI6cHc=";
constexpr const char* wrong = "Basic c291cmNlOm5v";

struct Plugin {
    explicit Plugin(Context& context) {
        Settings settings;
        settings.status_password = "secret";
        for (const char* route : {"/jazz", "/mute"}) {
            StationSettings station;
            station.route = station.name = route;
            if (station.route == "/jazz") station.source_password = "pw";
            settings.stations.push_back(station);
        }
        radio.emplace(context, settings,
                      [this](const StationSettings& one, const std::shared_ptr<Broadcast>&) {
                          auto player = std::make_unique<TestPlayer>();
                          players[one.route] = player.get();
                          return player;
                      });
        context.offer_http("radio", *radio);
    }
    std::map<std::string, TestPlayer*> players;
    std::optional<Radio> radio;
};

class LiveRoutesTest : public ::testing::Test {
  protected:
    void SetUp() override {
        auto loaded = host_.load<Plugin>();
        ASSERT_TRUE(loaded.ok()) << loaded.error().text;
        plugin_ = *loaded;
    }
    ~LiveRoutesTest() override {
        for (const auto& live : plugin_->players["/jazz"]->lives) live->released("The end.");
    }
    FakeExchange& ask(const std::string& method, const std::string& path,
                      const FakeExchange::Texts& headers, const FakeExchange::Texts& query = {}) {
        FakeExchange& exchange = exchanges_.emplace_back(method, path);
        exchange.headers = headers;
        exchange.query = query;
        EXPECT_TRUE(host_.request(exchange)) << path;
        return exchange;
    }
    LiveInput& live(std::size_t number = 0) { return *plugin_->players["/jazz"]->lives.at(number); }

    std::deque<FakeExchange> exchanges_;
    FakeHost host_;
    Plugin* plugin_ = nullptr;
};

TEST_F(LiveRoutesTest, SourcesNeedTheRightLogin) {
    FakeExchange& unknown = ask("PUT", "/jazz", {});
    EXPECT_EQ(unknown.status(), 401);
    EXPECT_EQ(unknown.response_headers()["WWW-Authenticate"], "Basic realm=\"radio source\"");
    EXPECT_FALSE(unknown.body_asked());
    EXPECT_EQ(ask("SOURCE", "/jazz", {{"authorization", wrong}}).status(), 401);
    EXPECT_EQ(ask("PUT", "/jazz", {{"authorization", other_user}}).status(), 401);
    FakeExchange& off = ask("PUT", "/mute", {{"authorization", right}});
    EXPECT_EQ(off.status(), 403);
    EXPECT_THAT(off.body(), HasSubstr("SOURCE_PASSWORD"));
    EXPECT_TRUE(plugin_->players["/jazz"]->lives.empty());
}

TEST_F(LiveRoutesTest, WrongLoginsAreLimited) {
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(ask("PUT", "/jazz", {{"authorization", wrong}}).status(), 401);
    FakeExchange& limited = ask("PUT", "/jazz", {{"authorization", right}});
    EXPECT_EQ(limited.status(), 429);
    EXPECT_FALSE(limited.response_headers()["Retry-After"].empty());
}

TEST_F(LiveRoutesTest, WhoExpectsContinueIsAnsweredAtTheEnd) {
    FakeExchange& put = ask("PUT", "/jazz", {{"authorization", right}, {"expect", "100-continue"}});
    EXPECT_EQ(put.status(), 0);
    EXPECT_TRUE(put.body_asked());
    put.end_body();
    EXPECT_EQ(put.status(), 200);
    EXPECT_EQ(put.references(), 0);
}

TEST_F(LiveRoutesTest, OthersAreAnsweredAtOnceAndReadOn) {
    FakeExchange& source = ask("SOURCE", "/jazz", {{"authorization", right}});
    EXPECT_EQ(source.status(), 200);
    EXPECT_TRUE(source.flags() & CONSORT_RESPONSE_READS_ON);
    EXPECT_TRUE(source.body_asked());
    source.end_body(CONSORT_E_CANCELED);
    EXPECT_EQ(source.references(), 0);
}

TEST_F(LiveRoutesTest, OneAtATime) {
    ask("SOURCE", "/jazz", {{"authorization", right}});
    EXPECT_EQ(ask("SOURCE", "/jazz", {{"authorization", right}}).status(), 403);
    live().released("It was skipped.");
    FakeExchange& next = ask("SOURCE", "/jazz", {{"authorization", right}});
    EXPECT_EQ(next.status(), 200);
    EXPECT_EQ(plugin_->players["/jazz"]->lives.size(), 2u);
}

TEST_F(LiveRoutesTest, LettingASourceGoEndsItsRequest) {
    FakeExchange& put = ask("PUT", "/jazz", {{"authorization", right}, {"expect", "100-continue"}});
    live().released("It was skipped.");
    EXPECT_EQ(put.status(), 409);
    EXPECT_EQ(put.problem_detail(), "It was skipped.");
}

TEST_F(LiveRoutesTest, WhatASourceSaysOfItselfIsShown) {
    ask("SOURCE", "/jazz",
        {{"authorization", right},
         {"ice-name", "Late \xe4 show"},
         {"icy-genre", "talk"},
         {"ice-public", "1"},
         {"ice-bitrate", "192"}});
    EXPECT_EQ(live().track()->title, "Late ä show");
    const std::string now = ask("GET", "/now-playing", {}, {{"route", "/jazz"}}).body();
    EXPECT_THAT(now, HasSubstr(R"("source":{"name":"Late ä show","genre":"talk")"));
    FakeExchange& listener = ask("GET", "/jazz", {});
    EXPECT_EQ(listener.response_headers()["icy-name"], "Late ä show");
    EXPECT_EQ(listener.response_headers()["icy-pub"], "1");
    live().released("It ended.");
    EXPECT_EQ(ask("GET", "/jazz", {}).response_headers()["icy-name"], "/jazz");
}

TEST_F(LiveRoutesTest, TheStationsOwnerSeesWhoIsOnTheAir) {
    FakeExchange& source = ask("SOURCE", "/jazz",
                               {{"authorization", right},
                                {"ice-name", "Late show"},
                                {"ice-bitrate", "192"},
                                {"user-agent", "butt <1>"},
                                {"content-type", "audio/mpeg"}});
    source.send_body(std::string(5'000, '\0'));
    plugin_->radio->tick();
    auto& figures = host_.metrics.values;
    EXPECT_EQ(figures["source_connected{station=/jazz}"], 1);
    EXPECT_EQ(figures["source_connected{station=/mute}"], 0);
    EXPECT_EQ(figures["sources_total{station=/jazz}"], 1);
    EXPECT_EQ(figures["source_bytes_total{station=/jazz}"], 5'000);
    const std::string page = ask("GET", "/status", {{"x-control-token", "secret"}}).body();
    EXPECT_THAT(page, HasSubstr("Live source 'Late show' from 192.0.2.1 (butt &lt;1&gt;)"));
    EXPECT_THAT(page, HasSubstr(": 5 kB of audio/mpeg, 192 kb/s; its sound was late 0 times"));
    EXPECT_THAT(page, Not(HasSubstr("pw")));
    const std::string now = ask("GET", "/now-playing", {}, {{"route", "/jazz"}}).body();
    EXPECT_THAT(now, ContainsRegex(R"("since":"20[0-9-]+T[0-9:]+Z")"));
    EXPECT_THAT(now, Not(HasSubstr("192.0.2.1")));
    live().released("It was skipped.");
    ask("SOURCE", "/jazz", {{"authorization", right}}).send_body("1234");
    plugin_->radio->tick();
    EXPECT_EQ(figures["sources_total{station=/jazz}"], 2);
    EXPECT_EQ(figures["source_bytes_total{station=/jazz}"], 5'004);
    live(1).released("It was skipped.");
    plugin_->radio->tick();
    EXPECT_EQ(figures["source_connected{station=/jazz}"], 0);
    EXPECT_EQ(figures["source_bytes_total{station=/jazz}"], 5'004);
}

TEST_F(LiveRoutesTest, TitlesAreChangedByMetadata) {
    const FakeExchange::Texts login{{"authorization", right}};
    const auto say = [&](FakeExchange::Texts query) -> FakeExchange& {
        query.emplace("mode", "updinfo");
        query.emplace("mount", "/jazz");
        return ask("GET", "/admin/metadata", login, query);
    };
    EXPECT_EQ(say({{"song", "too early"}}).status(), 409);
    ask("SOURCE", "/jazz", login);
    FakeExchange& done = say({{"song", "J\xf3ga"}, {"charset", "ISO-8859-1"}});
    EXPECT_EQ(done.status(), 200);
    EXPECT_THAT(done.body(), HasSubstr("<return>1</return>"));
    EXPECT_EQ(live().track()->title, "Jóga");
    EXPECT_EQ(say({{"title", "Jóga"}, {"artist", "Björk"}}).status(), 200);
    EXPECT_EQ(live().track()->artist, "Björk");
    EXPECT_EQ(say({}).status(), 400);
    EXPECT_EQ(say({{"mode", "kick"}}).status(), 400);
    EXPECT_EQ(ask("GET", "/admin/metadata", login, {{"mount", "/nowhere"}}).status(), 404);
    EXPECT_EQ(ask("GET", "/admin/metadata", {}, {{"mount", "/jazz"}}).status(), 401);
}

TEST_F(LiveRoutesTest, ItIsTakenNoFasterThanItIsHeard) {
    FakeExchange& source = ask("SOURCE", "/jazz", {{"authorization", right}});
    // Bytes of which nothing is known yet are kept for the decoder, up to its bound.
    std::string wav(
        "RIFF\xff\xff\xff\xffWAVEfmt "
        "\x10\0\0\0\1\0\2\0\x44\xac\0\0\x10\xb1\2\0\4\0\x10\0data\xff\xff\xff\xff",
        44);
    source.send_body(wav + std::string(4'000'000, '\0'));
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (live().ready() < 3 * 44'100 && std::chrono::steady_clock::now() < until) {
        source.send_body("");
        std::this_thread::yield();
    }
    EXPECT_EQ(live().ready(), 3u * 44'100);
    EXPECT_GT(source.body_waiting(), 2'000'000u);
}

}  // namespace
}  // namespace consort::radio
