#include "plugins/report/sentry/reporter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace consort::sentry {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A server made by hand.
struct Server {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> bodies, told;
    std::map<Outcome, int> counts;
    std::deque<Answer> answers;  // the last one stays
    bool stuck = false;          // answers nobody until abandoned

    Reporter::World world() {
        return {[this](const std::string& body, const std::function<bool()>& abandon) {
                    return post(body, abandon);
                },
                [this](Outcome outcome) {
                    const std::lock_guard lock(mutex);
                    ++counts[outcome];
                    changed.notify_all();
                },
                [this](const std::string& sentence, bool) {
                    const std::lock_guard lock(mutex);
                    told.push_back(sentence);
                }};
    }
    Answer post(const std::string& body, const std::function<bool()>& abandon) {
        std::unique_lock lock(mutex);
        bodies.push_back(body);
        changed.notify_all();
        while (stuck) {
            changed.wait_for(lock, 5ms);
            lock.unlock();
            const bool given_up = abandon();
            lock.lock();
            if (given_up) return {0, "given up", {}, ""};
        }
        if (answers.empty()) return {200, "", {}, ""};
        const Answer answer = answers.front();
        if (answers.size() > 1) answers.pop_front();
        return answer;
    }
    bool wait(const std::function<bool()>& condition) {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, 60s, condition);
    }
    bool wait_count(Outcome outcome, int count) {
        return wait([&] { return counts[outcome] >= count; });
    }
};

Event event(const std::string& message) { return {CONSORT_LOG_ERROR, 1s, "test", message, {}, 0}; }

Reporter::Options quick() {
    Reporter::Options options;
    options.per_minute = 6'000;
    options.burst = 1'000;
    options.first_pause = 1ms;
    options.longest_pause = 5ms;
    return options;
}

TEST(ReporterTest, SendsInOrder) {
    Server server;
    Reporter reporter(quick(), {"r", "e", ""}, server.world());
    reporter.report(event("first"));
    reporter.report(event("second"));
    ASSERT_TRUE(server.wait_count(Outcome::sent, 2));
    EXPECT_THAT(server.bodies, ElementsAre(HasSubstr("\"first\""), HasSubstr("\"second\"")));
    EXPECT_THAT(server.told, IsEmpty());
}

TEST(ReporterTest, RepetitionsAndTheRateAreCounted) {
    Server server;
    Reporter::Options options = quick();
    options.per_minute = 0.01;
    options.burst = 3;
    Reporter reporter(options, {}, server.world());
    for (int i = 0; i < 10; ++i) reporter.report(event("same"));
    for (int i = 0; i < 10; ++i) reporter.report(event(std::to_string(i)));
    ASSERT_TRUE(server.wait_count(Outcome::sent, 3));
    EXPECT_EQ(server.counts[Outcome::repeated], 9);
    EXPECT_EQ(server.counts[Outcome::limited], 8);
    EXPECT_EQ(server.bodies.size(), 3u);
}

TEST(ReporterTest, TheServersLimitIsHeeded) {
    Server server;
    server.answers = {{429, "", 3'600s, ""}};
    Reporter reporter(quick(), {}, server.world());
    reporter.report(event("a"));
    ASSERT_TRUE(server.wait_count(Outcome::refused, 1));
    for (int i = 0; i < 5; ++i) reporter.report(event(std::to_string(i)));
    EXPECT_EQ(server.counts[Outcome::refused], 6);
    EXPECT_EQ(server.bodies.size(), 1u);
}

TEST(ReporterTest, ALimitMayComeWithAGoodAnswer) {
    Server server;
    server.answers = {{200, "", {}, "3600:error:organization"}};
    Reporter reporter(quick(), {}, server.world());
    reporter.report(event("a"));
    ASSERT_TRUE(server.wait_count(Outcome::sent, 1));
    // The pause is known before the outcome is counted.
    reporter.report(event("b"));
    EXPECT_EQ(server.counts[Outcome::refused], 1);
}

TEST(ReporterTest, WhatFailsIsTriedAgainAndToldOnce) {
    Server server;
    server.answers = {{0, "no route", {}, ""}, {503, "", {}, ""}, {200, "", {}, ""}};
    Reporter reporter(quick(), {}, server.world());
    reporter.report(event("a"));
    ASSERT_TRUE(server.wait_count(Outcome::sent, 1));
    EXPECT_EQ(server.bodies.size(), 3u);
    reporter.report(event("b"));
    ASSERT_TRUE(server.wait_count(Outcome::sent, 2));
    EXPECT_THAT(server.told, ElementsAre(HasSubstr("no route"), "errors reach Sentry again"));
}

TEST(ReporterTest, AfterManyAttemptsAnEventIsGivenUp) {
    Server server;
    server.answers = {{0, "no route", {}, ""}};
    Reporter::Options options = quick();
    options.attempts = 3;
    Reporter reporter(options, {}, server.world());
    reporter.report(event("a"));
    ASSERT_TRUE(server.wait_count(Outcome::lost, 1));
    EXPECT_EQ(server.bodies.size(), 3u);
}

TEST(ReporterTest, AWrongKeyIsTold) {
    Server server;
    server.answers = {{403, "", {}, ""}};
    Reporter reporter(quick(), {}, server.world());
    reporter.report(event("a"));
    reporter.report(event("b"));
    ASSERT_TRUE(server.wait_count(Outcome::refused, 2));
    EXPECT_TRUE(server.wait([&] { return !server.told.empty(); }));
    EXPECT_THAT(server.told, ElementsAre(HasSubstr("check the DSN")));
}

TEST(ReporterTest, TheQueueIsBoundedAndReportNeverWaits) {
    Server server;
    server.stuck = true;
    Reporter::Options options = quick();
    options.queue = 5;
    options.flush = 0ms;
    {
        Reporter reporter(options, {}, server.world());
        reporter.report(event("in flight"));
        ASSERT_TRUE(server.wait([&] { return server.bodies.size() == 1; }));
        for (int i = 0; i < 20; ++i) reporter.report(event(std::to_string(i)));
        EXPECT_EQ(server.counts[Outcome::lost], 15);
    }
    EXPECT_EQ(server.counts[Outcome::lost], 15 + 6) << "the end gives up what waits";
    EXPECT_THAT(server.told, ElementsAre(HasSubstr("before the end: 6")));
}

TEST(ReporterTest, TheEndSendsWhatWaits) {
    Server server;
    Reporter::Options options = quick();
    options.flush = 60s;
    {
        Reporter reporter(options, {}, server.world());
        for (int i = 0; i < 20; ++i) reporter.report(event(std::to_string(i)));
    }
    EXPECT_EQ(server.counts[Outcome::sent], 20);
}

TEST(ReporterTest, TheEndDoesNotWaitForAServerThatIsDown) {
    Server server;
    server.answers = {{0, "no route", {}, ""}};
    Reporter::Options options = quick();
    options.first_pause = options.longest_pause = 1h;
    options.flush = 1h;
    const auto start = std::chrono::steady_clock::now();
    {
        Reporter reporter(options, {}, server.world());
        reporter.report(event("a"));
        ASSERT_TRUE(server.wait([&] { return server.bodies.size() == 1; }));
    }
    EXPECT_LT(std::chrono::steady_clock::now() - start, 60s);
    EXPECT_EQ(server.counts[Outcome::lost], 1);
}

}  // namespace
}  // namespace consort::sentry
