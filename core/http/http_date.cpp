#include "core/http/http_date.hpp"

#include <time.h>

#include <array>
#include <charconv>

namespace consort::http {

namespace {

constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Days since 1970-01-01 of a proleptic Gregorian date (month 1 to 12).
std::int64_t days_from_civil(std::int64_t year, int month, int day) {
    year -= month <= 2;
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const std::int64_t of_era = year - era * 400;
    const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

std::optional<int> number(std::string_view text) {
    int value = 0;
    if (text.empty() || text.front() == '-') return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<int> month_number(std::string_view name) {
    for (std::size_t i = 0; i < months.size(); ++i) {
        if (months[i] == name) return static_cast<int>(i) + 1;
    }
    return std::nullopt;
}

std::optional<std::int64_t> assemble(std::optional<int> year, std::string_view month_name,
                                     std::optional<int> day, std::string_view clock) {
    const auto month = month_number(month_name);
    if (clock.size() != 8 || clock[2] != ':' || clock[5] != ':') return std::nullopt;
    const auto hour = number(clock.substr(0, 2)), minute = number(clock.substr(3, 2)),
               second = number(clock.substr(6, 2));
    if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
    if (*day < 1 || *day > 31 || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    return ((days_from_civil(*year, *month, *day) * 24 + *hour) * 60 + *minute) * 60 + *second;
}

void append_two(std::string& out, int value) {
    out += static_cast<char>('0' + value / 10);
    out += static_cast<char>('0' + value % 10);
}

}  // namespace

std::string format_http_date(std::int64_t unix_seconds) {
    // Four digits of year are all that the format has room for.
    constexpr std::int64_t last = 253402300799;
    const time_t seconds = unix_seconds < 0 ? 0 : unix_seconds > last ? last : unix_seconds;
    tm parts{};
    gmtime_r(&seconds, &parts);
    std::string out;
    out.reserve(29);
    out += days[static_cast<std::size_t>(parts.tm_wday)];
    out += ", ";
    append_two(out, parts.tm_mday);
    out += ' ';
    out += months[static_cast<std::size_t>(parts.tm_mon)];
    out += ' ';
    append_two(out, (parts.tm_year + 1900) / 100);
    append_two(out, (parts.tm_year + 1900) % 100);
    out += ' ';
    append_two(out, parts.tm_hour);
    out += ':';
    append_two(out, parts.tm_min);
    out += ':';
    append_two(out, parts.tm_sec);
    out += " GMT";
    return out;
}

std::optional<std::int64_t> parse_http_date(std::string_view text) {
    // "Sun, 06 Nov 1994 08:49:37 GMT"
    if (text.size() == 29 && text[3] == ',' && text.substr(25) == " GMT") {
        return assemble(number(text.substr(12, 4)), text.substr(8, 3), number(text.substr(5, 2)),
                        text.substr(17, 8));
    }
    // "Sunday, 06-Nov-94 08:49:37 GMT"
    if (const auto comma = text.find(", "); comma != text.npos && comma > 3) {
        const std::string_view rest = text.substr(comma + 2);
        if (rest.size() != 22 || rest[2] != '-' || rest[6] != '-' || rest.substr(18) != " GMT") {
            return std::nullopt;
        }
        auto year = number(rest.substr(7, 2));
        if (year) *year += *year < 70 ? 2000 : 1900;
        return assemble(year, rest.substr(3, 3), number(rest.substr(0, 2)), rest.substr(10, 8));
    }
    // "Sun Nov  6 08:49:37 1994"
    if (text.size() == 24 && text[3] == ' ') {
        const std::string_view day = text.substr(text[8] == ' ' ? 9 : 8, text[8] == ' ' ? 1 : 2);
        return assemble(number(text.substr(20, 4)), text.substr(4, 3), number(day),
                        text.substr(11, 8));
    }
    return std::nullopt;
}

std::string_view current_http_date() {
    thread_local time_t made_for = -1;
    thread_local std::string text;
    timespec now{};
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (now.tv_sec != made_for) {
        made_for = now.tv_sec;
        text = format_http_date(now.tv_sec);
    }
    return text;
}

}  // namespace consort::http
