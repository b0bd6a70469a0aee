#include "plugins/report/sentry/scrub.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace consort::sentry {
namespace {

struct Case {
    const char *said, *sent;
};

void check(std::initializer_list<Case> cases) {
    for (const Case& each : cases) EXPECT_EQ(scrub(each.said), each.sent);
}

TEST(ScrubTest, LeavesOrdinarySentences) {
    for (const char* text : {
             "",
             "cannot read the index: the data is damaged",
             "The scan failed: disk I/O error (10)",
             "failed: sentry (/usr/lib/consort/plugins/sentry.so): create failed",
             "ffmpeg 5.1.6 says: Invalid data found at 12:30:45",
             "2026-11-21T19:03:25.757Z: a::what std::string consort::host::Library",
             "[server] port, line 4: must be a whole number from 0 to 65535, not \"many\"",
             "the user is not allowed to; every user can ask: why? Who knows",
             "/srv/music/Björk/Début/01 Human Behaviour.flac: no sound",
             "token expired; the session has ended, the password is wrong",
             "1.2.3, 1.2.3.4.5, v1.2.3.4 and 300.1.2.3 are no addresses",
         }) {
        EXPECT_EQ(scrub(text), text);
    }
}

TEST(ScrubTest, Addresses) {
    check({{"from 192.168.1.7:51234 to 10.0.0.1.", "from <address>:51234 to <address>."},
           {"peer=203.0.113.9", "peer=<address>"},
           {"[2001:db8::1]:443 and ::1, fe80::1%eth0",
            "[<address>]:443 and <address>, <address>%eth0"},
           {"::ffff:192.0.2.1: refused", "<address>: refused"},
           {"2001:db8:0:0:0:0:0:7 left", "<address> left"},
           {"http://127.0.0.1:8000/x", "http://<address>:8000/x"}});
}

TEST(ScrubTest, Queries) {
    check({{"GET /api/v1/search?q=my+secret&limit=3 failed", "GET /api/v1/search?<query> failed"},
           {"https://h.example/a/b?c", "https://h.example/a/b?<query>"},
           {"\"/x?y=z\"", "\"/x?<query>\""}});
}

TEST(ScrubTest, Users) {
    check({{"user 'alice' may not", "user '<user>' may not"},
           {"user=alice id=7", "user=<user> id=7"},
           {"Username: alice, again", "Username: <user>, again"},
           {"login \"bob\" failed", "login \"<user>\" failed"},
           {"mail to alice.b+c@example.org bounced", "mail to <email> bounced"},
           {"http://alice:pw@host.example/x", "http://<user>@host.example/x"}});
}

TEST(ScrubTest, HomeFolders) {
    check({{"/home/alice/Music/a.flac: broken", "/home/<user>/Music/a.flac: broken"},
           {"'/home/alice'", "'/home/<user>'"},
           {"file:///home/alice/a.mp3", "file:///home/<user>/a.mp3"},
           {"/Users/alice/a", "/Users/<user>/a"},
           {"/run/media/alice/Stick/a", "/run/media/<user>/Stick/a"},
           {"/media/alice/Stick", "/media/<user>/Stick"},
           {"~alice/a and ~/b", "~<user>/a and ~/b"}});
}

TEST(ScrubTest, Secrets) {
    check({{"Authorization: Bearer abc.def", "Authorization: Bearer <secret>"},
           {"with Bearer 0123456789abcdefXYZ sent", "with Bearer <token> sent"},
           {"password=hunter2&x", "password=<secret>"},
           {"{\"password\": \"hunter2\", \"n\": 1}", "{\"password\": \"<secret>\", \"n\": 1}"},
           {"X-Api-Key: k", "X-Api-Key: <secret>"},
           {"api_key=k token=t", "api_key=<secret> token=<secret>"},
           {"/s/AbCdEf123/hls/x.m3u8", "/s/<token>/hls/x.m3u8"},
           {"eyJhbGciOi.eyJzdWIi.c2ln done", "<token> done"},
           {"key 9f86d081884c7d659a2feaa0c55ad015 refused", "key <token> refused"},
           {"id 123e4567-e89b-12d3-a456-426614174000", "id <token>"},
           {"got Zm9vYmFyMTIzNDU2Nzg5MGFiY2RlZkdISUpL", "got <token>"}});
}

TEST(ScrubTest, Fields) {
    EXPECT_EQ(scrub_field("remote_address", "unix"), "<address>");
    EXPECT_EQ(scrub_field("User-Agent", "Firefox"), "<address>");
    EXPECT_EQ(scrub_field("user", "alice"), "<user>");
    EXPECT_EQ(scrub_field("cookie", "a=b"), "<secret>");
    EXPECT_EQ(scrub_field("target", "/a?b=c"), "/a?<query>");
    EXPECT_EQ(scrub_field("why", "no room"), "no room");
}

TEST(ScrubTest, AnyBytesInLinearTime) {
    std::string all;
    for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
    EXPECT_FALSE(scrub(all).empty());
    using namespace std::chrono_literals;
    const auto start = std::chrono::steady_clock::now();
    for (const char* piece :
         {"1.1.", "::", "/home/", "a@", "=", "user '", "eyJ.", "ab12-", "?", "~"}) {
        std::string text;
        while (text.size() < 200'000) text += piece;
        (void)scrub(text);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - start, 30s);
}

}  // namespace
}  // namespace consort::sentry
