#include "plugins/radio/programme/line_up.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugins/radio/programme/test_listing.hpp"

namespace consort::radio {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::listing;

const std::string kMusic = "file:///music", kMorning = "file:///morning", kJingles = "file:///j";

class LineUpTest : public ::testing::Test {
  protected:
    LineUp::Setup setup_{kMusic, {kMorning}, "", 0, false, 1};
    std::unique_ptr<LineUp> line_up_;

    void make(const std::vector<std::string>& music, LineUpMemory memory = {}) {
        line_up_ = std::make_unique<LineUp>(setup_, std::move(memory));
        line_up_->listed(kMusic, false, listing(kMusic, music));
        line_up_->listed(kMorning, false, listing(kMorning, {"m1.mp3", "m2.mp3"}));
        line_up_->listed(kJingles, true, listing(kJingles, {"a.mp3", "b.mp3"}));
    }
    // Plays the next entry; its name, or empty.
    std::string play() {
        const auto entry = line_up_->next();
        if (!entry) return {};
        line_up_->began(*entry);
        line_up_->reached(1);
        return name_of(entry->uri);
    }
    std::vector<std::string> play(int count) {
        std::vector<std::string> heard;
        for (int i = 0; i < count; ++i) heard.push_back(play());
        return heard;
    }
    std::string next() {
        const auto entry = line_up_->next();
        return entry ? name_of(entry->uri) : "";
    }
    bool fail() { return line_up_->failed(*line_up_->next(), "It is broken."); }
};

TEST_F(LineUpTest, AskingTakesNoTurn) {
    make({"1.mp3", "2.mp3"});
    EXPECT_EQ(next(), "1.mp3");
    EXPECT_EQ(next(), "1.mp3");
    EXPECT_THAT(play(3), ElementsAre("1.mp3", "2.mp3", "1.mp3"));
}

TEST_F(LineUpTest, TellsAFewAheadAsTheyWillCome) {
    setup_.jingles = kJingles;
    setup_.jingle_every = 3;
    setup_.shuffle = true;
    make({"1.mp3", "2.mp3", "3.mp3", "4.mp3", "5.mp3"});
    for (int i = 0; i < 30; ++i) {
        std::vector<std::string> told;
        for (const Entry& each : line_up_->next_few(9)) told.push_back(name_of(each.uri));
        ASSERT_EQ(told.size(), 9u);
        if (i == 20)
            line_up_->step_back();
        else
            EXPECT_EQ(play(3), std::vector<std::string>(told.begin(), told.begin() + 3));
    }
    make({});
    EXPECT_THAT(line_up_->next_few(3), IsEmpty());
}

TEST_F(LineUpTest, WhatWasOpenedAheadMayBeginThoughItIsNoLongerNext) {
    make({"1.mp3", "3.mp3", "4.mp3"});
    play();
    const Entry ahead = *line_up_->next();
    line_up_->listed(kMusic, false, listing(kMusic, {"1.mp3", "2.mp3", "3.mp3", "4.mp3"}));
    EXPECT_EQ(next(), "2.mp3");
    line_up_->began(ahead);
    EXPECT_EQ(next(), "4.mp3");
    line_up_->listed(kMusic, false, listing(kMusic, {"1.mp3"}));  // which plays is gone
    EXPECT_EQ(play(), "1.mp3");
}

TEST_F(LineUpTest, AJingleComesAfterEveryNTracks) {
    setup_.jingles = kJingles;
    setup_.jingle_every = 2;
    make({"1.mp3", "2.mp3", "3.mp3"});
    EXPECT_THAT(play(8), ElementsAre("1.mp3", "2.mp3", "a.mp3", "3.mp3", "1.mp3", "b.mp3", "2.mp3",
                                     "3.mp3"));
    const auto jingle = line_up_->next();
    EXPECT_TRUE(jingle->jingle);
    EXPECT_TRUE(fail());
    EXPECT_TRUE(fail());
    EXPECT_EQ(play(), "1.mp3") << "jingles that fail do not stop the music";
}

TEST_F(LineUpTest, StepsBackThroughWhatWasPlayedAndForwardAgain) {
    make({"1.mp3", "2.mp3", "3.mp3", "4.mp3"});
    play(3);
    line_up_->step_back();
    EXPECT_EQ(play(), "2.mp3");
    EXPECT_EQ(next(), "3.mp3");
    line_up_->step_back();
    EXPECT_EQ(play(), "1.mp3");
    line_up_->step_back();
    EXPECT_EQ(play(), "1.mp3") << "there is nothing before it";
    EXPECT_THAT(play(4), ElementsAre("2.mp3", "3.mp3", "4.mp3", "1.mp3"));
    line_up_->step_back();
    line_up_->step_back();
    EXPECT_EQ(next(), "3.mp3") << "as often as asked before a turn is taken";
    line_up_->skip();
    EXPECT_EQ(next(), "2.mp3");
}

TEST_F(LineUpTest, SteppingBackFromAJingleLeadsToTheTrackBeforeIt) {
    setup_.jingles = kJingles;
    setup_.jingle_every = 2;
    make({"1.mp3", "2.mp3", "3.mp3"});
    play(3);
    line_up_->step_back();
    EXPECT_EQ(play(), "2.mp3");
}

TEST_F(LineUpTest, StepsBackPassOverWhatIsGoneOrFails) {
    make({"1.mp3", "2.mp3", "3.mp3", "4.mp3"});
    play(4);
    line_up_->listed(kMusic, false, listing(kMusic, {"1.mp3", "2.mp3", "4.mp3"}));
    line_up_->step_back();
    EXPECT_EQ(next(), "2.mp3");
    fail();
    EXPECT_EQ(play(), "1.mp3");
}

TEST_F(LineUpTest, ShuffledStepsBackDoNotDisturbTheRound) {
    setup_.shuffle = true;
    make({"1.mp3", "2.mp3", "3.mp3", "4.mp3", "5.mp3"});
    auto heard = play(3);
    line_up_->step_back();
    EXPECT_EQ(play(), heard[1]);
    EXPECT_EQ(play(), heard[2]);
    heard.push_back(play());
    heard.push_back(play());
    EXPECT_THAT(heard,
                ::testing::UnorderedElementsAre("1.mp3", "2.mp3", "3.mp3", "4.mp3", "5.mp3"));
}

TEST_F(LineUpTest, EachDirectoryKeepsItsPlace) {
    make({"1.mp3", "2.mp3", "3.mp3"});
    play();
    line_up_->tune(kMorning);
    EXPECT_EQ(play(), "m1.mp3");
    line_up_->tune(kMusic);
    EXPECT_EQ(play(), "2.mp3");
    line_up_->tune(kMorning);
    EXPECT_EQ(play(), "m2.mp3");
    line_up_->step_back();
    EXPECT_EQ(play(), "2.mp3") << "back is what was played, from wherever";
    EXPECT_EQ(next(), "m2.mp3");
    line_up_->tune(kMusic);
    EXPECT_EQ(next(), "3.mp3") << "what lies ahead is of another hour";
}

TEST_F(LineUpTest, TheBasePlaysWhereTheHoursDirectoryHasNothing) {
    make({"1.mp3"});
    line_up_->listed(kMorning, false, listing(kMorning, {}));
    line_up_->tune(kMorning);
    EXPECT_EQ(next(), "1.mp3");
    const auto report = line_up_->report();
    EXPECT_EQ(report.trouble, "");
    EXPECT_EQ(report.directory, kMorning);
    EXPECT_THAT(report.problems, ElementsAre(AllOf(HasSubstr("nothing to play in '/morning'"),
                                                   HasSubstr("'/music' plays"))));
}

TEST_F(LineUpTest, WhatFailsIsToldOnceAndPassedOver) {
    make({"1.mp3", "2.mp3", "3.mp3"});
    play();
    EXPECT_TRUE(fail());
    EXPECT_THAT(play(2), ElementsAre("3.mp3", "1.mp3"));
    EXPECT_EQ(next(), "2.mp3") << "its next turn";
    EXPECT_FALSE(fail());
    EXPECT_EQ(play(), "3.mp3");
    EXPECT_THAT(line_up_->report().problems,
                ElementsAre("'/music/2.mp3' could not be played: It is broken."));
}

TEST_F(LineUpTest, NothingIsPlayedWhereAllFailUntilItMayWorkAgain) {
    make({"1.mp3", "2.mp3"});
    play();
    EXPECT_TRUE(fail());
    EXPECT_TRUE(fail());
    EXPECT_EQ(line_up_->next(), std::nullopt);
    EXPECT_THAT(line_up_->report().trouble,
                AllOf(HasSubstr("'/music'"), HasSubstr("all 2 files fail"), HasSubstr("'1.mp3'"),
                      HasSubstr("It is broken.")));
    EXPECT_TRUE(line_up_->forgive());
    EXPECT_EQ(next(), "2.mp3");
    EXPECT_FALSE(fail());
    EXPECT_FALSE(fail());
    EXPECT_EQ(next(), "");
    line_up_->listed(kMusic, false, listing(kMusic, {"1.mp3", "2.mp3"}, 2));
    EXPECT_EQ(next(), "2.mp3") << "the files have changed";
}

TEST_F(LineUpTest, FilesThatBeginAndFailAtOnceDoNotGoRoundForEver) {
    for (const bool shuffle : {false, true}) {
        setup_.shuffle = shuffle;
        make({"1.mp3", "2.mp3", "3.mp3"});
        int tries = 0;
        while (const auto entry = line_up_->next()) {
            ASSERT_LT(++tries, 10);
            line_up_->began(*entry);
            line_up_->failed(*entry, "It has no sound.");
        }
        EXPECT_EQ(tries, 3);
    }
}

TEST_F(LineUpTest, SaysWhyNothingPlays) {
    line_up_ = std::make_unique<LineUp>(setup_, LineUpMemory{});
    EXPECT_EQ(next(), "");
    EXPECT_THAT(line_up_->report().trouble, HasSubstr("is being read"));
    line_up_->listed(kMusic, false, listing(kMusic, {}));
    EXPECT_EQ(line_up_->report().trouble,
              "There is nothing to play in '/music': put audio files there.");
    line_up_->listed(kMusic, false, listing(kMusic, {}, 1, {"The directory is secret."}));
    EXPECT_THAT(line_up_->report().trouble, HasSubstr("The directory is secret."));
}

TEST_F(LineUpTest, ARestartGoesOnInTheSameTrack) {
    setup_.jingles = kJingles;
    setup_.jingle_every = 3;
    make({"1.mp3", "2.mp3", "3.mp3"});
    play(2);
    line_up_->reached(42.5);
    make({"1.mp3", "2.mp3", "3.mp3"}, line_up_->memory());
    const auto entry = line_up_->next();
    ASSERT_TRUE(entry);
    EXPECT_EQ(name_of(entry->uri), "2.mp3");
    EXPECT_EQ(entry->start_seconds, 42.5);
    EXPECT_FALSE(line_up_->began(*entry)) << "it is the same play";
    line_up_->step_back();
    EXPECT_EQ(next(), "1.mp3");
    line_up_->skip();
    EXPECT_THAT(play(3), ElementsAre("3.mp3", "a.mp3", "1.mp3"));
}

TEST_F(LineUpTest, ARestartIsForgottenBeforeItsFirstTrackToo) {
    make({"1.mp3", "2.mp3"});
    play(1);
    line_up_->reached(7);
    const LineUpMemory memory = line_up_->memory();
    make({"1.mp3", "2.mp3"}, memory);
    EXPECT_EQ(line_up_->memory(), memory) << "a restart after which nothing was played";
    line_up_->failed(*line_up_->next(), "It is broken.");
    EXPECT_EQ(next(), "2.mp3");
}

TEST_F(LineUpTest, ARestartWithoutTheTrackGoesOnWithTheNext) {
    make({"1.mp3", "2.mp3", "3.mp3"});
    play(2);
    make({"1.mp3", "3.mp3"}, line_up_->memory());
    EXPECT_EQ(next(), "3.mp3");
    make({"1.mp3", "2.mp3", "3.mp3"}, line_up_->memory());
    setup_.base = "file:///other";
    LineUp other(setup_, line_up_->memory());
    EXPECT_EQ(other.next(), std::nullopt);
    other.listed("file:///other", false, listing("file:///other", {"x.mp3"}));
    EXPECT_EQ(name_of(other.next()->uri), "x.mp3");
}

TEST_F(LineUpTest, ARestartKeepsTheRoundOfAShuffle) {
    setup_.shuffle = true;
    const std::vector<std::string> names = {"1.mp3", "2.mp3", "3.mp3", "4.mp3", "5.mp3", "6.mp3"};
    make(names);
    std::vector<std::string> heard;
    for (int round = 0; round < 5; ++round) {
        std::set<std::string> once;
        while (once.size() < names.size()) {
            const std::string name = play();
            EXPECT_TRUE(once.insert(name).second) << name;
            if (!heard.empty()) {
                EXPECT_NE(heard.back(), name);
            }
            heard.push_back(name);
            setup_.seed += 1;
            make(names, line_up_->memory());
            EXPECT_EQ(play(), name) << "goes on where it was";
        }
    }
}

}  // namespace
}  // namespace consort::radio
