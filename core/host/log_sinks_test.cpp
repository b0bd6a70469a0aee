#include "core/host/log_sinks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <thread>

#include "consort/abi/plugin.h"
#include "consort/abi/services.h"
#include "consort/abi/sink.h"

#include "core/host/guard.hpp"

namespace consort::host {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

// A plugin's sink that writes down what it gets. A line "wait" holds it up until `go`.
struct Notes {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> lines;
    std::promise<void> waiting, go;

    void add(std::string line) {
        const std::lock_guard lock(mutex);
        lines.push_back(std::move(line));
        changed.notify_all();
    }
    std::vector<std::string> wait_for(std::size_t count) {
        std::unique_lock lock(mutex);
        changed.wait_for(lock, 60s, [&] { return lines.size() >= count; });
        return lines;
    }
};

void note(void* self, const consort_log_record* record) noexcept {
    auto& notes = *static_cast<Notes*>(self);
    std::string line = std::to_string(record->level) + " " + std::string(view(record->logger)) +
                       ": " + std::string(view(record->message));
    for (std::size_t i = 0; i < record->field_count; ++i) {
        line += " " + std::string(view(record->fields[i].name)) + "=" +
                std::string(view(record->fields[i].value));
    }
    const bool wait = view(record->message) == "wait";
    notes.add(std::move(line));
    if (!wait) return;
    notes.waiting.set_value();
    notes.go.get_future().wait_for(60s);
}

class LogSinksTest : public testing::Test {
  protected:
    void SetUp() override { observe::set_up_log({}); }

    void offer(const char* plugin_id, const char* name, Notes& notes, std::uint32_t least,
               void (*write)(void*, const consort_log_record*) noexcept = note) {
        consort_sink table{sizeof table, least, write};
        const consort_component component{sizeof component, 0, CONSORT_SINK, name, &table, &notes};
        const Result<void> offered = registry_.offer(plugin_id, component);
        ASSERT_TRUE(offered.ok()) << offered.error().text;
    }
    bool lost(const std::string& sink, std::size_t count) {
        const std::string line = "consort_log_sink_lost_total{sink=\"" + sink + "\"} ";
        return metrics_.expose().find(line + std::to_string(count) + "\n") != std::string::npos;
    }

    observe::Metrics metrics_;
    ComponentRegistry registry_;
    const observe::Logger log_{"test"};
};

TEST_F(LogSinksTest, ASinkGetsWhatIsOfItsLevelWithEverything) {
    Notes notes;
    offer("org.example.a", "a", notes, CONSORT_LOG_WARNING);
    LogSinks sinks(metrics_);
    sinks.start(registry_);
    log_.info("not this");
    log_.error("It broke.", {{"file", "a b"}, {"why", ""}});
    log_.warning("mind the gap");
    EXPECT_THAT(notes.wait_for(2),
                ElementsAre("4 test: It broke. file=a b why=", "3 test: mind the gap"));
}

TEST_F(LogSinksTest, TheTimeIsThatOfTheLine) {
    static std::promise<std::int64_t> time;
    Notes notes;
    offer("org.example.a", "a", notes, 0,
          [](void*, const consort_log_record* record) noexcept { time.set_value(record->time); });
    LogSinks sinks(metrics_);
    sinks.start(registry_);
    const auto now = [] {
        return std::chrono::duration_cast<std::chrono::nanoseconds>(
                   std::chrono::system_clock::now().time_since_epoch())
            .count();
    };
    const std::int64_t before = now();
    log_.info("now");
    const std::int64_t said = time.get_future().get();
    EXPECT_LE(before, said);
    EXPECT_LE(said, now());
}

TEST_F(LogSinksTest, WhatWasSaidBeforeTheStartComesFirst) {
    Notes notes;
    LogSinks sinks(metrics_);
    log_.error("early");
    offer("org.example.a", "a", notes, CONSORT_LOG_ERROR);
    sinks.start(registry_);
    log_.error("late");
    EXPECT_THAT(notes.wait_for(2), ElementsAre("4 test: early", "4 test: late"));
}

TEST_F(LogSinksTest, LinesBelowTheLogsOwnLevelAreNotMade) {
    Notes notes;
    offer("org.example.a", "a", notes, 0);
    LogSinks sinks(metrics_);
    sinks.start(registry_);
    log_.debug("hidden");
    log_.info("shown");
    EXPECT_THAT(notes.wait_for(1), ElementsAre("2 test: shown"));
}

TEST_F(LogSinksTest, APluginsOwnLinesReachOnlyTheSinksOfOthers) {
    Notes own, other;
    offer("org.example.a", "a", own, 0);
    offer("org.example.b", "b", other, 0);
    LogSinks sinks(metrics_);
    sinks.start(registry_);
    {
        const LogSinks::Author author("org.example.a");
        log_.error("said by a");
    }
    log_.error("said by the host");
    EXPECT_THAT(own.wait_for(1), ElementsAre("4 test: said by the host"));
    EXPECT_THAT(other.wait_for(2), SizeIs(2));
}

TEST_F(LogSinksTest, WhatASinkCausesReachesNoSink) {
    Notes noisy, other;
    offer("org.example.a", "a", noisy, 0,
          [](void* self, const consort_log_record* record) noexcept {
              observe::Logger("loop").error("caused by a sink");
              note(self, record);
          });
    offer("org.example.b", "b", other, 0);
    LogSinks sinks(metrics_);
    sinks.start(registry_);
    log_.error("one");
    noisy.wait_for(1);
    log_.error("two");
    EXPECT_THAT(noisy.wait_for(2), ElementsAre("4 test: one", "4 test: two"));
    EXPECT_THAT(other.wait_for(2), ElementsAre("4 test: one", "4 test: two"));
}

TEST_F(LogSinksTest, ASlowSinkHoldsUpNobodyAndLosesWhatDoesNotFit) {
    Notes slow, quick;
    offer("org.example.a", "slow", slow, 0);
    offer("org.example.b", "quick", quick, 0);
    LogSinks sinks(metrics_);
    sinks.start(registry_);
    log_.info("wait");
    slow.waiting.get_future().wait();
    quick.waiting.get_future().wait();
    quick.go.set_value();
    constexpr std::size_t kMore = 50;
    for (std::size_t i = 0; i < LogSinks::kMaxPending + kMore; ++i) {
        if (i % 100 == 0) quick.wait_for(1 + i);
        log_.info("line");
    }
    EXPECT_THAT(quick.wait_for(1 + LogSinks::kMaxPending + kMore),
                SizeIs(1 + LogSinks::kMaxPending + kMore));
    EXPECT_TRUE(lost("slow", kMore));
    EXPECT_TRUE(lost("quick", 0));
    slow.go.set_value();
    EXPECT_THAT(slow.wait_for(1 + LogSinks::kMaxPending), SizeIs(1 + LogSinks::kMaxPending));
}

TEST_F(LogSinksTest, TheEndHandsOverWhatWaits) {
    Notes notes;
    offer("org.example.a", "a", notes, 0);
    {
        LogSinks sinks(metrics_);
        sinks.start(registry_);
        for (int i = 0; i < 500; ++i) log_.info("line");
    }
    EXPECT_THAT(notes.lines, SizeIs(500));
    log_.info("afterwards");
    EXPECT_THAT(notes.lines, SizeIs(500));
}

TEST_F(LogSinksTest, ManyThreadsMayLogWhileItComesAndGoes) {
    Notes notes;
    offer("org.example.a", "a", notes, CONSORT_LOG_ERROR);
    std::atomic<bool> enough{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            while (!enough) {
                log_.debug("nothing");
                log_.error("line");
            }
        });
    }
    for (int round = 0; round < 5; ++round) {
        LogSinks sinks(metrics_);
        sinks.start(registry_);
        notes.wait_for(notes.wait_for(0).size() + 10);
    }
    enough = true;
    for (std::thread& thread : threads) thread.join();
    EXPECT_GE(notes.lines.size(), 50u);
}

TEST_F(LogSinksTest, ASinkWithoutWriteIsRefused) {
    consort_sink table{sizeof table, 0, nullptr};
    const consort_component component{sizeof component, 0, CONSORT_SINK, "a", &table, nullptr};
    const Result<void> offered = registry_.offer("org.example.a", component);
    ASSERT_FALSE(offered.ok());
    EXPECT_EQ(offered.error().status, CONSORT_E_INVALID);
    EXPECT_THAT(registry_.entries(), IsEmpty());
}

}  // namespace
}  // namespace consort::host
