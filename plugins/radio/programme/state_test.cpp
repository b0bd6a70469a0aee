#include "plugins/radio/programme/state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "plugins/radio/programme/state_keeper.hpp"
#include "plugins/radio/programme/test_host.hpp"

namespace consort::radio {
namespace {

using ::testing::HasSubstr;

State example() {
    State state;
    state.line_up.current = {"file:///m/%C3%A4.mp3", "file:///m", false, 12.25};
    state.line_up.since_jingle = 3;
    state.line_up.trail = {{"file:///m/1.mp3", "file:///m"}, {"file:///n/2.mp3", "file:///n"}};
    state.line_up.trail_at = 1;
    state.line_up.rotations["tracks file:///m"] = {
        0xFEDCBA9876543210, 7, "file:///m/1.mp3", {0, 5, 0xFFFFFFFFFFFFFFFF}};
    state.line_up.rotations["jingles file:///j"] = {};
    state.history = {{"Ä \"quoted\"\n\t", "A", "B", "ä.mp3", 1'700'000'000'123, false, false},
                     {"broken \xFF tag", "", "", "j.mp3", 1, true, false},
                     {"DJ", "", "", "", 2, false, true}};
    return state;
}

TEST(StateTest, ComesBackAsItWas) {
    const auto state = state_from_json(to_json(example()));
    ASSERT_TRUE(state) << state.error().text;
    EXPECT_EQ(*state, example());
    const auto empty = state_from_json(to_json(State{}));
    ASSERT_TRUE(empty) << empty.error().text;
    EXPECT_EQ(*empty, State{});
    const Position position{"file:///x", 1e6 + 0.25};
    EXPECT_EQ(*position_from_json(to_json(position)), position);
}

TEST(StateTest, NoTextDoesHarm) {
    const std::string whole = to_json(example());
    for (std::size_t length = 0; length < whole.size(); ++length) {
        const auto cut = state_from_json(std::string_view(whole).substr(0, length));
        ASSERT_FALSE(cut) << length;
        EXPECT_EQ(cut.error().status, CONSORT_E_CORRUPT);
    }
    for (std::size_t at = 0; at < whole.size(); ++at)
        for (const char other : {'0', '"', '{', '-', '\xFF', 'x'}) {
            std::string changed = whole;
            changed[at] = other;
            static_cast<void>(state_from_json(changed));
        }
    for (const char* bad :
         {"[]", "null", "{}", R"({"version":1})", R"({"version":1,"uri":"x","seconds":-1})",
          R"({"version":1,"uri":"x","seconds":1e999})", R"({"version":1,"uri":3,"seconds":1})"})
        EXPECT_FALSE(position_from_json(bad)) << bad;
    EXPECT_FALSE(state_from_json(std::string(100'000, '[')));
    EXPECT_EQ(position_from_json(R"({"version":2})").error().status, CONSORT_E_UNSUPPORTED);
}

TEST(StateFileTest, IsWholeWheneverItsWriterIsKilled) {
    const testing::TemporaryDirectory directory;
    const StateFile file((directory.path() / "state").string());
    const std::string texts[] = {std::string(300'000, 'a'), std::string(700'000, 'b')};
    for (int round = 0; round < 20; ++round) {
        const pid_t writer = ::fork();
        ASSERT_GE(writer, 0);
        if (writer == 0)
            for (;;)
                for (const std::string& text : texts) static_cast<void>(file.write(text));
        testing::fs::remove(directory.path() / "state");
        while (!testing::fs::exists(directory.path() / "state")) std::this_thread::yield();
        // At another moment of its work in every round.
        for (int i = 0; i < round * 5; ++i) static_cast<void>(file.read());
        ::kill(writer, SIGKILL);
        ::waitpid(writer, nullptr, 0);
        const auto text = file.read();
        ASSERT_TRUE(text) << text.error().text;
        EXPECT_TRUE(*text == texts[0] || *text == texts[1]) << text->size();
    }
}

class StateKeeperTest : public testing::DirectoryTest {
  protected:
    StateKeeper keeper(const std::string& station = "/jazz") {
        return {Log(host_.link()), directory_.path().string(), station};
    }
    testing::fs::path file(const std::string& ending) const {
        return at("programme-%2Fjazz" + ending);
    }
};

TEST_F(StateKeeperTest, KeepsStateAndPositionOfEveryStation) {
    keeper().save(example());
    keeper().save(Position{example().line_up.current->uri, 99.5});
    State wanted = example();
    wanted.line_up.current->seconds = 99.5;
    EXPECT_EQ(keeper().load(), wanted);
    keeper().save(Position{"file:///of/another.mp3", 3});
    EXPECT_EQ(keeper().load(), example()) << "the position of another track says nothing";
    for (const char* other : {"/", "/jaz%7A", "/jazz/", "jazz"})
        EXPECT_EQ(keeper(other).load(), State{}) << other;
    const std::string longest(5'000, 'x');
    keeper(longest).save(example());
    EXPECT_EQ(keeper(longest).load(), example());
    EXPECT_EQ(keeper(longest + "y").load(), State{});
    EXPECT_TRUE(host_.log.lines.empty());
}

TEST_F(StateKeeperTest, DamagedAndOldFilesArePutAside) {
    testing::put(file(".json"), "{\"version\":1,");
    testing::put(file(".position.json"), "{\"version\":0}");
    EXPECT_EQ(keeper().load(), State{});
    EXPECT_EQ(host_.logged("put aside as " + file(".json.damaged").string()), 1);
    EXPECT_EQ(host_.logged("of station /jazz cannot be used"), 2);
    EXPECT_TRUE(testing::fs::exists(file(".json.damaged")));
    EXPECT_FALSE(testing::fs::exists(file(".json")));
    keeper().save(example());
    EXPECT_EQ(keeper().load(), example());
    EXPECT_TRUE(testing::fs::exists(file(".position.json.old")));
}

TEST_F(StateKeeperTest, AWriteThatFailsLeavesTheOldStateAndIsToldOnce) {
    auto kept = keeper();
    kept.save(example());
    testing::fs::create_directory(file(".json.new"));  // in the draft's way
    for (int i = 0; i < 3; ++i) kept.save(State{});
    EXPECT_EQ(host_.logged("will not be known after a restart"), 1);
    EXPECT_EQ(keeper().load(), example());
    testing::fs::remove(file(".json.new"));
    kept.save(State{});
    EXPECT_EQ(keeper().load(), State{});
}

TEST_F(StateKeeperTest, WithoutADirectoryNothingIsKept) {
    StateKeeper none(Log(host_.link()), "", "/jazz");
    none.save(example());
    EXPECT_EQ(none.load(), State{});
    EXPECT_TRUE(host_.log.lines.empty());
}

}  // namespace
}  // namespace consort::radio
