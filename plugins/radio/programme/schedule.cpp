#include "plugins/radio/programme/schedule.hpp"

#include <algorithm>
#include <ctime>
#include <optional>

namespace consort::radio {
namespace {

constexpr int kDay = 24 * 60;
constexpr std::array<std::string_view, 7> kDays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

std::string lower(std::string_view text) {
    std::string low(text);
    for (char& c : low)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return low;
}

bool blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

std::string_view take_word(std::string_view& text) {
    const std::string_view word = text.substr(0, text.find_first_of(" \t"));
    text = trimmed(text.substr(word.size()));
    return word;
}

std::optional<std::size_t> day(std::string_view name) {
    const auto found = std::find(kDays.begin(), kDays.end(), name);
    if (found == kDays.end()) return std::nullopt;
    return static_cast<std::size_t>(found - kDays.begin());
}

// One of a list: a day or a range, which may go over the end of the week.
bool add_days(std::string_view part, std::array<bool, 7>& days) {
    const std::size_t dash = part.find('-');
    const auto first = day(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : day(part.substr(dash + 1));
    if (!first || !last) return false;
    for (std::size_t at = *first;; at = (at + 1) % 7) {
        days[at] = true;
        if (at == *last) return true;
    }
}

bool parse_days(std::string_view text, std::array<bool, 7>& days) {
    if (text == "daily") {
        days.fill(true);
        return true;
    }
    for (;;) {
        const std::size_t comma = text.find(',');
        if (!add_days(text.substr(0, comma), days)) return false;
        if (comma == std::string_view::npos) return true;
        text.remove_prefix(comma + 1);
    }
}

// "7:00", "07:00", "24:00"; negative: it is none.
int parse_time(std::string_view text) {
    const auto number = [](std::string_view digits) {
        int value = 0;
        for (const char c : digits) {
            if (c < '0' || c > '9') return -1;
            value = value * 10 + (c - '0');
        }
        return value;
    };
    const std::size_t colon = text.find(':');
    if (colon == 0 || colon > 2 || text.size() != colon + 3) return -1;
    const int hours = number(text.substr(0, colon));
    const int minutes = number(text.substr(colon + 1));
    if (hours < 0 || minutes < 0 || minutes > 59 || hours * 60 + minutes > kDay) return -1;
    return hours * 60 + minutes;
}

Error expected(std::string_view entry, const std::string& what) {
    return {CONSORT_E_INVALID, "The schedule entry '" + std::string(entry) + "' " + what +
                                   ". An entry is days, times and a directory, for example "
                                   "'mon-fri 07:00-10:00 /music/morning'."};
}

}  // namespace

LocalTime local_time(std::chrono::system_clock::time_point time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts{};
    if (::localtime_r(&seconds, &parts) == nullptr) return {};
    return {(parts.tm_wday + 6) % 7, parts.tm_hour * 60 + parts.tm_min};
}

bool ScheduleEntry::covers(const LocalTime& time) const noexcept {
    const auto today = static_cast<std::size_t>(time.weekday);
    if (begin < end) return days[today] && begin <= time.minute && time.minute < end;
    return (days[today] && begin <= time.minute) || (days[(today + 6) % 7] && time.minute < end);
}

Result<ScheduleEntry> parse_schedule_entry(std::string_view text) {
    const std::string_view entry = trimmed(text);
    std::string_view rest = entry;
    ScheduleEntry made;
    const std::string_view days = take_word(rest);
    if (!parse_days(lower(days), made.days))
        return expected(entry, "begins with '" + std::string(days) +
                                   "', which are no days: write 'daily', or mon, tue, wed, thu, "
                                   "fri, sat and sun in lists and ranges such as 'mon-fri,sun'");
    const std::string_view times = take_word(rest);
    const std::size_t dash = times.find('-');
    if (dash == std::string_view::npos)
        return expected(entry, "says '" + std::string(times) +
                                   "' where two times with a dash between them are expected, such "
                                   "as '07:00-10:00'");
    made.begin = parse_time(times.substr(0, dash));
    made.end = parse_time(times.substr(dash + 1));
    for (const auto& [minute, word] : {std::pair{made.begin, times.substr(0, dash)},
                                       std::pair{made.end, times.substr(dash + 1)}})
        if (minute < 0)
            return expected(entry, "says '" + std::string(word) +
                                       "', which is no time of day: write hours and minutes from "
                                       "00:00 to 24:00");
    if (made.begin == kDay)
        return expected(entry, "begins at 24:00: write 00:00 with the following day");
    if (made.begin == made.end)
        return expected(entry, "ends when it begins: for a whole day write '00:00-24:00'");
    if (rest.empty()) return expected(entry, "names no directory");
    made.directory = rest;
    return made;
}

const ScheduleEntry* entry_at(const std::vector<ScheduleEntry>& entries,
                              const LocalTime& time) noexcept {
    const auto found = std::find_if(entries.rbegin(), entries.rend(),
                                    [&](const auto& entry) { return entry.covers(time); });
    return found == entries.rend() ? nullptr : &*found;
}

}  // namespace consort::radio
