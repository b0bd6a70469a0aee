#include "plugins/radio/programme/schedule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace consort::radio {
namespace {

using ::testing::HasSubstr;

ScheduleEntry parsed(std::string_view text) {
    auto entry = parse_schedule_entry(text);
    EXPECT_TRUE(entry) << (entry ? "" : entry.error().text);
    return entry ? *entry : ScheduleEntry{};
}

constexpr int kMonday = 0, kFriday = 4, kSaturday = 5, kSunday = 6;
constexpr int at(int hours, int minutes = 0) { return hours * 60 + minutes; }

TEST(ScheduleTest, DaysTimesAndDirectory) {
    const ScheduleEntry entry = parsed(" Mon-FRI\t7:00-10:30   /music/good morning ");
    EXPECT_EQ(entry.directory, "/music/good morning");
    EXPECT_TRUE(entry.covers({kMonday, at(7)}));
    EXPECT_TRUE(entry.covers({kFriday, at(10, 29)}));
    EXPECT_FALSE(entry.covers({kFriday, at(10, 30)}));
    EXPECT_FALSE(entry.covers({kMonday, at(6, 59)}));
    EXPECT_FALSE(entry.covers({kSaturday, at(8)}));
}

TEST(ScheduleTest, ListsAndRangesOverTheWeeksEnd) {
    const ScheduleEntry entry = parsed("sat-mon,wed 00:00-24:00 x");
    const std::array<bool, 7> wanted{true, false, true, false, false, true, true};
    EXPECT_EQ(entry.days, wanted);
    EXPECT_TRUE(entry.covers({kSunday, at(23, 59)}));
    EXPECT_TRUE(entry.covers({kSunday, 0}));
    const ScheduleEntry daily = parsed("daily 12:00-13:00 x");
    for (int day = 0; day < 7; ++day) EXPECT_TRUE(daily.covers({day, at(12)}));
}

TEST(ScheduleTest, OverMidnightBelongsToTheDayItBegins) {
    const ScheduleEntry entry = parsed("fri 22:00-02:00 x");
    EXPECT_TRUE(entry.covers({kFriday, at(22)}));
    EXPECT_TRUE(entry.covers({kSaturday, at(1, 59)}));
    EXPECT_FALSE(entry.covers({kSaturday, at(2)}));
    EXPECT_FALSE(entry.covers({kSaturday, at(22)}));
    EXPECT_FALSE(entry.covers({kFriday, at(1)}));
    EXPECT_TRUE(parsed("sun 22:00-02:00 x").covers({kMonday, at(1)}));
    EXPECT_FALSE(parsed("fri 22:00-24:00 x").covers({kSaturday, 0}));
}

TEST(ScheduleTest, TheLastOfThoseThatFitWins) {
    const std::vector<ScheduleEntry> entries = {parsed("daily 06:00-12:00 a"),
                                                parsed("sun 08:00-09:00 b")};
    EXPECT_EQ(entry_at(entries, {kSunday, at(8)})->directory, "b");
    EXPECT_EQ(entry_at(entries, {kSunday, at(9)})->directory, "a");
    EXPECT_EQ(entry_at(entries, {kSunday, at(12)}), nullptr);
}

TEST(ScheduleTest, ErrorsNameTheEntryAndWhatIsExpected) {
    const auto error = [](std::string_view text) {
        const auto entry = parse_schedule_entry(text);
        EXPECT_FALSE(entry) << text;
        return entry ? std::string() : entry.error().text;
    };
    EXPECT_THAT(error("mon-fry 07:00-10:00 /m"),
                AllOf(HasSubstr("'mon-fry 07:00-10:00 /m'"), HasSubstr("no days")));
    EXPECT_THAT(error("mon- 07:00-10:00 /m"), HasSubstr("no days"));
    EXPECT_THAT(error("mon,,tue 07:00-10:00 /m"), HasSubstr("no days"));
    EXPECT_THAT(error(""), HasSubstr("no days"));
    EXPECT_THAT(error("mon"), HasSubstr("two times"));
    EXPECT_THAT(error("mon 07:00 /m"), HasSubstr("two times"));
    for (const char* bad : {"24:01", "7", "7:5", "07:60", ":30", "-1:00", "007:00", "1a:00"})
        EXPECT_THAT(error(std::string("mon ") + bad + "-08:00 /m"), HasSubstr("no time of day"))
            << bad;
    EXPECT_THAT(error("mon 07:00-25:00 /m"), HasSubstr("'25:00'"));
    EXPECT_THAT(error("mon 24:00-02:00 /m"), HasSubstr("00:00"));
    EXPECT_THAT(error("mon 07:00-07:00 /m"), HasSubstr("00:00-24:00"));
    EXPECT_THAT(error("mon 07:00-10:00"), HasSubstr("no directory"));
}

TEST(ScheduleTest, LocalTimeFollowsSummerTime) {
    const char* before = std::getenv("TZ");
    const std::string kept = before ? before : "";
    ASSERT_EQ(::setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1), 0);
    ::tzset();
    const auto local = [](std::time_t seconds) {
        return local_time(std::chrono::system_clock::from_time_t(seconds));
    };
    // Sunday, 29 March 2026: the clocks go from 02:00 to 03:00 at 01:00 UTC.
    EXPECT_EQ(local(1774745999).minute, at(1, 59));
    EXPECT_EQ(local(1774746000).minute, at(3));
    EXPECT_EQ(local(1774746000).weekday, kSunday);
    // Sunday, 25 October 2026: from 03:00 back to 02:00 at 01:00 UTC.
    EXPECT_EQ(local(1792889999).minute, at(2, 59));
    EXPECT_EQ(local(1792890000).minute, at(2));
    // An hour after a day's end in UTC it is the next day here.
    EXPECT_EQ(local(1774738800).weekday, kSunday);
    EXPECT_EQ(local(1774738799).weekday, kSaturday);
    before ? ::setenv("TZ", kept.c_str(), 1) : ::unsetenv("TZ");
    ::tzset();
}

}  // namespace
}  // namespace consort::radio
