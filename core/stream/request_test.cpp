#include "core/stream/request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace consort::stream {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Request final : public http::Exchange {
  public:
    std::string_view method() const noexcept override { return "GET"; }
    std::string_view path() const noexcept override { return "/"; }
    std::string_view target() const noexcept override { return "/"; }
    std::string_view param(std::string_view) const noexcept override { return {}; }
    std::optional<std::string_view> query(std::string_view name) const noexcept override {
        return find(queries, name);
    }
    std::optional<std::string_view> header(std::string_view name) const noexcept override {
        return name == "User-Agent" ? std::optional<std::string_view>(user_agent) : std::nullopt;
    }
    std::string_view body() const noexcept override { return {}; }
    std::string_view remote_address() const noexcept override { return {}; }
    std::string_view request_id() const noexcept override { return {}; }
    consort_status respond(http::Response&&) override { return CONSORT_OK; }
    void wake() noexcept override {}

    using Texts = std::map<std::string, std::string, std::less<>>;
    static std::optional<std::string_view> find(const Texts& texts, std::string_view name) {
        const auto found = texts.find(name);
        if (found == texts.end()) return std::nullopt;
        return found->second;
    }
    Texts queries;
    std::string user_agent;
};

TEST(Requester, known_by_its_user_agent) {
    const std::pair<const char*, const char*> agents[] = {
        {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/142.0.0.0 Safari/537.36",
         "chrome"},
        {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
         "edge"},
        {"Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "firefox"},
        {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like "
         "Gecko) Version/18.1 Safari/605.1.15",
         "safari"},
        {"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, "
         "like Gecko) CriOS/142.0.0.0 Mobile/15E148 Safari/604.1",
         "safari"},
        {"AppleCoreMedia/1.0.0.22B91 (iPhone; U; CPU OS 18_1 like Mac OS X; en_us)", "safari"},
        {"Mozilla/5.0 (X11; Linux armv7l) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0 "
         "Safari/537.36 CrKey/1.56",
         "chromecast"},
        {"VLC/3.0.21 LibVLC/3.0.21", "vlc"},
        {"Lavf/59.27.100", "ffmpeg"},
        {"mpv 0.38.0", "ffmpeg"},
        {"Kodi/21.0 (X11; Linux x86_64) Ubuntu/24.04", "kodi"},
        {"MyPlayer/1.0 (Linux;Android 14) ExoPlayerLib/2.19.1", "android"},
        {"curl/8.5.0", "generic"},
        {"", "generic"}};
    for (const auto& [agent, name] : agents) {
        Request request;
        request.user_agent = agent;
        const auto requester = requester_of(request);
        ASSERT_TRUE(requester);
        EXPECT_EQ(requester->client.name, name) << agent;
        EXPECT_STREQ(requester->known_by, "user_agent");
    }
}

TEST(Requester, parameters_replace_the_profile_and_the_profile_the_user_agent) {
    Request request;
    request.user_agent = "VLC/3.0.21";
    request.queries["profile"] = "safari";
    auto requester = requester_of(request);
    ASSERT_TRUE(requester);
    EXPECT_EQ(requester->client.name, "safari");
    EXPECT_STREQ(requester->known_by, "profile");
    request.queries["containers"] = "audio/mp4, hls";
    request.queries["codecs"] = "mp4a.40.2,flac";
    request.queries["max_bitrate"] = "320000";
    requester = requester_of(request);
    ASSERT_TRUE(requester);
    EXPECT_STREQ(requester->known_by, "parameters");
    EXPECT_THAT(requester->client.containers, ElementsAre("mp4", "hls"));
    EXPECT_THAT(requester->client.codecs, ElementsAre("aac", "flac"));
    EXPECT_EQ(requester->client.max_bit_rate, 320'000u);
}

TEST(Requester, what_makes_no_sense_is_refused_with_a_hint) {
    Request request;
    request.queries["profile"] = "netscape";
    EXPECT_THAT(requester_of(request).error().text, HasSubstr("chrome, edge, firefox"));
    request.queries.erase("profile");
    for (const char* rate : {"", "0", "-1", "fast", "320k", "99999999999999999999999"}) {
        request.queries["max_bitrate"] = rate;
        EXPECT_FALSE(requester_of(request)) << rate;
    }
}

}  // namespace
}  // namespace consort::stream
