// The small services as a plugin calls them: through the tables.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "consort/abi/exchange.h"
#include "consort/abi/media.h"
#include "consort/abi/storage.h"

#include "core/host/guard.hpp"
#include "core/host/plugin_context.hpp"
#include "core/http/exchange.hpp"

namespace consort::host {
namespace {

using testing::HasSubstr;

class FakeExchange final : public http::Exchange {
  public:
    std::string_view method() const noexcept override { return "GET"; }
    std::string_view path() const noexcept override { return "/a b"; }
    std::string_view target() const noexcept override { return "/a%20b?x=1"; }
    std::string_view param(std::string_view name) const noexcept override {
        return name == "id" ? "7" : "";
    }
    std::optional<std::string_view> query(std::string_view name) const noexcept override {
        return name == "x" ? std::optional<std::string_view>("1") : std::nullopt;
    }
    std::optional<std::string_view> header(std::string_view) const noexcept override {
        return std::nullopt;
    }
    std::string_view body() const noexcept override { return {}; }
    std::string_view remote_address() const noexcept override { return "::1"; }
    std::string_view request_id() const noexcept override { return "r"; }
    consort_status respond(http::Response&& response) override {
        if (answer) return CONSORT_E_DONE;
        answer = std::move(response);
        return CONSORT_OK;
    }
    void wake() noexcept override { ++wakes; }

    std::optional<http::Response> answer;
    int wakes = 0;
};

class ServicesTest : public testing::Test {
  protected:
    template <class Api>
    const Api& service(const char* id) {
        return *static_cast<const Api*>(host_api().query(&host_, id));
    }
    base::Executor executor_{"test", 2, 10};
    base::Timers timers_{executor_};
    base::EventBus events_{executor_};
    observe::Metrics metrics_;
    Services services_{executor_, executor_, timers_, events_, metrics_};
    ComponentRegistry registry_;
    consort_host host_{services_, registry_, "org.example.test", "test-one"};
};

TEST_F(ServicesTest, UnknownServicesAreNull) {
    EXPECT_EQ(host_api().query(&host_, "consort.host.telepathy/1"), nullptr);
    EXPECT_EQ(host_api().query(&host_, nullptr), nullptr);
}

TEST_F(ServicesTest, PostedWorkRunsOrIsDroppedExactlyOnce) {
    const auto& api = service<consort_executor_api>(CONSORT_SERVICE_EXECUTOR);
    struct Job {
        std::atomic<int> run{0}, drop{0};
        std::promise<void> inside, go;
        std::shared_future<void> gate = go.get_future().share();
    } job;
    const auto run = [](void* arg) noexcept {
        auto* j = static_cast<Job*>(arg);
        if (++j->run == 2) j->inside.set_value();
        j->gate.wait();
    };
    const auto drop = [](void* arg) noexcept { ++static_cast<Job*>(arg)->drop; };
    for (int i = 0; i < 2; ++i) {
        ASSERT_EQ(api.post(&host_, CONSORT_POOL_BLOCKING, run, drop, &job), CONSORT_OK);
    }
    job.inside.get_future().wait();
    for (int i = 0; i < 10; ++i) {
        ASSERT_EQ(api.post(&host_, CONSORT_POOL_COMPUTE, run, drop, &job), CONSORT_OK);
    }
    EXPECT_EQ(api.post(&host_, CONSORT_POOL_BLOCKING, run, drop, &job), CONSORT_E_BUSY);
    EXPECT_EQ(api.post(&host_, 99, run, drop, &job), CONSORT_E_INVALID);
    EXPECT_EQ(job.drop, 0) << "neither on failure";
    std::thread stopper([&] { executor_.stop(); });
    while (job.drop != 10) std::this_thread::yield();
    job.go.set_value();
    stopper.join();
    EXPECT_EQ(job.run, 2);
    EXPECT_EQ(job.drop, 10);
}

TEST_F(ServicesTest, AWorkerKnowsThatItIsOne) {
    const auto& api = service<consort_executor_api>(CONSORT_SERVICE_EXECUTOR);
    struct Job {
        const consort_executor_api& api;
        consort_host* host;
        std::promise<std::int32_t> answer;
    } job{api, &host_, {}};
    EXPECT_EQ(api.on_worker(&host_), 0);
    const auto ask = [](void* arg) noexcept {
        auto* j = static_cast<Job*>(arg);
        j->answer.set_value(j->api.on_worker(j->host));
    };
    ASSERT_EQ(api.post(&host_, CONSORT_POOL_BLOCKING, ask, nullptr, &job), CONSORT_OK);
    EXPECT_EQ(job.answer.get_future().get(), 1);
}

TEST_F(ServicesTest, WhatAPluginLeavesRunningEndsWithIt) {
    const auto& timers = service<consort_timer_api>(CONSORT_SERVICE_TIMER);
    const auto& events = service<consort_events_api>(CONSORT_SERVICE_EVENTS);
    struct State {
        std::atomic<int> calls{0};
        std::promise<void> first;
    } ticks, received;
    const auto count = [](void* arg) noexcept {
        auto* state = static_cast<State*>(arg);
        if (++state->calls == 1) state->first.set_value();
    };
    consort_timer* timer = nullptr;
    ASSERT_EQ(timers.start(&host_, 0, 1'000'000, count, &ticks, &timer), CONSORT_OK);
    EXPECT_EQ(timers.start(&host_, -1, 0, count, &ticks, &timer), CONSORT_E_INVALID);
    consort_subscription* subscription = nullptr;
    ASSERT_EQ(events.subscribe(
                  &host_, lend("library."),
                  [](void* arg, consort_str, consort_str) noexcept {
                      auto* state = static_cast<State*>(arg);
                      if (++state->calls == 1) state->first.set_value();
                  },
                  &received, &subscription),
              CONSORT_OK);
    ASSERT_EQ(events.publish(&host_, lend("library.item.added"), lend("{}")), CONSORT_OK);
    ticks.first.get_future().wait();
    received.first.get_future().wait();
    host_.end_callbacks();
    const int after = ticks.calls;
    EXPECT_EQ(events.publish(&host_, lend("library.item.added"), lend("{}")), CONSORT_OK);
    executor_.stop();
    EXPECT_EQ(ticks.calls, after);
    EXPECT_EQ(received.calls, 1);
}

TEST_F(ServicesTest, MetricsAppearUnderThePluginsName) {
    const auto& api = service<consort_metrics_api>(CONSORT_SERVICE_METRICS);
    consort_metric* counter = api.counter(&host_, "things_total", "Things.", "kind", "good");
    ASSERT_NE(counter, nullptr);
    EXPECT_EQ(api.counter(&host_, "things_total", "Things.", "kind", "good"), counter);
    EXPECT_EQ(api.counter(&host_, "not a name", "No.", nullptr, nullptr), nullptr);
    api.add(counter, 2);
    api.add(counter, -1);
    EXPECT_THAT(metrics_.expose(),
                HasSubstr("consort_plugin_test_one_things_total{kind=\"good\"} 2"));
}

TEST_F(ServicesTest, RespondTakesTheSlicesInEveryCase) {
    const auto& api = service<consort_exchange_api>(CONSORT_SERVICE_EXCHANGE);
    FakeExchange exchange;
    intrusive_ptr_add_ref(&exchange);
    auto* raw = reinterpret_cast<consort_exchange*>(static_cast<http::Exchange*>(&exchange));
    EXPECT_EQ(view(api.path(raw)), "/a b");
    EXPECT_EQ(view(api.param(raw, lend("id"))), "7");
    consort_str value{};
    EXPECT_EQ(api.query(raw, lend("x"), &value), CONSORT_OK);
    EXPECT_EQ(api.query(raw, lend("y"), &value), CONSORT_E_NOT_FOUND);

    int released = 0;
    consort_slice slice{};
    slice.kind = CONSORT_SLICE_MEMORY;
    slice.data = "hi";
    slice.length = 2;
    slice.owner = &released;
    slice.release = [](void* owner) noexcept { ++*static_cast<int*>(owner); };
    consort_response response{};
    response.struct_size = sizeof response;
    response.status = 200;
    response.body = &slice;
    response.body_count = 1;
    const consort_header split{lend("X-Test"), lend("a\r\nSet-Cookie: b")};
    response.headers = &split;
    response.header_count = 1;
    EXPECT_EQ(api.respond(raw, &response), CONSORT_E_INVALID) << "no header injection";
    EXPECT_EQ(released, 1);
    response.header_count = 0;
    response.status = 99;
    EXPECT_EQ(api.respond(raw, &response), CONSORT_E_INVALID);
    EXPECT_EQ(released, 2);
    response.status = 200;
    EXPECT_EQ(api.respond(raw, &response), CONSORT_OK);
    EXPECT_EQ(api.respond(raw, &response), CONSORT_E_DONE);
    EXPECT_EQ(released, 3) << "the second answer's slice is released, the first's is kept";
    ASSERT_TRUE(exchange.answer);
    exchange.answer.reset();
    EXPECT_EQ(released, 4);
}

TEST_F(ServicesTest, StorageAndMediaSayThatItIsTooEarly) {
    const auto& storage = service<consort_storage_api>(CONSORT_SERVICE_STORAGE);
    consort_source* source = nullptr;
    EXPECT_EQ(storage.open(&host_, lend("file:///x"), &source), CONSORT_E_UNSUPPORTED);
    const auto& media = service<consort_media_api>(CONSORT_SERVICE_MEDIA);
    consort_status status = CONSORT_OK;
    media.open(
        &host_, lend("x"),
        [](void* arg, consort_status got, consort_media*) noexcept {
            *static_cast<consort_status*>(arg) = got;
        },
        &status);
    EXPECT_EQ(status, CONSORT_E_UNSUPPORTED);
}

}  // namespace
}  // namespace consort::host
