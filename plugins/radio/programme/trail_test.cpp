#include "plugins/radio/programme/trail.hpp"

#include <gtest/gtest.h>

namespace consort::radio {
namespace {

const Trail::Playable kAll = [](const TrailItem&) { return true; };

TEST(TrailTest, IsBounded) {
    Trail trail;
    EXPECT_EQ(trail.current(), nullptr);
    for (int i = 0; i < 250; ++i) trail.add({std::to_string(i), ""});
    EXPECT_EQ(trail.items().size(), Trail::kMost);
    EXPECT_EQ(trail.current()->uri, "249");
    for (int i = 0; i < 300; ++i) trail.step_back(kAll, false);
    EXPECT_EQ(trail.behind(kAll)->uri, "150");
}

TEST(TrailTest, ANewTrackCutsOffWhatLayAhead) {
    Trail trail;
    for (const char* name : {"a", "b", "c"}) trail.add({name, ""});
    trail.step_back(kAll, false);
    trail.go(*trail.behind(kAll));
    EXPECT_EQ(trail.ahead(kAll)->uri, "c");
    trail.add({"d", ""});
    EXPECT_EQ(trail.ahead(kAll), nullptr);
    trail.step_back(kAll, false);
    EXPECT_EQ(trail.behind(kAll)->uri, "b");
}

TEST(TrailTest, TakesAnyMemory) {
    EXPECT_EQ(Trail({}, 7).current(), nullptr);
    EXPECT_EQ(Trail({{"a", ""}}, 7).current()->uri, "a");
    std::vector<TrailItem> many(150, {"x", ""});
    many[60].uri = "here";
    EXPECT_EQ(Trail(many, 60).current()->uri, "here");
    EXPECT_EQ(Trail(many, 20).at(), 0u);
    Trail empty;
    empty.step_back(kAll, true);
    EXPECT_EQ(empty.behind(kAll), nullptr);
}

}  // namespace
}  // namespace consort::radio
