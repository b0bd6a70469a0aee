// The routes as the host calls them, over a player that a test moves.
#include "plugins/radio/station/radio.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "consort/testing.hpp"

#include "plugins/radio/air/test_stream.hpp"
#include "plugins/radio/station/test_player.hpp"

namespace consort::radio {
namespace {

using ::testing::ElementsAre;
using testing::FakeExchange;
using testing::FakeHost;
using ::testing::HasSubstr;
using ::testing::Not;

StationSettings station(std::string route, std::string name) {
    StationSettings settings;
    settings.route = std::move(route);
    settings.name = std::move(name);
    settings.max_clients = 2;
    return settings;
}

struct Plugin {
    explicit Plugin(Context& context) {
        Settings settings;
        settings.status_password = "secret";
        settings.stations = {station("/", "zebra"), station("/rock/hard", "Hard <Rock>"),
                             station("/jazz", "Älter jazz")};
        settings.stations[1].genre = "rock\r\nInjected: yes";
        radio.emplace(context, settings,
                      [this](const StationSettings& one, const std::shared_ptr<Broadcast>& on) {
                          auto player = std::make_unique<TestPlayer>();
                          players[one.route] = player.get();
                          broadcasts[one.route] = on;
                          return player;
                      });
        context.offer_http("radio", *radio);
    }
    std::map<std::string, TestPlayer*> players;
    std::map<std::string, std::shared_ptr<Broadcast>> broadcasts;
    std::optional<Radio> radio;
};

class RadioTest : public ::testing::Test {
  protected:
    void SetUp() override {
        auto loaded = host_.load<Plugin>();
        ASSERT_TRUE(loaded.ok()) << loaded.error().text;
        plugin_ = *loaded;
    }
    FakeExchange& ask(const std::string& method, const std::string& path,
                      const FakeExchange::Texts& headers = {},
                      const FakeExchange::Texts& query = {}, const std::string& body = "") {
        FakeExchange& exchange = exchanges_.emplace_back(method, path);
        exchange.headers = headers;
        exchange.query = query;
        exchange.request_body = body;
        EXPECT_TRUE(host_.request(exchange)) << path;
        return exchange;
    }
    void play(const std::string& route, const std::string& title) {
        Track track;
        track.title = title;
        track.artist = "An \"artist\"";
        plugin_->players[route]->play(track);
    }
    static inline const FakeExchange::Texts token{{"x-control-token", "secret"}};

    std::deque<FakeExchange> exchanges_;  // outlive what the plugin keeps of them
    FakeHost host_;
    Plugin* plugin_ = nullptr;
};

TEST_F(RadioTest, StreamsAreInTheOrderOfTheirNames) {
    const std::string json = ask("GET", "/streams").body();
    EXPECT_LT(json.find("Hard <Rock>"), json.find("zebra"));
    EXPECT_LT(json.find("zebra"), json.find("Älter jazz"));
    EXPECT_THAT(json, HasSubstr(R"("genre":"rock\u000d\u000aInjected: yes")"));
}

TEST_F(RadioTest, AStreamHasTheHeadersThatPlayersRead) {
    plugin_->broadcasts["/rock/hard"]->chunk(TestStream().make());
    const FakeExchange& exchange = ask("GET", "/rock/hard", {{"icy-metadata", "1"}});
    EXPECT_EQ(exchange.status(), 200);
    EXPECT_EQ(exchange.content_type(), "audio/mpeg");
    EXPECT_EQ(exchange.flags() & CONSORT_RESPONSE_UNFRAMED, CONSORT_RESPONSE_UNFRAMED);
    const auto headers = exchange.response_headers();
    EXPECT_EQ(headers.at("icy-name"), "Hard <Rock>");
    EXPECT_EQ(headers.at("icy-genre"), "rock  Injected: yes");
    EXPECT_EQ(headers.at("icy-br"), "128");
    EXPECT_EQ(headers.at("icy-metaint"), "16000");
    EXPECT_EQ(exchange.body(), TestStream::bytes(0, 500));
}

TEST_F(RadioTest, AFullStationSaysSo) {
    ask("GET", "/");
    ask("GET", "/");
    const FakeExchange& third = ask("GET", "/");
    EXPECT_EQ(third.status(), 503);
    EXPECT_EQ(third.problem_code(), "station_full");
    EXPECT_EQ(ask("GET", "/jazz").status(), 200);
}

TEST_F(RadioTest, NowPlayingIsOfOneOrOfAll) {
    play("/", "Eins");
    EXPECT_THAT(ask("GET", "/now-playing", {}, {{"route", "/"}}).body(),
                HasSubstr(R"("title":"Eins","artist":"An \"artist\"")"));
    EXPECT_THAT(ask("GET", "/now-playing", {}, {{"route", "jazz"}}).body(),
                HasSubstr(R"("state":"waiting","title":null)"));
    EXPECT_THAT(ask("GET", "/now-playing").body(), HasSubstr(R"({"items":[{"route":)"));
    EXPECT_EQ(ask("GET", "/now-playing", {}, {{"route", "/none"}}).status(), 404);
}

TEST_F(RadioTest, EveryStationIsHlsToo) {
    std::vector<const FakeExchange*> waiting;
    for (const std::string route : {"/", "/rock/hard"}) {
        const std::string folder = (route == "/" ? "" : route) + "/hls/";
        EXPECT_THAT(ask("GET", "/streams").body(), HasSubstr("\"hls\":\"" + folder + "index.m3u8"));
        EXPECT_THAT(ask("GET", folder + "index.m3u8").body(), HasSubstr("\nlive.m3u8\n"));
        EXPECT_EQ(ask("GET", folder + "live.m3u8").status(), 503);
        TestStream stream;
        plugin_->broadcasts[route]->chunk(stream.make());
        const FakeExchange& playlist = ask("GET", folder + "live.m3u8");
        EXPECT_EQ(playlist.status(), 0);
        plugin_->broadcasts[route]->chunk(stream.make());
        EXPECT_EQ(playlist.status(), 200);
        const std::size_t segment = playlist.body().find("\nsegment") + 1;
        const std::string name =
            playlist.body().substr(segment, playlist.body().find('\n', segment) - segment);
        EXPECT_TRUE(ask("GET", folder + name).body().ends_with(TestStream::bytes(0, 1'000)));
        const std::string next = std::to_string(std::stoull(name.substr(7)) + 1);
        waiting.push_back(&ask("GET", folder + "live.m3u8", {}, {{"_HLS_msn", next}}));
        EXPECT_EQ(waiting.back()->status(), 0);
        EXPECT_THAT(ask("GET", "/now-playing", {}, {{"route", route}}).body(),
                    HasSubstr("\"listeners\":1"));
    }
    EXPECT_THAT(ask("GET", "/streams").body(), HasSubstr("\"listeners\":1,\"hls_listeners\":1"));
    plugin_->radio->tick();
    EXPECT_THAT(ask("GET", "/status", token).body(), HasSubstr("1 listeners, 1 of them by HLS"));
    plugin_->radio->end();
    for (const FakeExchange* held : waiting) EXPECT_EQ(held->status(), 503);
}

TEST_F(RadioTest, HistoryIsOfTheStationThatIsNamed) {
    plugin_->players["/jazz"]->played.push_back(
        Played{"Two", "B", "C", "2.mp3", 1'700'000'000'123, false, true});
    EXPECT_EQ(ask("GET", "/now-playing/history", {}, {{"route", "/jazz"}}).body(),
              R"({"items":[{"title":"Two","artist":"B","album":"C","began_ms":1700000000123,)"
              R"("jingle":false,"live":true}],"next":null})");
    EXPECT_EQ(ask("GET", "/now-playing/history", {}, {{"route", "/"}}).body(),
              R"({"items":[],"next":null})");
    EXPECT_EQ(ask("GET", "/now-playing/history", {}, {{"route", "/none"}}).status(), 404);
}

TEST_F(RadioTest, EventsComeWithTheTracksOfTheirRoute) {
    const FakeExchange& all = ask("GET", "/now-playing/events");
    const FakeExchange& jazz = ask("GET", "/now-playing/events", {}, {{"route", "/jazz"}});
    play("/", "Eins");
    plugin_->radio->tick();
    plugin_->radio->tick();
    EXPECT_THAT(all.body(), HasSubstr("event: now-playing\ndata: {\"route\":\"/\""));
    EXPECT_EQ(all.body().find("Eins"), all.body().rfind("\"title\":\"Eins\"") + 9) << "told once";
    EXPECT_THAT(jazz.body(), Not(HasSubstr("Eins")));
    play("/jazz", "Two");
    plugin_->radio->tick();
    EXPECT_THAT(jazz.body(), HasSubstr("Two"));
    for (int i = 0; i < 60; ++i) plugin_->radio->tick();
    EXPECT_THAT(jazz.body(), HasSubstr("\n\n:\n\n"));
    plugin_->radio->end();
    EXPECT_TRUE(all.body_complete());
}

TEST_F(RadioTest, SilenceIsExplainedToListenersWithoutTheMachinesFolders) {
    const std::string secret = "'/home/me/music' does not exist";
    const auto about =
        R"("reason_code":"directory_missing","reason":"The station's folder is not there.")";
    plugin_->players["/jazz"]->wait("directory_missing", secret);
    const FakeExchange& events = ask("GET", "/now-playing/events", {}, {{"route", "/jazz"}});
    for (const char* path : {"/now-playing", "/streams"}) {
        const std::string body = ask("GET", path).body();
        EXPECT_THAT(body, HasSubstr(about)) << path;
        EXPECT_THAT(body, Not(HasSubstr("/home/me"))) << path;
    }
    EXPECT_THAT(events.body(), HasSubstr(about));
    EXPECT_THAT(ask("GET", "/web").body(), HasSubstr("Silence. The station&#39;s folder is not"));
    const std::string page = ask("GET", "/status", token).body();
    EXPECT_THAT(page, HasSubstr("&#39;/home/me/music&#39; does not exist"));
    // Another reason is news.
    plugin_->radio->tick();
    plugin_->players["/jazz"]->wait("files_broken", "All of them.");
    plugin_->radio->tick();
    EXPECT_THAT(events.body(),
                HasSubstr(R"("reason":"None of the station's files can be played.")"));
    play("/jazz", "Again");
    EXPECT_THAT(ask("GET", "/now-playing").body(), Not(HasSubstr("reason")));
}

TEST_F(RadioTest, ControlsReachTheStationThatIsNamed) {
    EXPECT_EQ(ask("POST", "/next-track/rock/hard").status(), 401);
    EXPECT_EQ(ask("POST", "/next-track/rock/hard", token).status(), 200);
    EXPECT_EQ(ask("POST", "/prev-track", token).status(), 200);
    EXPECT_EQ(ask("GET", "/reload-playlist", token).status(), 200);
    EXPECT_EQ(ask("POST", "/next-track/none", token).problem_code(), "no_such_station");
    EXPECT_EQ(ask("GET", "/next-track/jazz", token).status(), 405);
    EXPECT_THAT(plugin_->players["/rock/hard"]->calls, ElementsAre("next", "reload"));
    EXPECT_THAT(plugin_->players["/"]->calls, ElementsAre("previous", "reload"));
    EXPECT_THAT(plugin_->players["/jazz"]->calls, ElementsAre("reload"));
}

TEST_F(RadioTest, ThePagesEscapeWhatTheyShow) {
    play("/", "<img src=x onerror=alert(1)>");
    Played before;
    before.title = "\"><script>";
    before.artist = "&";
    plugin_->players["/"]->played = {before};
    for (const char* path : {"/web", "/status"}) {
        const FakeExchange& page = ask("GET", path, token);
        EXPECT_EQ(page.status(), 200);
        EXPECT_THAT(page.body(), HasSubstr("&lt;img src=x onerror=alert(1)&gt;"));
        EXPECT_THAT(page.body(), HasSubstr("Hard &lt;Rock&gt;"));
        EXPECT_THAT(page.body(), Not(HasSubstr("<img")));
        EXPECT_THAT(page.body(), Not(HasSubstr("\"><script>")));
        EXPECT_THAT(page.response_headers().at("Content-Security-Policy"),
                    HasSubstr("default-src 'none'"));
    }
}

TEST_F(RadioTest, AWrongPasswordAtThePageShowsTheFormAgain) {
    const FakeExchange& page = ask("POST", "/status/login", {}, {}, "password=no");
    EXPECT_EQ(page.status(), 401);
    EXPECT_THAT(page.body(), HasSubstr("The password is wrong."));
    EXPECT_TRUE(host_.log.contains("a wrong password at /status from 192.0.2.1"));
    const FakeExchange& right = ask("POST", "/status/login", {}, {}, "password=secret");
    EXPECT_EQ(right.status(), 303);
    EXPECT_THAT(right.response_headers().at("Set-Cookie"),
                HasSubstr("; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200"));
}

TEST_F(RadioTest, FiguresAreByStation) {
    ask("GET", "/");
    plugin_->broadcasts["/"]->chunk(TestStream().make());
    plugin_->radio->tick();
    EXPECT_EQ(host_.metrics.values["bytes_total{station=/}"], 500);
    EXPECT_EQ(host_.metrics.values["listeners{station=/}"], 1);
    EXPECT_EQ(host_.metrics.values["connects_total{station=/jazz}"], 0);
}

}  // namespace
}  // namespace consort::radio
