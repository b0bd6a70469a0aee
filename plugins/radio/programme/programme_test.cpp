#include "plugins/radio/programme/programme.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugins/radio/programme/test_host.hpp"

namespace consort::radio {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::put;

class ProgrammeTest : public testing::DirectoryTest {
  protected:
    // Noon, as the clock on the wall shows it wherever this runs.
    std::chrono::system_clock::time_point wall_ = [] {
        std::tm parts{};
        parts.tm_year = 126;
        parts.tm_mday = 10;
        parts.tm_hour = 12;
        parts.tm_isdst = -1;
        return std::chrono::system_clock::from_time_t(std::mktime(&parts));
    }();
    ProgrammeSettings settings_;
    std::unique_ptr<Programme> programme_;
    int changes_ = 0, switches_ = 0;

    void SetUp() override {
        testing::fs::create_directory(at("state"));
        settings_.name = "/jazz";
        settings_.directory = testing::uri_of(at("music")) + "/";
        settings_.state_directory = at("state").string();
    }
    void start() {
        programme_.reset();
        programme_ = std::make_unique<Programme>(host_.link(), settings_, [this] { return wall_; });
        programme_->start([this] { ++changes_; }, [this] { ++switches_; });
        host_.clock.advance(seconds(1));
    }
    // A start after which nothing of the last run was written any more, as after kill -9.
    void start_after_a_kill() {
        const testing::fs::path copy = at("copy");
        testing::fs::copy(at("state"), copy);
        programme_.reset();
        testing::fs::remove_all(at("state"));
        testing::fs::rename(copy, at("state"));
        start();
    }
    std::string next() {
        const auto entry = programme_->next();
        return entry ? name_of(entry->uri) : "";
    }
    std::string play() {
        const auto entry = programme_->next();
        if (!entry) return {};
        Track track;
        track.uri = entry->uri;
        track.title = "The " + name_of(entry->uri);
        track.jingle = entry->jingle;
        programme_->began(*entry, track);
        programme_->reached(1);
        return name_of(entry->uri);
    }
};

TEST_F(ProgrammeTest, WakesItsListenerWhenSomethingToPlayAppears) {
    start();
    EXPECT_EQ(programme_->next(), std::nullopt);
    EXPECT_EQ(changes_, 0);
    EXPECT_THAT(programme_->report().trouble, HasSubstr("does not exist"));
    testing::fs::create_directory(at("music"));
    host_.clock.advance(seconds(20));
    EXPECT_THAT(programme_->report().trouble, HasSubstr("put audio files there"));
    EXPECT_EQ(changes_, 0);
    put(at("music/1.mp3"));
    host_.disk.tell(CONSORT_CHANGE_WRITTEN, at("music/1.mp3"));
    host_.clock.advance(seconds(1));
    EXPECT_EQ(changes_, 1);
    EXPECT_EQ(programme_->report().trouble, "");
    EXPECT_EQ(programme_->report().files, 1u);
    EXPECT_EQ(play(), "1.mp3");
    testing::fs::remove(at("music/1.mp3"));  // while it plays
    host_.disk.tell(CONSORT_CHANGE_REMOVED, at("music/1.mp3"));
    host_.clock.advance(seconds(1));
    EXPECT_EQ(programme_->next(), std::nullopt);
    put(at("music/2.mp3"));
    host_.disk.tell(CONSORT_CHANGE_WRITTEN, at("music/2.mp3"));
    host_.clock.advance(seconds(1));
    EXPECT_EQ(changes_, 2);
    EXPECT_EQ(next(), "2.mp3");
}

TEST_F(ProgrammeTest, GoesOnAfterAStopAndAfterAKill) {
    for (const char* name : {"music/1.mp3", "music/2.mp3", "music/3.mp3"}) put(at(name));
    start();
    EXPECT_EQ(play(), "1.mp3");
    EXPECT_EQ(play(), "2.mp3");
    programme_->reached(17.25);
    start();
    EXPECT_EQ(programme_->next()->start_seconds, 17.25);
    EXPECT_EQ(play(), "2.mp3");
    programme_->reached(30);
    host_.clock.advance(seconds(1));
    programme_->reached(31);  // too late to be written
    start_after_a_kill();
    EXPECT_EQ(programme_->next()->start_seconds, 30);
    EXPECT_EQ(play(), "2.mp3");
    EXPECT_EQ(play(), "3.mp3");
    EXPECT_EQ(programme_->history().size(), 3u) << "going on is no new play";
    programme_->step_back();
    EXPECT_EQ(play(), "2.mp3");
    EXPECT_EQ(host_.log.lines.size(), 0u);
}

TEST_F(ProgrammeTest, WritesAtMostOnceASecondAndOnlyWhatChanged) {
    put(at("music/1.mp3"));
    start();
    play();
    const auto state = at("state/programme-%2Fjazz.json");
    const auto position = at("state/programme-%2Fjazz.position.json");
    EXPECT_FALSE(testing::fs::exists(position)) << "the station's thread writes nothing";
    host_.clock.advance(seconds(1));
    ASSERT_TRUE(testing::fs::exists(position));
    testing::fs::remove(state);
    testing::fs::remove(position);
    host_.clock.advance(seconds(5));
    EXPECT_FALSE(testing::fs::exists(position));
    programme_->reached(2);
    host_.clock.advance(seconds(1));
    EXPECT_TRUE(testing::fs::exists(position));
    EXPECT_FALSE(testing::fs::exists(state)) << "the same track plays";
}

TEST_F(ProgrammeTest, DamagedStateIsNoReasonNotToPlay) {
    put(at("music/1.mp3"));
    put(at("state/programme-%2Fjazz.json"), "\x01 rubbish");
    put(at("state/programme-%2Fjazz.position.json"), "rubbish");
    start();
    EXPECT_EQ(play(), "1.mp3");
    EXPECT_EQ(host_.logged("put aside"), 2);
    start();
    EXPECT_EQ(host_.logged("put aside"), 2);
    EXPECT_EQ(programme_->history().size(), 1u);
}

TEST_F(ProgrammeTest, TheHistoryTellsWhatPlayedWhen) {
    put(at("music/1 ä.mp3"));
    put(at("jingles/j.mp3"));
    settings_.jingles = testing::uri_of(at("jingles"));
    settings_.jingle_every = 1;
    start();
    EXPECT_EQ(play(), "1 ä.mp3");
    wall_ += seconds(60);
    EXPECT_EQ(play(), "j.mp3");
    Track live;
    live.title = "DJ";
    live.live = true;
    programme_->began({}, live);
    programme_->reached(500);
    const auto noon = (wall_ - seconds(60)).time_since_epoch() / std::chrono::milliseconds(1);
    const std::vector<Played> wanted = {{"DJ", "", "", "", noon + 60'000, false, true},
                                        {"The j.mp3", "", "", "j.mp3", noon + 60'000, true, false},
                                        {"The 1 ä.mp3", "", "", "1 ä.mp3", noon, false, false}};
    EXPECT_EQ(programme_->history(), wanted);
    start();
    EXPECT_EQ(programme_->history(), wanted);
    EXPECT_EQ(programme_->next()->start_seconds, 1) << "what the live source has cut off";
    for (int i = 0; i < 300; ++i) play();
    EXPECT_EQ(programme_->history().size(), History::kMost);
}

TEST_F(ProgrammeTest, TheHoursDirectoryPlaysInItsHour) {
    put(at("music/1.mp3"));
    put(at("music/2.mp3"));
    put(at("lunch/l.mp3"));
    auto entry = parse_schedule_entry("daily 12:30-13:00 " + testing::uri_of(at("lunch")));
    ASSERT_TRUE(entry);
    settings_.schedule = {*entry};
    start();
    EXPECT_EQ(play(), "1.mp3");
    wall_ += std::chrono::minutes(30);
    EXPECT_EQ(play(), "l.mp3");
    EXPECT_EQ(play(), "l.mp3");
    wall_ += std::chrono::minutes(30);
    EXPECT_EQ(play(), "2.mp3");
}

TEST_F(ProgrammeTest, AnHourThatComesEndsTheTrackThatPlays) {
    for (const char* name : {"music/1.mp3", "music/2.mp3", "lunch/l.mp3"}) put(at(name));
    settings_.schedule = {
        *parse_schedule_entry("daily 12:30-13:00 " + testing::uri_of(at("lunch")))};
    start();
    EXPECT_EQ(play(), "1.mp3");
    host_.clock.advance(seconds(60));
    EXPECT_EQ(switches_, 0);
    wall_ += std::chrono::minutes(30);
    host_.clock.advance(seconds(1));
    EXPECT_EQ(switches_, 1);
    EXPECT_EQ(play(), "l.mp3");
    host_.clock.advance(seconds(60));
    EXPECT_EQ(switches_, 1);
    wall_ += std::chrono::minutes(30);
    host_.clock.advance(seconds(1));
    EXPECT_EQ(switches_, 2);
    EXPECT_EQ(play(), "2.mp3");
    host_.clock.advance(seconds(60));
    EXPECT_EQ(switches_, 2);
}

TEST_F(ProgrammeTest, AnHourEndsNoTrackWhereItHasNothingOrIsToWait) {
    put(at("music/1.mp3"));
    settings_.schedule = {
        *parse_schedule_entry("daily 12:30-13:00 " + testing::uri_of(at("lunch")))};
    start();
    EXPECT_EQ(play(), "1.mp3");
    wall_ += std::chrono::minutes(30);
    host_.clock.advance(seconds(60));
    EXPECT_EQ(switches_, 0);
    wall_ -= std::chrono::minutes(30);
    put(at("lunch/l.mp3"));
    settings_.switch_at_once = false;
    start();
    EXPECT_EQ(play(), "1.mp3");
    wall_ += std::chrono::minutes(30);
    host_.clock.advance(seconds(60));
    EXPECT_EQ(switches_, 0);
    EXPECT_EQ(play(), "l.mp3");
}

TEST_F(ProgrammeTest, NothingToPlayHasACode) {
    const auto code = [&] { return std::string(programme_->report().trouble_code); };
    testing::fs::create_directory(at("music"));
    host_.disk.denied = {at("music")};
    start();
    EXPECT_EQ(code(), "directory_unreadable");
    host_.disk.denied.clear();
    programme_->reload();
    EXPECT_EQ(code(), "directory_empty");
    testing::fs::remove(at("music"));
    programme_->reload();
    EXPECT_EQ(code(), "directory_missing");
    testing::fs::create_directory(at("music"));
    host_.disk.out_of_reach = {at("music")};
    start();
    EXPECT_EQ(code(), "directory_unreachable");
    host_.disk.out_of_reach.clear();
    put(at("music/1.mp3"));
    host_.disk.denied = {at("music/1.mp3")};
    programme_->reload();
    EXPECT_EQ(code(), "files_unreadable");
    host_.disk.denied.clear();
    host_.clock.advance(seconds(70));  // it may still be written
    EXPECT_EQ(code(), "");
    const auto broken = programme_->next();
    ASSERT_TRUE(broken);
    programme_->failed(*broken, "It is broken.");
    EXPECT_EQ(code(), "files_broken");
}

TEST_F(ProgrammeTest, AnHourThatComesWakesASilentStation) {
    testing::fs::create_directory(at("music"));
    put(at("lunch/l.mp3"));
    settings_.schedule = {
        *parse_schedule_entry("daily 12:30-13:00 " + testing::uri_of(at("lunch")))};
    start();
    EXPECT_EQ(next(), "");
    host_.clock.advance(seconds(5));
    EXPECT_EQ(changes_, 0);
    wall_ += std::chrono::minutes(30);
    host_.clock.advance(seconds(1));
    EXPECT_EQ(changes_, 1);
    EXPECT_EQ(next(), "l.mp3");
}

TEST_F(ProgrammeTest, WhereAllFailsItIsToldOnceAndTriedAgainLater) {
    put(at("music/1.mp3"));
    put(at("music/2.mp3"));
    start();
    const auto fail_all = [&] {
        int tries = 0;
        while (const auto entry = programme_->next()) {
            programme_->failed(*entry, "It is broken.");
            if (++tries > 5) break;
        }
        return tries;
    };
    EXPECT_EQ(fail_all(), 2);
    EXPECT_EQ(host_.logged("1.mp3' and goes on without it: It is broken."), 1);
    EXPECT_THAT(programme_->report().trouble, HasSubstr("all 2 files fail"));
    const int before = changes_;
    host_.clock.advance(seconds(55));
    EXPECT_EQ(changes_, before);
    host_.clock.advance(seconds(10));
    EXPECT_EQ(changes_, before + 1);
    EXPECT_EQ(fail_all(), 2);
    programme_->reload();
    EXPECT_EQ(fail_all(), 2);
    put(at("music/2.mp3"), "mended");
    host_.disk.tell(CONSORT_CHANGE_WRITTEN, at("music/2.mp3"));
    host_.clock.advance(seconds(1));
    EXPECT_EQ(changes_, before + 2);
    ASSERT_NE(next(), "");
    while (next() == "1.mp3") programme_->failed(*programme_->next(), "It is broken.");
    EXPECT_EQ(play(), "2.mp3");
    EXPECT_EQ(host_.logged("goes on without it"), 2);
}

TEST_F(ProgrammeTest, NothingIsCalledAfterStop) {
    testing::fs::create_directory(at("music"));
    start();
    EXPECT_EQ(next(), "");
    programme_->stop();
    put(at("music/1.mp3"));
    host_.disk.tell(CONSORT_CHANGE_WRITTEN, at("music/1.mp3"));
    programme_->reload();
    host_.clock.advance(seconds(700));
    EXPECT_EQ(changes_, 0);
    EXPECT_EQ(next(), "");
    programme_->stop();
}

}  // namespace
}  // namespace consort::radio
