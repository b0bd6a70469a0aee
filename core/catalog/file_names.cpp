#include "core/catalog/file_names.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "core/catalog/text.hpp"

namespace consort::catalog {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::vector<std::string_view> segments_of(std::string_view path) {
    std::vector<std::string_view> segments;
    while (!path.empty()) {
        const std::size_t slash = std::min(path.find('/'), path.size());
        if (slash > 0) segments.push_back(path.substr(0, slash));
        path.remove_prefix(std::min(slash + 1, path.size()));
    }
    return segments;
}

std::string_view without_extension(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    return dot == std::string_view::npos || dot == 0 ? name : name.substr(0, dot);
}

// Dots and underscores in place of blanks, as file names from the network have them.
std::string words(std::string_view text) {
    std::string out(text);
    const bool dotted = out.find(' ') == std::string::npos;
    for (char& c : out)
        if (c == '_' || (dotted && c == '.')) c = ' ';
    const auto trim = [](char c) { return c == ' ' || c == '-' || c == '.'; };
    while (!out.empty() && trim(out.back())) out.pop_back();
    out.erase(out.begin(), std::find_if_not(out.begin(), out.end(), trim));
    return clean(out);
}

std::optional<unsigned> number_at(std::string_view text, std::size_t& at, std::size_t max_digits) {
    const std::size_t begin = at;
    unsigned value = 0;
    while (at < text.size() && is_digit(text[at]) && at - begin < max_digits)
        value = value * 10 + static_cast<unsigned>(text[at++] - '0');
    if (at == begin || (at < text.size() && is_digit(text[at]))) return std::nullopt;
    return value;
}

struct Marker {
    std::size_t begin = 0, end = 0;
    unsigned season = 0, episode = 0;
};

// "S01E02", "s1 e2", "1x02".
std::optional<Marker> find_marker(std::string_view name) {
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (i > 0 &&
            (is_digit(name[i - 1]) || (lower(name[i - 1]) >= 'a' && lower(name[i - 1]) <= 'z')))
            continue;
        const bool s = lower(name[i]) == 's';
        std::size_t at = s ? i + 1 : i;
        const auto season = number_at(name, at, s ? 4 : 2);
        if (!season) continue;
        if (s)
            while (at < name.size() && (name[at] == ' ' || name[at] == '.' || name[at] == '_'))
                ++at;
        if (at >= name.size() || lower(name[at]) != (s ? 'e' : 'x')) continue;
        const auto episode = number_at(name, ++at, 4);
        if (!episode) continue;
        if (at < name.size() && !s && lower(name[at]) >= 'a' && lower(name[at]) <= 'z') continue;
        // "S01E02E03" is filed under its first episode.
        while (at + 1 < name.size() && lower(name[at]) == 'e' && is_digit(name[at + 1])) {
            ++at;
            while (at < name.size() && is_digit(name[at])) ++at;
        }
        return Marker{i, at, *season, *episode};
    }
    return std::nullopt;
}

std::optional<unsigned> season_folder(std::string_view name) {
    for (const std::string_view word : {"season", "series", "staffel", "saison", "temporada"}) {
        if (name.size() <= word.size()) continue;
        if (!std::equal(word.begin(), word.end(), name.begin(),
                        [](char a, char b) { return a == lower(b); }))
            continue;
        std::size_t at = word.size();
        while (at < name.size() && (name[at] == ' ' || name[at] == '_' || name[at] == '.')) ++at;
        if (const auto number = number_at(name, at, 4); number && at == name.size()) return number;
    }
    if (name == "Specials" || name == "specials") return 0;
    return std::nullopt;
}

// "(1999)" or, in a dotted name, ".1999."; `begin` is where the title ends.
std::optional<unsigned> find_year(std::string_view name, std::size_t& begin) {
    std::optional<unsigned> found;
    for (std::size_t i = 1; i + 4 <= name.size(); ++i) {
        std::size_t at = i;
        const auto year = number_at(name, at, 4);
        if (!year || *year < 1880 || *year > 2100 || at != i + 4) continue;
        const char before = name[i - 1];
        const char after = at < name.size() ? name[at] : '.';
        const bool bracketed = (before == '(' && after == ')') || (before == '[' && after == ']');
        const bool dotted = before == '.' && after == '.' && i > 1;
        if (!bracketed && !dotted) continue;
        begin = i - 1;
        found = year;
        if (bracketed) break;
    }
    return found;
}

std::string title_and_year(std::string_view name, unsigned& year) {
    std::size_t end = name.size();
    if (const auto found = find_year(name, end)) year = *found;
    return words(name.substr(0, end));
}

}  // namespace

bool parse_episode(std::string_view path, EpisodeName& out) {
    std::vector<std::string_view> segments = segments_of(path);
    if (segments.empty()) return false;
    const std::string_view name = without_extension(segments.back());
    segments.pop_back();
    std::optional<unsigned> folder_season;
    if (!segments.empty()) folder_season = season_folder(segments.back());
    if (folder_season) segments.pop_back();
    const std::string_view folder = segments.empty() ? std::string_view{} : segments.back();

    out = EpisodeName{};
    if (const auto marker = find_marker(name)) {
        out.season = marker->season;
        out.episode = marker->episode;
        out.show = title_and_year(name.substr(0, marker->begin), out.year);
        out.title = words(name.substr(marker->end));
        // The folder's spelling of the show beats that of its files, which vary.
        if (folder_season && !folder.empty()) out.show = title_and_year(folder, out.year);
        if (out.show.empty()) out.show = title_and_year(folder, out.year);
        return !out.show.empty();
    }
    if (!folder_season || folder.empty()) return false;
    std::size_t at = name.size() > 1 && lower(name[0]) == 'e' ? 1 : 0;
    const auto episode = number_at(name, at, 4);
    if (!episode) return false;
    out.season = *folder_season;
    out.episode = *episode;
    out.show = title_and_year(folder, out.year);
    out.title = words(name.substr(at));
    return !out.show.empty();
}

MovieName parse_movie(std::string_view path) {
    const std::vector<std::string_view> segments = segments_of(path);
    MovieName movie;
    if (segments.empty()) return movie;
    const std::string_view name = without_extension(segments.back());
    movie.title = title_and_year(name, movie.year);
    // "Movie (1999)/movie.mkv": the folder knows the year.
    if (movie.year == 0 && segments.size() > 1) {
        MovieName folder;
        folder.title = title_and_year(segments[segments.size() - 2], folder.year);
        if (folder.year != 0 && !folder.title.empty()) return folder;
    }
    if (movie.title.empty()) movie.title = clean(name);
    return movie;
}

}  // namespace consort::catalog
