#include "core/catalog/list_query.hpp"

#include <sodium.h>

#include <charconv>
#include <span>

#include "core/catalog/text.hpp"

namespace consort::catalog {
namespace {

constexpr unsigned kDefaultLimit = 50;
constexpr unsigned kMaxLimit = 500;
constexpr std::size_t kMaxCursor = 2048;

struct SortColumn {
    std::string_view sql;
    bool text;
};

struct Sort {
    std::string_view name;
    std::vector<SortColumn> columns;  // an index has them in this order, then the id
};

struct ListSpec {
    std::string_view name;     // table, and the alias is its first letter
    std::string_view id;       // row id
    std::string_view columns;  // what item writers read
    unsigned column_count;
    std::string_view from;  // the list's own table first
    std::string_view joins;
    std::string_view where;
    std::string_view search;  // FTS table; empty: none
    std::vector<Sort> sorts;  // the first is the default
};

const ListSpec& spec_of(List list) {
    static const ListSpec tracks{
        "tracks",
        "t.id",
        "t.id, s.uid, t.title, t.artist, al.title, al.uid, t.disc_number, t.track_number, t.year, "
        "t.duration_ns, s.codec, s.container, "
        "CASE WHEN s.has_cover = 1 OR d.cover_name <> '' THEN 1 ELSE 0 END, t.added_ns, al.artist",
        15,
        "tracks t",
        "JOIN sources s ON s.id = t.id JOIN directories d ON d.id = s.directory_id "
        "LEFT JOIN albums al ON al.id = t.album_id",
        "",
        "tracks",
        {{"title", {{"t.sort_key", true}}},
         {"added", {{"t.added_ns", false}}},
         {"album",
          {{"t.album_key", true},
           {"t.album_id", false},
           {"t.disc_number", false},
           {"t.track_number", false}}},
         {"artist",
          {{"t.artist_key", true},
           {"t.album_key", true},
           {"t.disc_number", false},
           {"t.track_number", false}}},
         {"year", {{"t.year", false}, {"t.sort_key", true}}},
         {"duration", {{"t.duration_ns", false}}}}};
    static const ListSpec albums{
        "albums",
        "a.id",
        "a.id, a.uid, a.title, a.artist, a.year, a.track_count, a.duration_ns, a.has_cover, "
        "a.added_ns",
        9,
        "albums a",
        "",
        "",
        "albums",
        {{"title", {{"a.sort_key", true}}},
         {"added", {{"a.added_ns", false}}},
         {"artist", {{"a.artist_key", true}, {"a.year", false}, {"a.sort_key", true}}},
         {"year", {{"a.year", false}, {"a.sort_key", true}}}}};
    static const ListSpec artists{"artists",
                                  "a.id",
                                  "a.id, a.uid, a.name, a.track_count, a.album_count",
                                  5,
                                  "artists a",
                                  "",
                                  "(a.track_count > 0 OR a.album_count > 0)",
                                  "artists",
                                  {{"name", {{"a.sort_key", true}}}}};
    static const ListSpec genres{"genres", "g.id",     "g.id, g.uid, g.name, g.track_count",
                                 4,        "genres g", "",
                                 "",       "",         {{"name", {{"g.sort_key", true}}}}};
    static const ListSpec movies{
        "movies",
        "m.id",
        "m.id, s.uid, m.title, m.year, m.duration_ns, s.width, s.height, s.codec, s.audio_codec, "
        "s.container, CASE WHEN s.has_cover = 1 OR d.cover_name <> '' THEN 1 ELSE 0 END, "
        "m.added_ns",
        12,
        "movies m",
        "JOIN sources s ON s.id = m.id JOIN directories d ON d.id = s.directory_id",
        "",
        "movies",
        {{"title", {{"m.sort_key", true}}},
         {"added", {{"m.added_ns", false}}},
         {"year", {{"m.year", false}, {"m.sort_key", true}}},
         {"duration", {{"m.duration_ns", false}}}}};
    static const ListSpec shows{
        "shows", "h.id",    "h.id, h.uid, h.title, h.episode_count, h.season_count",
        5,       "shows h", "",
        "",      "shows",   {{"title", {{"h.sort_key", true}}}}};
    static const ListSpec episodes{
        "episodes",
        "e.id",
        "e.id, s.uid, e.title, h.uid, h.title, e.season_number, e.episode_number, e.year, "
        "e.duration_ns, s.width, s.height, s.codec, s.audio_codec, s.container, "
        "CASE WHEN s.has_cover = 1 OR d.cover_name <> '' THEN 1 ELSE 0 END, e.added_ns",
        16,
        "episodes e",
        "JOIN sources s ON s.id = e.id JOIN directories d ON d.id = s.directory_id "
        "JOIN shows h ON h.id = e.show_id",
        "",
        "episodes",
        {{"show",
          {{"e.show_key", true},
           {"e.show_id", false},
           {"e.season_number", false},
           {"e.episode_number", false}}},
         {"title", {{"e.sort_key", true}}},
         {"added", {{"e.added_ns", false}}}}};
    static const ListSpec broken{"broken",
                                 "s.id",
                                 "s.id, s.uid, d.uri, s.name, s.reason, s.size, s.added_ns",
                                 7,
                                 "sources s",
                                 "JOIN directories d ON d.id = s.directory_id",
                                 "s.state = 1",
                                 "",
                                 {{"added", {}}}};
    switch (list) {
        case List::tracks:
            return tracks;
        case List::albums:
            return albums;
        case List::artists:
            return artists;
        case List::genres:
            return genres;
        case List::movies:
            return movies;
        case List::shows:
            return shows;
        case List::episodes:
            return episodes;
        case List::broken:
            return broken;
    }
    return tracks;
}

template <class T>
bool parse_number(std::string_view text, T& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

// Detects a cursor that was altered or belongs to another list. It guards no secret.
std::uint64_t checksum(std::string_view scope, std::string_view payload) {
    static constexpr unsigned char kKey[crypto_shorthash_KEYBYTES] = {'c', 'u', 'r', 's', 'o', 'r'};
    std::string text(scope);
    text.push_back('\0');
    text += payload;
    unsigned char hash[crypto_shorthash_BYTES];
    crypto_shorthash(hash, reinterpret_cast<const unsigned char*>(text.data()), text.size(), kKey);
    std::uint64_t value = 0;
    for (const unsigned char byte : hash) value = value << 8 | byte;
    return value;
}

// checksum (8 bytes), then the values parted by NUL.
bool read_cursor(const ListQuery& query, std::string_view cursor, std::vector<Value>& values) {
    if (cursor.size() > kMaxCursor) return false;
    std::string raw(cursor.size(), '\0');
    std::size_t size = 0;
    const char* end = nullptr;
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(raw.data()), raw.size(), cursor.data(),
                          cursor.size(), nullptr, &size, &end,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        end != cursor.data() + cursor.size() || size < 8)
        return false;
    raw.resize(size);
    std::uint64_t sum = 0;
    for (int i = 0; i < 8; ++i) sum = sum << 8 | static_cast<unsigned char>(raw[i]);
    std::string_view payload = std::string_view(raw).substr(8);
    if (sum != checksum(query.scope, payload)) return false;
    for (std::size_t i = 0; i <= query.text_columns.size(); ++i) {
        const std::size_t nul = payload.find('\0');
        if (nul == std::string_view::npos) return false;
        const std::string_view text = payload.substr(0, nul);
        payload.remove_prefix(nul + 1);
        std::int64_t number = 0;
        if (i < query.text_columns.size() && query.text_columns[i])
            values.emplace_back(text);
        else if (parse_number(text, number))
            values.emplace_back(number);
        else
            return false;
    }
    return payload.empty();
}

void add_condition(std::string& where, std::string_view condition) {
    where += where.empty() ? " WHERE " : " AND ";
    where += condition;
}

std::vector<std::string> words_of(std::string_view typed) {
    std::vector<std::string> words;
    const std::string text = search_text(typed);
    std::string_view rest = text;
    while (!rest.empty() && words.size() < 16) {
        const std::size_t blank = std::min(rest.find(' '), rest.size());
        if (blank > 0) words.emplace_back(rest.substr(0, blank));
        rest.remove_prefix(std::min(blank + 1, rest.size()));
    }
    return words;
}

std::string phrase(const std::vector<std::string>& words, std::string_view end) {
    std::string out = "title : ^ \"";
    for (const std::string& word : words) out += word + " ";
    out.pop_back();
    out += end;
    return out;
}

}  // namespace

std::string match_words(std::string_view typed) {
    std::string out;
    for (const std::string& word : words_of(typed)) {
        if (!out.empty()) out += " AND ";
        out += "\"" + word + "\"*";
    }
    return out;
}

std::string match_exact_title(std::string_view typed) {
    const std::vector<std::string> words = words_of(typed);
    return words.empty() ? "" : phrase(words, " \xEE\x80\x80\"");
}

std::string match_title_start(std::string_view typed) {
    const std::vector<std::string> words = words_of(typed);
    return words.empty() ? "" : phrase(words, "\"*");
}

std::string match_title(std::string_view typed) {
    const std::string words = match_words(typed);
    return words.empty() ? "" : "title : (" + words + ")";
}

std::string sort_names(List list) {
    std::string names;
    for (const Sort& sort : spec_of(list).sorts) {
        if (!names.empty()) names += ", ";
        names += sort.name;
    }
    return names;
}

std::optional<BadParameter> make_query(List list, const ListRequest& request, ListQuery& out) {
    const ListSpec& spec = spec_of(list);
    out = ListQuery{};
    out.list = list;
    out.limit = kDefaultLimit;
    if (!request.limit.empty() &&
        (!parse_number(request.limit, out.limit) || out.limit < 1 || out.limit > kMaxLimit))
        return BadParameter{
            "limit", "limit must be a whole number from 1 to " + std::to_string(kMaxLimit) + "."};

    const Sort* sort = &spec.sorts.front();
    if (!request.sort.empty()) {
        std::string_view name = request.sort;
        out.descending = name.starts_with('-');
        if (out.descending) name.remove_prefix(1);
        sort = nullptr;
        for (const Sort& one : spec.sorts)
            if (one.name == name) sort = &one;
        if (sort == nullptr)
            return BadParameter{"sort", "sort must be one of " + sort_names(list) +
                                            "; put a '-' before it to turn the order round."};
    }

    std::string from = std::string(spec.from);
    std::string where;
    if (!spec.where.empty()) add_condition(where, spec.where);
    out.scope =
        std::string(spec.name) + " " + std::string(sort->name) + (out.descending ? " down" : " up");
    const auto narrow = [&](std::string_view name, std::string_view value,
                            std::string_view condition) {
        if (value.empty()) return;
        out.values.emplace_back(value);
        add_condition(where, condition);
        out.scope += std::string("\n") + std::string(name) + "=" + std::string(value);
    };
    // A filter that finds few rows goes first, so that it, not the sort order, leads.
    std::string lead;
    const auto lead_by = [&](std::string_view name, std::string_view value, std::string_view ids) {
        if (value.empty()) return;
        out.scope += std::string("\n") + std::string(name) + "=" + std::string(value);
        if (lead.empty()) {
            lead = "(" + std::string(ids) + ") c CROSS JOIN ";
            out.values.insert(out.values.begin(), Value(value));
            add_condition(where, "c.id = " + std::string(spec.id));
        } else {
            out.values.emplace_back(value);
            add_condition(where, std::string(spec.id) + " IN (" + std::string(ids) + ")");
        }
    };
    if (!request.q.empty()) {
        if (spec.search.empty()) return BadParameter{"q", "This list cannot be searched."};
        const std::string match = match_words(request.q);
        if (match.empty()) return BadParameter{"q", "q must hold a letter or a digit."};
        lead_by("q", match,
                "SELECT rowid AS id FROM search_" + std::string(spec.search) + " WHERE search_" +
                    std::string(spec.search) + " MATCH ?");
    }
    if (list == List::tracks) {
        narrow("album", request.album, "t.album_id = (SELECT id FROM albums WHERE uid = ?)");
        lead_by("artist", request.artist,
                "SELECT DISTINCT track_id AS id FROM credits WHERE artist_id = "
                "(SELECT id FROM artists WHERE uid = ?)");
        lead_by("genre", request.genre,
                "SELECT track_id AS id FROM track_genres WHERE genre_id = "
                "(SELECT id FROM genres WHERE uid = ?)");
    } else if (list == List::albums) {
        lead_by("artist", request.artist,
                "SELECT DISTINCT album_id AS id FROM album_credits WHERE artist_id = "
                "(SELECT id FROM artists WHERE uid = ?)");
        lead_by("genre", request.genre,
                "SELECT DISTINCT t.album_id AS id FROM track_genres g JOIN tracks t "
                "ON t.id = g.track_id WHERE g.genre_id = (SELECT id FROM genres WHERE uid = ?)");
    } else if (list == List::episodes) {
        narrow("show", request.show, "e.show_id = (SELECT id FROM shows WHERE uid = ?)");
        if (!request.season.empty()) {
            std::int64_t season = 0;
            if (!parse_number(request.season, season) || season < 0)
                return BadParameter{"season", "season must be a whole number."};
            out.values.emplace_back(season);
            add_condition(where, "e.season_number = ?");
            out.scope += "\nseason=" + std::to_string(season);
        }
    }
    const auto refuse = [&](std::string_view name, std::string_view value,
                            std::initializer_list<List> known) -> std::optional<BadParameter> {
        if (value.empty()) return std::nullopt;
        for (const List one : known)
            if (one == list) return std::nullopt;
        return BadParameter{name, "This list has no filter " + std::string(name) + "."};
    };
    for (const auto& bad : {refuse("album", request.album, {List::tracks}),
                            refuse("artist", request.artist, {List::tracks, List::albums}),
                            refuse("genre", request.genre, {List::tracks, List::albums}),
                            refuse("show", request.show, {List::episodes}),
                            refuse("season", request.season, {List::episodes})})
        if (bad) return bad;

    std::string keys, order;
    for (const SortColumn& column : sort->columns) {
        out.text_columns.push_back(column.text);
        keys += std::string(column.sql) + ", ";
        order += std::string(column.sql) + (out.descending ? " DESC, " : ", ");
    }
    keys += spec.id;
    order += std::string(spec.id) + (out.descending ? " DESC" : "");
    if (!request.cursor.empty()) {
        std::vector<Value> after;
        if (!read_cursor(out, request.cursor, after))
            return BadParameter{"cursor",
                                "cursor is not one that this list gave out with these parameters. "
                                "Start again without it."};
        std::string marks;
        for (std::size_t i = 0; i < after.size(); ++i) marks += i == 0 ? "?" : ", ?";
        add_condition(
            where, after.size() == 1
                       ? keys + (out.descending ? " < " : " > ") + marks
                       : "(" + keys + ")" + (out.descending ? " < " : " > ") + "(" + marks + ")");
        for (Value& value : after) out.values.push_back(std::move(value));
    }
    out.list_columns = spec.column_count;
    out.columns = spec.column_count + static_cast<unsigned>(sort->columns.size()) + 1;
    out.sql = "SELECT " + std::string(spec.columns) + ", " + keys + " FROM " + lead + from + " " +
              std::string(spec.joins) + where + " ORDER BY " + order + " LIMIT ?";
    out.values.emplace_back(out.limit + 1);
    return std::nullopt;
}

std::string select_rows(List list, const std::vector<std::int64_t>& ids) {
    const ListSpec& spec = spec_of(list);
    std::string sql = "SELECT " + std::string(spec.columns) + " FROM " + std::string(spec.from) +
                      " " + std::string(spec.joins) + " WHERE " + std::string(spec.id) + " IN (";
    for (std::size_t i = 0; i < ids.size(); ++i)
        sql += (i == 0 ? "" : ", ") + std::to_string(ids[i]);
    return sql + ")";
}

unsigned list_columns(List list) { return spec_of(list).column_count; }

std::string make_cursor(const ListQuery& query, const Row& last) {
    std::string payload;
    for (unsigned i = query.list_columns; i < query.columns; ++i) {
        payload += last.text(i);
        payload.push_back('\0');
    }
    const std::uint64_t sum = checksum(query.scope, payload);
    std::string raw;
    for (int shift = 56; shift >= 0; shift -= 8)
        raw.push_back(static_cast<char>(sum >> shift & 255));
    raw += payload;
    std::string out(sodium_base64_encoded_len(raw.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING),
                    '\0');
    sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(raw.data()),
                      raw.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    out.pop_back();  // the NUL
    return out;
}

}  // namespace consort::catalog
