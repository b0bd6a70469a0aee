// The programme with the threads it has in a station.
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <random>

#include "plugins/radio/programme/programme.hpp"
#include "plugins/radio/programme/test_host.hpp"

namespace consort::radio {
namespace {

using std::chrono::seconds;
using testing::put;

class ProgrammeThreadsTest : public testing::DirectoryTest {
  protected:
    ProgrammeSettings settings_;

    void SetUp() override {
        for (const char* name : {"music", "jingles", "state"})
            testing::fs::create_directory(at(name));
        settings_.name = "/";
        settings_.directory = testing::uri_of(at("music"));
        settings_.shuffle = true;
        settings_.jingles = testing::uri_of(at("jingles"));
        settings_.jingle_every = 3;
        settings_.state_directory = at("state").string();
        host_.start_workers(2);
    }
    testing::fs::path track(unsigned number) const {
        return at("music") / (std::to_string(number) + ".mp3");
    }
};

TEST_F(ProgrammeThreadsTest, EverybodyTalksToItAtOnce) {
    constexpr int kTurns = 400;
    put(at("jingles/j.mp3"));
    for (unsigned i = 0; i < 5; ++i) put(track(i));
    Programme programme(host_.link(), settings_);
    std::mutex mutex;
    std::condition_variable woken;
    bool wake = false;
    std::atomic<bool> done = false;
    std::atomic<int> orders = 0, changes = 0;
    programme.start([&] {
        const std::lock_guard lock(mutex);
        wake = true;
        woken.notify_all();
    });

    int turns = 0;
    std::thread station([&] {
        std::mt19937 random(1);
        while (turns < kTurns || orders < kTurns || changes < kTurns) {
            const auto entry = programme.next();
            if (!entry) {
                std::unique_lock lock(mutex);
                EXPECT_TRUE(woken.wait_for(lock, seconds(60), [&] { return wake; }));
                if (!wake) break;
                wake = false;
                continue;
            }
            ++turns;
            if (random() % 8 == 0) {
                programme.failed(*entry, "It is broken.");
            } else {
                programme.began(*entry, {entry->uri, "t", "", "", 1, entry->jingle, false});
                programme.reached(1);
            }
        }
        done = true;
    });
    std::thread people([&] {
        std::mt19937 random(2);
        while (!done) {
            const auto what = random() % 5;
            if (what == 0) programme.skip_to_next();
            if (what == 1) programme.step_back();
            if (what == 2) programme.reload();
            if (what == 3) {
                EXPECT_LE(programme.report().files, 10u);
            }
            if (what == 4) {
                EXPECT_LE(programme.history().size(), History::kMost);
            }
            ++orders;
        }
    });
    std::thread disk([&] {
        std::mt19937 random(3);
        while (!done) {
            const auto file = track(random() % 10);
            if (random() % 2 == 0) {
                put(file);
                host_.disk.tell(CONSORT_CHANGE_WRITTEN, file);
            } else {
                testing::fs::remove(file);
                host_.disk.tell(CONSORT_CHANGE_REMOVED, file);
            }
            ++changes;
        }
    });
    while (!done) host_.clock.advance(seconds(1));
    station.join();
    people.join();
    disk.join();
    EXPECT_GE(turns, kTurns);
    programme.stop();
    EXPECT_FALSE(programme.history().empty());
    EXPECT_TRUE(host_.disk.watching.empty());
}

TEST_F(ProgrammeThreadsTest, EndsWhileDirectoriesAreRead) {
    for (unsigned i = 0; i < 50; ++i) put(track(i));
    for (int round = 0; round < 50; ++round) {
        Programme programme(host_.link(), settings_);
        std::atomic<bool> ended = false;
        programme.start([&] { EXPECT_FALSE(ended); });
        host_.clock.advance(seconds(1));
        programme.reload();
        programme.stop();
        ended = true;
        host_.clock.advance(seconds(1));
    }
}

}  // namespace
}  // namespace consort::radio
