// The plugin in a host made of memory: no server, no network.
#include <gtest/gtest.h>

#include "consort/testing.hpp"

extern "C" const consort_entry consort_plugin_entry_hello;

namespace {

using consort::testing::FakeExchange;
using consort::testing::FakeHost;

TEST(HelloTest, GreetsByName) {
    FakeHost host;
    host.config.values["greeting"] = std::string("Good day");
    ASSERT_TRUE(host.load(consort_plugin_entry_hello).ok()) << host.error();

    FakeExchange request("GET", "/hello/Ada");
    ASSERT_TRUE(host.request(request));
    EXPECT_EQ(request.status(), 200);
    EXPECT_EQ(request.body(), "Good day, Ada!\n");
    EXPECT_EQ(host.metrics.values["greeted_total"], 1);
}

TEST(HelloTest, RefusesAnEndlessName) {
    FakeHost host;
    ASSERT_TRUE(host.load(consort_plugin_entry_hello).ok()) << host.error();

    FakeExchange request("GET", "/hello/" + std::string(101, 'a'));
    ASSERT_TRUE(host.request(request));
    EXPECT_EQ(request.status(), 400);
    EXPECT_EQ(request.problem_detail(), "A name has at most 100 bytes.");
}

}  // namespace
