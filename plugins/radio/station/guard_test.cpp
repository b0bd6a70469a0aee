#include "plugins/radio/station/guard.hpp"

#include <gtest/gtest.h>

#include "consort/testing/fake_exchange.hpp"

#include "plugins/radio/station/form.hpp"

namespace consort::radio {
namespace {

using testing::FakeExchange;
using Verdict = Guard::Verdict;

Guard::Clock::time_point the_time{std::chrono::hours(1)};

class GuardTest : public ::testing::Test {
  protected:
    void SetUp() override { the_time = Guard::Clock::time_point(std::chrono::hours(1)); }

    using Headers = FakeExchange::Texts;
    Verdict change(const Headers& headers, std::string_view csrf = "",
                   const std::string& address = "192.0.2.1") {
        FakeExchange exchange("POST", "/next-track");
        exchange.headers = headers;
        exchange.remote_address = address;
        return guard_.may_change(exchange.view(), csrf).verdict;
    }
    Guard::Login log_in(const std::string& password, const Headers& headers = {}) {
        FakeExchange exchange("POST", "/status/login");
        exchange.headers = headers;
        return guard_.log_in(exchange.view(), password);
    }
    std::string csrf_of(const Headers& headers) {
        FakeExchange exchange("GET", "/status");
        exchange.headers = headers;
        return guard_.csrf_of(exchange.view()).value_or("");
    }
    Guard guard_{"secret", [] { return the_time; }};
};

TEST_F(GuardTest, WithoutAPasswordNobodyMay) {
    Guard off("", [] { return the_time; });
    FakeExchange exchange("POST", "/");
    exchange.headers = {{"x-control-token", ""}, {"authorization", "Basic Og=="}};
    EXPECT_EQ(off.may_change(exchange.view(), "").verdict, Verdict::off);
    EXPECT_EQ(off.may_look(exchange.view()).verdict, Verdict::off);
    EXPECT_EQ(off.log_in(exchange.view(), "").answer.verdict, Verdict::off);
}

TEST_F(GuardTest, TheTokenAndBasicOpen) {
    EXPECT_EQ(change({}), Verdict::unknown);
    EXPECT_EQ(change({{"x-control-token", "secret"}}), Verdict::allowed);
    EXPECT_EQ(change({{"x-control-token", "secretx"}}), Verdict::wrong);
    EXPECT_EQ(change({{"x-control-token", ""}}), Verdict::wrong);
    EXPECT_EQ(change({{"authorization", "Basic YTpzZWNyZXQ="}}), Verdict::allowed);  // a:secret
    EXPECT_EQ(change({{"authorization", "basic OnNlY3JldA=="}}), Verdict::allowed);  // :secret
    EXPECT_EQ(change({{"authorization", "Basic c2VjcmV0"}}), Verdict::wrong);        // no colon
    EXPECT_EQ(change({{"authorization", "Bearer secret"}}), Verdict::wrong);
    EXPECT_EQ(change({{"authorization", "Basic !!"}}), Verdict::wrong);
}

TEST_F(GuardTest, AnotherSiteCannotUseTheBrowsersBasic) {
    const std::string basic = "Basic YTpzZWNyZXQ=";
    EXPECT_EQ(change({{"authorization", basic}, {"sec-fetch-site", "cross-site"}}),
              Verdict::cross_site);
    EXPECT_EQ(change({{"authorization", basic}, {"sec-fetch-site", "same-origin"}}),
              Verdict::allowed);
    EXPECT_EQ(change({{"authorization", basic}, {"origin", "https://evil"}, {"host", "radio"}}),
              Verdict::cross_site);
    EXPECT_EQ(change({{"authorization", basic}, {"origin", "https://radio"}, {"host", "radio"}}),
              Verdict::allowed);
}

TEST_F(GuardTest, ASessionNeedsTheSecretOfItsPages) {
    EXPECT_EQ(log_in("wrong").answer.verdict, Verdict::wrong);
    EXPECT_EQ(log_in("secret", {{"sec-fetch-site", "cross-site"}}).answer.verdict,
              Verdict::cross_site);
    const Guard::Login login = log_in("secret");
    ASSERT_TRUE(login.answer.ok());
    const Headers cookie{{"cookie", "other=1; consort_radio=" + login.token}};
    const std::string csrf = csrf_of(cookie);
    EXPECT_EQ(csrf.size(), 48u);
    EXPECT_NE(csrf, login.token);
    EXPECT_EQ(change(cookie), Verdict::cross_site);
    EXPECT_EQ(change(cookie, csrf + "0"), Verdict::cross_site);
    EXPECT_EQ(change(cookie, csrf), Verdict::allowed);
    EXPECT_EQ(change({{"cookie", "consort_radio=" + login.token + "0"}}, csrf), Verdict::unknown);
    the_time += Guard::session_length;
    EXPECT_EQ(change(cookie, csrf), Verdict::unknown);
}

TEST_F(GuardTest, LoggingOutEndsTheSession) {
    const Guard::Login login = log_in("secret");
    FakeExchange exchange("POST", "/status/logout");
    exchange.headers = {{"cookie", "consort_radio=" + login.token}};
    guard_.log_out(exchange.view());
    EXPECT_EQ(guard_.may_look(exchange.view()).verdict, Verdict::unknown);
}

TEST_F(GuardTest, SessionsAreBounded) {
    const Guard::Login first = log_in("secret");
    for (std::size_t i = 0; i < Guard::most_sessions; ++i) {
        the_time += std::chrono::seconds(1);
        log_in("secret");
    }
    EXPECT_EQ(csrf_of({{"cookie", "consort_radio=" + first.token}}), "");
}

TEST_F(GuardTest, WrongPasswordsAreLimitedByAddress) {
    const Headers wrong{{"x-control-token", "no"}}, right{{"x-control-token", "secret"}};
    for (int i = 0; i < 10; ++i) EXPECT_EQ(change(wrong), Verdict::wrong) << i;
    EXPECT_EQ(change(wrong), Verdict::limited);
    EXPECT_EQ(change(right), Verdict::limited) << "else the right one could be told";
    EXPECT_EQ(change(right, "", "192.0.2.2"), Verdict::allowed);
    the_time += std::chrono::seconds(61);
    EXPECT_EQ(change(right), Verdict::allowed);
    EXPECT_EQ(change(wrong), Verdict::wrong);
    EXPECT_EQ(change(wrong), Verdict::limited);
}

TEST_F(GuardTest, ANetworkOfIPv6IsOneAddress) {
    const Headers wrong{{"x-control-token", "no"}};
    for (int i = 0; i < 10; ++i) change(wrong, "", "2001:db8:1:2::" + std::to_string(i + 1));
    EXPECT_EQ(change(wrong, "", "2001:db8:1:2:ffff::1"), Verdict::limited);
    EXPECT_EQ(change(wrong, "", "2001:db8:1:3::1"), Verdict::wrong);
}

TEST(FailedLoginsTest, MemoryIsBoundedAndAStrangerIsLimitedWithTheOthers) {
    FailedLogins failed;
    const FailedLogins::Clock::time_point now(std::chrono::hours(1));
    for (std::size_t i = 0; i < FailedLogins::most_addresses + 50; ++i)
        failed.failed("10." + std::to_string(i), now);
    EXPECT_GT(failed.wait("someone new", now).count(), 0);
    EXPECT_EQ(failed.wait("someone new", now + std::chrono::hours(2)).count(), 0);
}

TEST(ConstantTime, IsEquality) {
    EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
    for (const char* other : {"", "ab", "abcd", "abd", "abcabc"})
        EXPECT_FALSE(equal_in_constant_time("abc", other)) << other;
}

TEST(Form, FieldsAreDecoded) {
    EXPECT_EQ(form_field("a=1&password=p%26w+x%C3%BC&b", "password"), "p&w xü");
    EXPECT_EQ(form_field("password=", "password"), "");
    EXPECT_EQ(form_field("xpassword=1", "password"), "");
    EXPECT_EQ(form_field("p%61ssword=%zz%4", "password"), "%zz%4");
}

}  // namespace
}  // namespace consort::radio
