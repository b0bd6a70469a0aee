// The border: creating, failing and destroying a plugin.
#include "consort/entry.hpp"

#include <gtest/gtest.h>

#include "consort/testing.hpp"

#include "sdk/tests/counted.hpp"

namespace consort {
namespace {

using testing::FakeHost;
using tests::Counted;

int alive = 0;

struct Page {
    std::span<const Route> routes() const {
        static constexpr Route all[] = {{"GET", "/", nullptr, 0}};
        return all;
    }
    void handle(std::uint32_t, ExchangeView exchange) { exchange.respond(Response(204)); }
    Counted counted{alive};
};

struct Good {
    explicit Good(Context& context) { context.offer_http("page", std::make_unique<Page>()); }
    Counted counted{alive};
};

TEST(EntryTest, CreatesAndDestroys) {
    FakeHost host;
    ASSERT_TRUE(host.load<Good>().ok());
    EXPECT_EQ(alive, 2);
    EXPECT_TRUE(host.component<consort_http>(CONSORT_HTTP, "page"));
    host.unload();
    EXPECT_EQ(alive, 0);
}

TEST(EntryTest, TwoInstancesLiveSideBySide) {
    FakeHost first, second;
    ASSERT_TRUE(first.load<Good>().ok());
    ASSERT_TRUE(second.load<Good>().ok());
    EXPECT_EQ(alive, 4);
    first.unload();
    EXPECT_EQ(alive, 2);
    second.unload();
    EXPECT_EQ(alive, 0);
}

template <class Thrown>
struct Throws {
    explicit Throws(Context& context) {
        context.offer_http("page", std::make_unique<Page>());
        throw Thrown();
    }
    Counted counted{alive};
};
struct Refusal : Failure {
    Refusal() : Failure(CONSORT_E_DENIED, "no licence") {}
};
struct Broken : std::runtime_error {
    Broken() : std::runtime_error("broken") {}
};

template <class Plugin>
Error failure_of() {
    FakeHost host;
    const auto loaded = host.load<Plugin>();
    EXPECT_FALSE(loaded.ok());
    EXPECT_FALSE(host.component<consort_http>(CONSORT_HTTP));
    EXPECT_EQ(alive, 0);
    return loaded.ok() ? Error{} : loaded.error();
}

TEST(EntryTest, WhatAConstructorThrowsIsReported) {
    EXPECT_EQ(failure_of<Throws<Refusal>>().status, CONSORT_E_DENIED);
    EXPECT_EQ(failure_of<Throws<Refusal>>().text, "no licence");
    EXPECT_EQ(failure_of<Throws<Broken>>().status, CONSORT_E_INTERNAL);
    EXPECT_EQ(failure_of<Throws<Broken>>().text, "broken");
    EXPECT_EQ(failure_of<Throws<std::bad_alloc>>().status, CONSORT_E_NO_MEMORY);
    EXPECT_EQ(failure_of<Throws<int>>().status, CONSORT_E_INTERNAL);
}

struct Made {
    static Result<std::unique_ptr<Made>> create(Context& context) {
        if (!context.config().boolean("on", false))
            return Error{CONSORT_E_UNSUPPORTED, "switched off"};
        return std::make_unique<Made>();
    }
};

TEST(EntryTest, CreateMayRefuseWithoutAnException) {
    EXPECT_EQ(failure_of<Made>().text, "switched off");
    FakeHost host;
    host.config.values["on"] = true;
    EXPECT_TRUE(host.load<Made>().ok());
}

struct Twice {
    explicit Twice(Context& context) {
        context.offer_http("page", std::make_unique<Page>());
        context.offer_http("page", std::make_unique<Page>());
    }
};

TEST(EntryTest, ARefusedOfferNamesItself) {
    const Error error = failure_of<Twice>();
    EXPECT_EQ(error.status, CONSORT_E_DONE);
    EXPECT_NE(error.text.find("consort.http/1 'page'"), std::string::npos);
}

TEST(EntryTest, AHostWithoutWhatAnOfferNeedsIsRefused) {
    FakeHost host;
    host.missing.insert(CONSORT_SERVICE_EXCHANGE);
    const auto loaded = host.load<Good>();
    ASSERT_FALSE(loaded.ok());
    EXPECT_EQ(loaded.error().status, CONSORT_E_UNSUPPORTED);
}

TEST(EntryTest, TheEntryIsConstantData) {
    static constexpr const char* needs[] = {CONSORT_SERVICE_LOG, nullptr};
    static constexpr ConfigKey keys[] = {{"a", CONSORT_CONFIG_INTEGER, 0, "1", 0, 2, "A."}};
    static constexpr consort_descriptor descriptor = describe(
        {.id = "org.example.a", .name = "a", .version = "1", .needs = needs, .config = keys});
    static constexpr consort_entry entry = make_entry<Good>(&descriptor);
    static_assert(entry.magic == CONSORT_ENTRY_MAGIC);
    static_assert(entry.struct_size == sizeof(consort_entry));
    static_assert(entry.abi_major == 1);
    static_assert(entry.descriptor->config_key_count == 1);
    static_assert(entry.descriptor->struct_size == sizeof(consort_descriptor));
    EXPECT_STREQ(entry.descriptor->needs[0], CONSORT_SERVICE_LOG);
    EXPECT_STREQ(entry.descriptor->maturity, "stable");
}

}  // namespace
}  // namespace consort
