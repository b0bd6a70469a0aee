#include "plugins/radio/programme/rotation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>

#include "plugins/radio/programme/test_listing.hpp"

namespace consort::radio {
namespace {

constexpr std::string_view kDirectory = "file:///music";

std::shared_ptr<const Listing> listing(const std::vector<std::string>& paths) {
    return testing::listing(kDirectory, paths);
}

std::vector<std::string> numbered(int count) {
    std::vector<std::string> paths;
    for (int i = 1; i <= count; ++i) paths.push_back(std::to_string(i) + ".mp3");
    return paths;
}

class RotationTest : public ::testing::Test {
  protected:
    Failures failures_;
    std::string last_;

    // Takes turns as a station does; empty: nothing comes.
    std::string play(Rotation& rotation, const Listing& files) {
        const AudioFile* next = rotation.next(files, failures_, last_);
        if (!next) return {};
        EXPECT_EQ(rotation.next(files, failures_, last_), next) << "asking takes no turn";
        rotation.took(*next, files);
        last_ = next->uri;
        return next->path;
    }
    std::vector<std::string> play(Rotation& rotation, const Listing& files, std::size_t count) {
        std::vector<std::string> heard;
        while (heard.size() < count) heard.push_back(play(rotation, files));
        return heard;
    }
    static RotationMemory seeded(std::uint64_t seed) { return {seed, 0, {}, {}}; }
};

TEST_F(RotationTest, GoesThroughTheFolderAndBeginsAgain) {
    Rotation rotation(kDirectory, false, {});
    const auto files = listing({"10.mp3", "2.mp3", "1.mp3"});
    EXPECT_EQ(play(rotation, *files, 5),
              (std::vector<std::string>{"1.mp3", "2.mp3", "10.mp3", "1.mp3", "2.mp3"}));
}

TEST_F(RotationTest, ByFolderFollowsWhatIsAddedAndRemoved) {
    Rotation rotation(kDirectory, false, {});
    const auto before = listing({"1.mp3", "2.mp3", "4.mp3"});
    play(rotation, *before, 2);
    const auto after = listing({"1.mp3", "3.mp3", "5.mp3"});  // 2, which plays, is gone
    EXPECT_EQ(play(rotation, *after, 3), (std::vector<std::string>{"3.mp3", "5.mp3", "1.mp3"}));
}

TEST_F(RotationTest, ByFolderGoesOnAfterARestartEvenIfTheLastFileIsGone) {
    RotationMemory memory;
    {
        Rotation rotation(kDirectory, false, {});
        play(rotation, *listing({"1 ä.mp3", "2 ö.mp3", "3.mp3"}), 2);
        memory = rotation.memory();
    }
    Rotation rotation(kDirectory, false, memory);
    EXPECT_EQ(play(rotation, *listing({"1 ä.mp3", "3.mp3"})), "3.mp3");
}

TEST_F(RotationTest, GoesOnInTheRootDirectoryToo) {
    const auto files = testing::listing("file:///", {"1.mp3", "2.mp3", "3.mp3"});
    Rotation rotation("file:///", false, {0, 0, "file:///2.mp3", {}});
    EXPECT_EQ(play(rotation, *files), "3.mp3");
}

TEST_F(RotationTest, ShufflePlaysEachOnceARoundAndNeverOneTwiceRunning) {
    const auto files = listing(numbered(7));
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        Rotation rotation(kDirectory, true, seeded(seed));
        std::string before;
        for (int round = 0; round < 4; ++round) {
            const auto heard = play(rotation, *files, 7);
            EXPECT_EQ(std::set<std::string>(heard.begin(), heard.end()).size(), 7u);
            EXPECT_NE(heard.front(), before);
            before = heard.back();
        }
    }
}

TEST_F(RotationTest, RoundsAndSeedsDifferInOrder) {
    const auto files = listing(numbered(20));
    Rotation one(kDirectory, true, seeded(1));
    Rotation other(kDirectory, true, seeded(2));
    const auto first = play(one, *files, 20);
    const auto second = play(one, *files, 20);
    last_.clear();
    EXPECT_NE(first, second);
    EXPECT_NE(first, play(other, *files, 20));
}

TEST_F(RotationTest, ShuffleSurvivesRestartsAtEveryPlace) {
    const auto files = listing(numbered(9));
    Rotation whole(kDirectory, true, seeded(5));
    const auto wanted = play(whole, *files, 30);
    last_.clear();
    RotationMemory memory = seeded(5);
    std::vector<std::string> heard;
    while (heard.size() < 30) {
        Rotation again(kDirectory, true, memory);
        heard.push_back(play(again, *files));
        memory = again.memory();
    }
    EXPECT_EQ(heard, wanted);
}

TEST_F(RotationTest, AddedFilesJoinTheRoundAndRemovedOnesLeaveIt) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        Rotation rotation(kDirectory, true, seeded(seed));
        const auto files = listing(numbered(6));
        auto heard = play(rotation, *files, 4);
        auto paths = numbered(6);
        std::string left;
        for (const std::string& path : paths)
            if (std::find(heard.begin(), heard.end(), path) == heard.end()) left = path;
        std::erase(paths, left);
        paths.push_back("new.mp3");
        const auto changed = listing(paths);
        const auto rest = play(rotation, *changed, 2);
        EXPECT_NE(std::find(rest.begin(), rest.end(), "new.mp3"), rest.end()) << seed;
        heard.insert(heard.end(), rest.begin(), rest.end());
        EXPECT_EQ(std::set<std::string>(heard.begin(), heard.end()).size(), 6u) << seed;
        EXPECT_EQ(std::find(heard.begin(), heard.end(), left), heard.end()) << seed;
    }
}

TEST_F(RotationTest, WhatJoinsAfterTheRoundsLastTrackComesBeforeTheNextRound) {
    Rotation rotation(kDirectory, true, seeded(3));
    const auto files = listing(numbered(3));
    play(rotation, *files, 3);
    ASSERT_NE(rotation.next(*files, failures_, last_), nullptr);  // of the next round, opened ahead
    auto paths = numbered(3);
    paths.push_back("new.mp3");
    EXPECT_EQ(play(rotation, *listing(paths)), "new.mp3");
}

TEST_F(RotationTest, WhatWasOpenedAheadStaysNextWhenOthersJoin) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        Rotation rotation(kDirectory, true, seeded(seed));
        const auto files = listing(numbered(3));
        const std::string ahead = rotation.next(*files, failures_, "")->path;
        EXPECT_EQ(rotation.next(*listing(numbered(40)), failures_, "")->path, ahead);
    }
}

TEST_F(RotationTest, OneFileAloneRepeats) {
    const auto files = listing({"1.mp3"});
    for (const bool shuffle : {false, true}) {
        Rotation rotation(kDirectory, shuffle, seeded(1));
        EXPECT_EQ(play(rotation, *files, 2), (std::vector<std::string>{"1.mp3", "1.mp3"}));
    }
}

TEST_F(RotationTest, NothingComesOfAnEmptyFolder) {
    const auto files = listing({});
    for (const bool shuffle : {false, true}) {
        Rotation rotation(kDirectory, shuffle, seeded(1));
        EXPECT_EQ(rotation.next(*files, failures_, ""), nullptr);
    }
}

TEST_F(RotationTest, NothingComesWhereAllFailUntilOneChanges) {
    for (const bool shuffle : {false, true}) {
        Rotation rotation(kDirectory, shuffle, seeded(1));
        Failures failures;
        const auto files = listing(numbered(4));
        int tries = 0;
        while (const AudioFile* next = rotation.next(*files, failures, "")) {
            ASSERT_LE(++tries, 4);
            EXPECT_TRUE(failures.add(*next, "It is broken."));
            rotation.took(*next, *files);
        }
        EXPECT_EQ(tries, 4);

        std::vector<AudioFile> mended = files->files();
        mended[2].stamp.size = 99;
        const Listing changed(std::move(mended), {});
        for (const AudioFile* file : failures.forget_changed(changed)) rotation.give_back(*file);
        const AudioFile* next = nullptr;
        for (int i = 0; i < 4 && (next = rotation.next(changed, failures, "")); ++i) {
            if (next->stamp.size == 99) break;
            EXPECT_FALSE(failures.add(*next, "It is broken.")) << "that is known";
            rotation.took(*next, changed);
        }
        ASSERT_NE(next, nullptr);
        EXPECT_EQ(next->stamp.size, 99u);
    }
}

TEST_F(RotationTest, AFailedFileComesAgainInTheNextRound) {
    Rotation rotation(kDirectory, true, seeded(1));
    const auto files = listing(numbered(3));
    const AudioFile* broken = rotation.next(*files, failures_, "");
    failures_.add(*broken, "It is broken.");
    rotation.took(*broken, *files);
    for (int i = 0; i < 2; ++i) {
        EXPECT_NE(play(rotation, *files), broken->path);
        failures_.something_played();
    }
    const auto round = play(rotation, *files, 3);
    EXPECT_NE(std::find(round.begin(), round.end(), broken->path), round.end());
}

}  // namespace
}  // namespace consort::radio
