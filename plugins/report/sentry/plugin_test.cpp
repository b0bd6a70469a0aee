// The plugin as the host sees it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "consort/testing.hpp"

extern "C" const consort_entry consort_plugin_entry_report_sentry;

namespace consort {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SentryPluginTest : public ::testing::Test {
  protected:
    void SetUp() override {
        for (const char* name : {"SENTRY_DSN", "SENTRY_RELEASE", "SENTRY_ENVIRONMENT"}) {
            ::unsetenv(name);
        }
        host_.config.values["level"] = std::string("error");
        host_.config.values["flush_seconds"] = std::int64_t{0};
    }
    void TearDown() override { ::unsetenv("SENTRY_DSN"); }
    Result<void> load() { return host_.load(consort_plugin_entry_report_sentry); }
    bool is_on() { return bool(host_.component<consort_sink>(CONSORT_SINK, "sentry")); }

    testing::FakeHost host_;
};

TEST_F(SentryPluginTest, WithoutADsnItOffersNothing) {
    ASSERT_TRUE(load().ok());
    EXPECT_FALSE(is_on());
    ::setenv("SENTRY_DSN", "", 1);
    ASSERT_TRUE(load().ok());
    EXPECT_FALSE(is_on());
}

TEST_F(SentryPluginTest, TheDsnComesFromTheConfigurationOrTheEnvironment) {
    host_.config.values["dsn"] = std::string("http://abckey@config.invalid/1");
    ASSERT_TRUE(load().ok());
    EXPECT_TRUE(is_on());
    EXPECT_TRUE(host_.log.contains("config.invalid, project 1"));
    ::setenv("SENTRY_DSN", "http://abckey@environment.invalid/2", 1);
    ASSERT_TRUE(load().ok());
    EXPECT_TRUE(is_on());
    EXPECT_TRUE(host_.log.contains("environment.invalid, project 2"));
    EXPECT_FALSE(host_.log.contains("abckey"));
}

TEST_F(SentryPluginTest, AWrongDsnIsASentenceWithoutTheKey) {
    host_.config.values["dsn"] = std::string("https://abckey@host");
    const Result<void> loaded = load();
    ASSERT_FALSE(loaded.ok());
    EXPECT_THAT(loaded.error().text, HasSubstr("number of a project"));
    EXPECT_THAT(loaded.error().text, Not(HasSubstr("abckey")));
}

TEST_F(SentryPluginTest, TheLevelIsErrorOrWarning) {
    host_.config.values["dsn"] = std::string("http://k@host.invalid/1");
    ASSERT_TRUE(load().ok());
    EXPECT_FALSE(host_.write_log(CONSORT_LOG_WARNING, "test", "mind"));
    host_.config.values["level"] = std::string("warning");
    ASSERT_TRUE(load().ok());
    EXPECT_TRUE(host_.write_log(CONSORT_LOG_WARNING, "test", "mind"));
    host_.config.values["level"] = std::string("loud");
    const Result<void> loaded = load();
    ASSERT_FALSE(loaded.ok());
    EXPECT_THAT(loaded.error().text, HasSubstr("'loud' is neither"));
}

}  // namespace
}  // namespace consort
