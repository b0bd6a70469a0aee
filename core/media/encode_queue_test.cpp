#include "core/media/encode_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "core/media/test_world.hpp"

namespace consort::media {
namespace {

using ::testing::ElementsAre;
using testing::Latch;

class EncodeQueueTest : public ::testing::Test {
  protected:
    class Job final : public EncodeJob {
      public:
        Job(EncodeQueueTest& test, int number) : test_(test), number_(number) {}
        bool run() override {
            began.hit();
            if (hold != nullptr) {
                while (!hold->passed(1)) {
                    if (canceled()) {
                        gave_up.hit();
                        return false;
                    }
                    std::this_thread::yield();
                }
            }
            const std::lock_guard lock(test_.mutex_);
            test_.ran_.push_back(number_);
            ended.hit();
            return true;
        }
        void drop() override { dropped.hit(); }
        bool wanted() const override { return is_wanted; }
        bool gives_way() const override { return is_long; }
        unsigned width() const override { return is_long ? 2 : 1; }

        Latch* hold = nullptr;
        bool is_wanted = true, is_long = false;
        Latch began, ended, dropped, gave_up;

      private:
        EncodeQueueTest& test_;
        const int number_;
    };
    std::shared_ptr<Job> job(int number, Latch* hold = nullptr) {
        auto made = std::make_shared<Job>(*this, number);
        made->hold = hold;
        return made;
    }
    std::vector<int> ran() {
        const std::lock_guard lock(mutex_);
        return ran_;
    }

    observe::Metrics metrics_;
    std::mutex mutex_;
    std::vector<int> ran_;
    Latch gate_;
};

TEST_F(EncodeQueueTest, OrdersByWhoWaitsThenByDistance) {
    EncodeQueue queue(1, metrics_);
    const auto first = job(0, &gate_);
    queue.add(first);
    ASSERT_TRUE(first->began.wait(1));
    const auto far = job(1), near = job(2), waited = job(3), promoted = job(4);
    queue.add_ahead(far, 3);
    queue.add_ahead(near, 2);
    queue.add_ahead(promoted, 9);
    queue.add(waited);
    queue.promote(promoted);
    queue.nearer(far, 1);
    EXPECT_EQ(queue.waiting(), 2u);
    EXPECT_EQ(queue.ahead(), 2u);
    gate_.hit();
    ASSERT_TRUE(near->ended.wait(1));
    EXPECT_THAT(ran(), ElementsAre(0, 3, 4, 1, 2));
}

TEST_F(EncodeQueueTest, LeavesAThreadToThoseWhoWait) {
    EncodeQueue queue(2, metrics_);
    const auto first = job(0, &gate_), second = job(1, &gate_), waited = job(2);
    queue.add_ahead(first, 1);
    ASSERT_TRUE(first->began.wait(1));
    queue.add_ahead(second, 1);
    queue.add(waited);
    ASSERT_TRUE(waited->ended.wait(1));
    EXPECT_EQ(second->began.count(), 0);
    gate_.hit();
    ASSERT_TRUE(second->ended.wait(1));
}

TEST_F(EncodeQueueTest, ALongJobMadeAheadGivesWayAndIsDoneLater) {
    EncodeQueue queue(1, metrics_);
    const auto slow = job(0, &gate_), waited = job(1);
    slow->is_long = true;
    queue.add_ahead(slow, 1);
    ASSERT_TRUE(slow->began.wait(1));
    queue.add(waited);
    ASSERT_TRUE(waited->ended.wait(1));
    EXPECT_EQ(slow->gave_up.count(), 1);
    gate_.hit();
    ASSERT_TRUE(slow->ended.wait(1));
    EXPECT_EQ(slow->dropped.count(), 0);
}

TEST_F(EncodeQueueTest, ALongJobThatIsWaitedForHasAllThreads) {
    EncodeQueue queue(2, metrics_);
    Latch other_gate;
    const auto before = job(0, &gate_), waited = job(1, &other_gate), after = job(2);
    before->is_long = waited->is_long = true;
    queue.add_ahead(before, 1);
    ASSERT_TRUE(before->began.wait(1));
    queue.add(waited);
    ASSERT_TRUE(waited->began.wait(1));
    ASSERT_TRUE(before->gave_up.wait(1)) << "though a thread was free";
    queue.add_ahead(after, 1);
    gate_.hit();
    other_gate.hit();
    ASSERT_TRUE(before->ended.wait(1));
    ASSERT_TRUE(after->ended.wait(1));
    EXPECT_EQ(ran().front(), 1) << "nothing was made ahead beside it";
    EXPECT_EQ(before->dropped.count(), 0);
}

TEST_F(EncodeQueueTest, NothingIsMadeAheadBesideAStart) {
    EncodeQueue queue(2, metrics_);
    const auto start = job(0, &gate_), ahead = job(1);
    queue.add(start);
    ASSERT_TRUE(start->began.wait(1));
    queue.add_ahead(ahead, 1);
    gate_.hit();
    ASSERT_TRUE(ahead->ended.wait(1));
    EXPECT_THAT(ran(), ElementsAre(0, 1));
}

TEST_F(EncodeQueueTest, WhoPlaysOnHasTheNextMadeMeanwhile) {
    EncodeQueue queue(2, metrics_);
    const auto current = job(0, &gate_), next = job(1);
    queue.add_ahead(current, 1);
    ASSERT_TRUE(current->began.wait(1));
    queue.promote(current);
    queue.add_ahead(next, 1);
    ASSERT_TRUE(next->ended.wait(1));
    gate_.hit();
    ASSERT_TRUE(current->ended.wait(1));
    EXPECT_THAT(ran(), ElementsAre(1, 0));
}

TEST_F(EncodeQueueTest, AShortJobThatFindsAThreadStopsNone) {
    EncodeQueue queue(2, metrics_);
    const auto ahead = job(0, &gate_), waited = job(1);
    ahead->is_long = true;
    queue.add_ahead(ahead, 1);
    ASSERT_TRUE(ahead->began.wait(1));
    queue.add(waited);
    ASSERT_TRUE(waited->ended.wait(1));
    gate_.hit();
    ASSERT_TRUE(ahead->ended.wait(1));
    EXPECT_EQ(ahead->gave_up.count(), 0);
}

TEST_F(EncodeQueueTest, WhatNobodyWantsIsDropped) {
    EncodeQueue queue(1, metrics_);
    const auto running = job(0, &gate_), stale = job(1), queued = job(2), last = job(3);
    queue.add(running);
    ASSERT_TRUE(running->began.wait(1));
    stale->is_wanted = false;
    queue.add_ahead(stale, 1);
    queue.add(queued);
    queue.cancel(queued);
    ASSERT_TRUE(queued->dropped.wait(1));
    queue.cancel(running);
    ASSERT_TRUE(running->dropped.wait(1));
    ASSERT_TRUE(stale->dropped.wait(1));
    queue.add(last);
    ASSERT_TRUE(last->ended.wait(1));
    EXPECT_THAT(ran(), ElementsAre(3));
}

TEST_F(EncodeQueueTest, StoppingDropsAllAtOnce) {
    EncodeQueue queue(1, metrics_);
    const auto running = job(0, &gate_), queued = job(1), ahead = job(2), late = job(3);
    queue.add(running);
    ASSERT_TRUE(running->began.wait(1));
    queue.add(queued);
    queue.add_ahead(ahead, 1);
    queue.stop();
    queue.add(late);
    for (const auto& one : {running, queued, ahead, late}) EXPECT_EQ(one->dropped.count(), 1);
    EXPECT_TRUE(ran().empty());
}

}  // namespace
}  // namespace consort::media
