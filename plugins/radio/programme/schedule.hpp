// Which directory a station plays at which hour.
#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "consort/result.hpp"

namespace consort::radio {

// What clock and calendar on the wall say.
struct LocalTime {
    int weekday = 0;  // 0: Monday
    int minute = 0;   // of the day
};

// In the machine's time zone (TZ). Any thread.
LocalTime local_time(std::chrono::system_clock::time_point time);

// A directory plays on some days between two times, as the clock on the wall shows them: an hour
// that the change to summer time leaves out does not come, one that is repeated comes twice.
struct ScheduleEntry {
    std::array<bool, 7> days{};  // on which it begins; Monday first
    int begin = 0;               // minutes of the day
    int end = 0;                 // up to 24:00; before `begin`: on the next day
    std::string directory;       // as it was written

    bool covers(const LocalTime& time) const noexcept;
};

// "mon-fri 07:00-10:00 /music/morning": days, times, directory. Days are three letters, ranges of
// them or lists of both with commas ("sat,sun", "mon,wed-fri", "fri-mon"), or "daily". Times that
// go over midnight ("daily 22:00-02:00 …") belong to the day on which they begin. The directory is
// the rest and may hold blanks. The Error names the entry and what is expected.
Result<ScheduleEntry> parse_schedule_entry(std::string_view text);

// The one declared last of those that cover `time`; null: none does.
const ScheduleEntry* entry_at(const std::vector<ScheduleEntry>& entries,
                              const LocalTime& time) noexcept;

}  // namespace consort::radio
