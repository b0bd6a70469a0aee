#include "plugins/report/sentry/dsn.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace consort::sentry {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(DsnTest, TheUsualForm) {
    const Result<Dsn> dsn = parse_dsn("https://0123abcd@o42.ingest.sentry.io/4505");
    ASSERT_TRUE(dsn.ok()) << dsn.error().text;
    EXPECT_EQ(dsn->envelope_url(), "https://o42.ingest.sentry.io/api/4505/envelope/");
    EXPECT_EQ(dsn->authorization("client/1"),
              "Sentry sentry_version=7, sentry_client=client/1, sentry_key=0123abcd");
    EXPECT_EQ(dsn->shown(), "o42.ingest.sentry.io, project 4505");
}

TEST(DsnTest, EveryPart) {
    const Result<Dsn> dsn = parse_dsn("http://public:secret@127.0.0.1:9000/below/the-path/7");
    ASSERT_TRUE(dsn.ok()) << dsn.error().text;
    EXPECT_EQ(dsn->protocol, "http");
    EXPECT_EQ(dsn->public_key, "public");
    EXPECT_EQ(dsn->secret, "secret");
    EXPECT_EQ(dsn->host, "127.0.0.1");
    EXPECT_EQ(dsn->port, "9000");
    EXPECT_EQ(dsn->path, "/below/the-path");
    EXPECT_EQ(dsn->project, "7");
    EXPECT_EQ(dsn->envelope_url(), "http://127.0.0.1:9000/below/the-path/api/7/envelope/");
    EXPECT_THAT(dsn->authorization("c"), HasSubstr(", sentry_key=public, sentry_secret=secret"));
    EXPECT_THAT(dsn->shown(), Not(HasSubstr("secret")));
}

TEST(DsnTest, AnIpv6Host) {
    const Result<Dsn> bare = parse_dsn("https://k@[::1]/1");
    ASSERT_TRUE(bare.ok()) << bare.error().text;
    EXPECT_EQ(bare->envelope_url(), "https://[::1]/api/1/envelope/");
    const Result<Dsn> port = parse_dsn("https://k@[fe80::2]:444/1");
    ASSERT_TRUE(port.ok()) << port.error().text;
    EXPECT_EQ(port->host, "[fe80::2]");
    EXPECT_EQ(port->port, "444");
}

TEST(DsnTest, MistakesAreNamedAndKeysAreNotRepeated) {
    const std::pair<const char*, const char*> cases[] = {
        {"", "https://"},
        {"sentry.io/1", "does not begin with https://"},
        {"ftp://kkk@h/1", "does not begin with https://"},
        {"https://h/1", "no public key"},
        {"https://@h/1", "no public key"},
        {"https://:sss@h/1", "no public key"},
        {"https://k k@h/1", "a key with characters"},
        {"https://kkk:@h/1", "a key with characters"},
        {"https://kkk,sentry_key=x@h/1", "a key with characters"},
        {"https://kkk\r\nX: y@h/1", "a key with characters"},
        {"https://kkk@/1", "no host"},
        {"https://kkk@:80/1", "no host"},
        {"https://kkk@h h/1", "host that is neither"},
        {"https://kkk@[::1/1", "none from 1 to 65535"},
        {"https://kkk@[zz]/1", "host that is neither"},
        {"https://kkk@h:0/1", "none from 1 to 65535"},
        {"https://kkk@h:70000/1", "none from 1 to 65535"},
        {"https://kkk@h:/1", "none from 1 to 65535"},
        {"https://kkk@h:8a/1", "none from 1 to 65535"},
        {"https://kkk@h", "number of a project"},
        {"https://kkk@h/", "number of a project"},
        {"https://kkk@h/path/", "number of a project"},
        {"https://kkk@h/1?x=y", "path with characters"},
        {"https://kkk@h/a b/1", "path with characters"},
    };
    for (const auto& [text, what] : cases) {
        const Result<Dsn> dsn = parse_dsn(text);
        ASSERT_FALSE(dsn.ok()) << text;
        EXPECT_EQ(dsn.error().status, CONSORT_E_INVALID);
        EXPECT_THAT(dsn.error().text, HasSubstr(what)) << text;
        EXPECT_THAT(dsn.error().text, HasSubstr("https://KEY@HOST/PROJECT")) << text;
        EXPECT_THAT(dsn.error().text, Not(HasSubstr("kkk"))) << text;
    }
    EXPECT_FALSE(parse_dsn("https://k@h/" + std::string(3'000, '1')).ok());
}

}  // namespace
}  // namespace consort::sentry
