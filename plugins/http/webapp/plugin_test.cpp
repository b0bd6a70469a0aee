// The plugin through its ABI table, as the host sees it.
#include <gtest/gtest.h>

#include "consort/testing.hpp"

#include "plugins/http/webapp/test_directory.hpp"

extern "C" const consort_entry consort_plugin_entry_http_webapp;

namespace consort {
namespace {

using testing::FakeExchange;
using testing::FakeHost;

class WebAppTest : public ::testing::Test {
  protected:
    void SetUp() override {
        directory_.put("index.html", "<!doctype html><title>app</title>");
        directory_.put("icon.svg", "<svg/>");
        directory_.put("assets/index-abc.js", "start()");
        host_.config.values["root"] = directory_.path().string();
        const auto loaded = host_.load(consort_plugin_entry_http_webapp);
        ASSERT_TRUE(loaded.ok()) << loaded.error().text;
    }
    void get(FakeExchange& exchange) { ASSERT_TRUE(host_.request(exchange)); }

    webapp::TestDirectory directory_;
    FakeHost host_;
};

TEST_F(WebAppTest, TheIndexIsAskedForEveryTime) {
    FakeExchange exchange("GET", "/");
    get(exchange);
    EXPECT_EQ(exchange.status(), 200);
    EXPECT_EQ(exchange.content_type(), "text/html; charset=utf-8");
    EXPECT_EQ(exchange.cache_control(), "no-cache");
    EXPECT_EQ(exchange.body(), "<!doctype html><title>app</title>");
    EXPECT_EQ(exchange.etag().size(), 16u);
}

TEST_F(WebAppTest, HashedFilesAreKeptForEver) {
    FakeExchange exchange("GET", "/assets/index-abc.js");
    get(exchange);
    EXPECT_EQ(exchange.body(), "start()");
    EXPECT_EQ(exchange.content_type(), "text/javascript; charset=utf-8");
    EXPECT_EQ(exchange.cache_control(), "public, max-age=31536000, immutable");
}

TEST_F(WebAppTest, AddressesOfTheAppStartFromTheIndex) {
    for (const char* path : {"/albums", "/albums/a1", "/search"}) {
        FakeExchange exchange("GET", path);
        get(exchange);
        EXPECT_EQ(exchange.status(), 200) << path;
        EXPECT_EQ(exchange.body(), "<!doctype html><title>app</title>") << path;
    }
}

TEST_F(WebAppTest, OthersAreNotFound) {
    for (const char* path :
         {"/api/v1/nothing", "/assets/gone.js", "/../etc/passwd.txt", "/favicon.ico"}) {
        FakeExchange exchange("GET", path);
        get(exchange);
        EXPECT_EQ(exchange.status(), 404) << path;
        EXPECT_EQ(exchange.problem_code(), "not_found") << path;
    }
}

TEST_F(WebAppTest, ThePolicyForbidsInlineScripts) {
    for (const char* path : {"/", "/icon.svg"}) {
        FakeExchange exchange("GET", path);
        get(exchange);
        const auto headers = exchange.response_headers();
        const std::string policy = headers.at("Content-Security-Policy");
        EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
        EXPECT_NE(policy.find("script-src 'self';"), std::string::npos);
        EXPECT_EQ(policy.find("unsafe"), std::string::npos);
        EXPECT_EQ(headers.at("X-Content-Type-Options"), "nosniff");
        EXPECT_EQ(headers.at("Referrer-Policy"), "no-referrer");
    }
}

TEST_F(WebAppTest, ABodyOutlivesThePlugin) {
    FakeExchange exchange("GET", "/icon.svg");
    get(exchange);
    host_.unload();
    EXPECT_EQ(exchange.body(), "<svg/>");
}

TEST(WebAppMissingTest, SaysHowToBuildIt) {
    webapp::TestDirectory directory;
    FakeHost host;
    host.config.values["root"] = (directory.path() / "<none>").string();
    ASSERT_TRUE(host.load(consort_plugin_entry_http_webapp).ok());
    EXPECT_TRUE(host.log.contains("no web app"));
    FakeExchange page("GET", "/");
    ASSERT_TRUE(host.request(page));
    EXPECT_EQ(page.status(), 503);
    EXPECT_NE(page.body().find("web/build"), std::string::npos);
    EXPECT_EQ(page.body().find("<none>"), std::string::npos);
    FakeExchange file("GET", "/assets/a.js");
    ASSERT_TRUE(host.request(file));
    EXPECT_EQ(file.status(), 404);
}

TEST(WebAppMissingTest, TheDefaultRootLiesBesideThePlugins) {
    FakeHost host;
    ASSERT_TRUE(host.load(consort_plugin_entry_http_webapp).ok());
    FakeExchange page("GET", "/");
    ASSERT_TRUE(host.request(page));
    if (page.status() == 503) {
        EXPECT_NE(page.body().find("/share/consort/web"), std::string::npos);
    }
}

}  // namespace
}  // namespace consort
