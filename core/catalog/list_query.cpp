#include "core/catalog/list_query.hpp"

#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <span>

#include "core/catalog/list_spec.hpp"
#include "core/catalog/text.hpp"

namespace consort::catalog {
namespace {

constexpr unsigned kDefaultLimit = 50;
constexpr unsigned kMaxLimit = 500;
constexpr std::size_t kMaxCursor = 2048;

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

// Conditions joined by AND, with their values.
struct Where {
    std::string sql;
    std::vector<Value> values;

    void add(std::string_view condition, std::vector<Value> more = {}) {
        sql += sql.empty() ? " WHERE " : " AND ";
        sql += condition;
        for (Value& value : more) values.push_back(std::move(value));
    }
};

// A filter that is a list of row ids.
struct Filter {
    std::string value;
    std::string ids;      // SELECT … AS id
    std::string takes;    // condition on "@", a row id; empty: only `ids` can be asked
    std::string matches;  // SELECT how many ids there are

    std::string condition(std::string_view id) const {
        if (takes.empty()) return std::string(id) + " IN (" + ids + ")";
        const std::size_t at = takes.find('@');
        return takes.substr(0, at) + std::string(id) + takes.substr(at + 1);
    }
};

// Those that are likely to find the fewest rows first.
std::vector<Filter> filters_of(List list, const ListRequest& request) {
    std::vector<Filter> filters;
    const auto of_artist = [&](const std::string& table, const std::string& id,
                               const std::string& count) {
        const std::string artist = "(SELECT id FROM artists WHERE uid = ?)";
        filters.push_back(
            {std::string(request.artist),
             "SELECT DISTINCT " + id + " AS id FROM " + table + " WHERE artist_id = " + artist,
             "EXISTS (SELECT 1 FROM " + table + " x WHERE x." + id +
                 " = @ AND x.artist_id = " + artist + ")",
             "SELECT " + count + " FROM artists WHERE uid = ?"});
    };
    const auto of_genre = [&](const std::string& table, const std::string& id) {
        const std::string genre = "(SELECT id FROM genres WHERE uid = ?)";
        const std::string from = " FROM " + table + " WHERE genre_id = " + genre;
        filters.push_back({std::string(request.genre), "SELECT " + id + " AS id" + from,
                           "EXISTS (SELECT 1 FROM " + table + " x WHERE x." + id +
                               " = @ AND x.genre_id = " + genre + ")",
                           "SELECT COUNT(*)" + from});
    };
    if (list == List::tracks && !request.artist.empty())
        of_artist("credits", "track_id", "track_count");
    if (list == List::albums && !request.artist.empty())
        of_artist("album_credits", "album_id", "album_count");
    if (!request.q.empty()) {
        const std::string table = "search_" + std::string(spec_of(list).search);
        filters.push_back({match_words(request.q),
                           "SELECT rowid AS id FROM " + table + " WHERE " + table + " MATCH ?", "",
                           ""});
    }
    if (list == List::tracks && !request.genre.empty()) of_genre("track_genres", "track_id");
    if (list == List::albums && !request.genre.empty()) of_genre("album_genres", "album_id");
    return filters;
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

// Finds the ids of the page first, and only then what the list shows of each.
void add_statements(ListQuery& out, const ListSpec& spec, const std::string& keys,
                    const std::string& order, const Where& where,
                    const std::vector<Filter>& filters) {
    const std::string id(spec.id);
    const std::string own = std::string(spec.from);
    const auto around = [&](const std::string& ids) {
        return "SELECT " + std::string(spec.columns) + ", " + keys + " FROM (" + ids +
               ") p CROSS JOIN " + own + " " + std::string(spec.joins) + " WHERE " + id +
               " = p.row_id ORDER BY " + order;
    };
    // The first filter leads, not the order of the list.
    Where all = where;
    std::string from = own;
    for (const Filter& filter : filters) {
        if (&filter == &filters.front()) {
            from = "(" + filter.ids + ") c CROSS JOIN " + own;
            all.values.insert(all.values.begin(), Value(filter.value));
            all.add("c.id = " + id);
        } else {
            all.add(filter.condition(id), {Value(filter.value)});
        }
    }
    out.query = {around("SELECT " + id + " AS row_id FROM " + from + all.sql + " ORDER BY " +
                        order + " LIMIT ?"),
                 all.values};
    out.query.values.emplace_back(out.limit + 1);

    const bool can_walk =
        !filters.empty() && std::all_of(filters.begin(), filters.end(),
                                        [](const Filter& filter) { return !filter.takes.empty(); });
    if (!can_walk) return;
    out.matches = {filters.front().matches, {Value(filters.front().value)}};
    out.walk.values = where.values;
    out.walk_most_at = out.walk.values.size();
    out.walk.values.emplace_back(0);
    Where taken;
    for (const Filter& filter : filters)
        taken.add(filter.condition("w.row_id"), {Value(filter.value)});
    for (const Value& value : taken.values) out.walk.values.push_back(value);
    out.walk.values.emplace_back(out.limit + 1);
    // A subquery with a LIMIT is gone through in its order, and no further than it is asked to.
    out.walk.sql =
        around("SELECT w.row_id FROM (SELECT " + id + " AS row_id FROM " + own + where.sql +
               " ORDER BY " + order + " LIMIT ?) w" + taken.sql + " LIMIT ?");
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

    if (!request.q.empty()) {
        if (spec.search.empty()) return BadParameter{"q", "This list cannot be searched."};
        if (match_words(request.q).empty())
            return BadParameter{"q", "q must hold a letter or a digit."};
    }
    Where where;
    if (!spec.where.empty()) where.add(spec.where);
    out.scope =
        std::string(spec.name) + " " + std::string(sort->name) + (out.descending ? " down" : " up");
    if (list == List::tracks && !request.album.empty())
        where.add("t.album_id = (SELECT id FROM albums WHERE uid = ?)", {Value(request.album)});
    if (list == List::episodes && !request.show.empty())
        where.add("e.show_id = (SELECT id FROM shows WHERE uid = ?)", {Value(request.show)});
    if (list == List::episodes && !request.season.empty()) {
        std::int64_t season = 0;
        if (!parse_number(request.season, season) || season < 0)
            return BadParameter{"season", "season must be a whole number."};
        where.add("e.season_number = ?", {Value(season)});
    }
    for (const auto& [name, value] : {std::pair{"q", request.q},
                                      {"album", request.album},
                                      {"artist", request.artist},
                                      {"genre", request.genre},
                                      {"show", request.show},
                                      {"season", request.season}})
        if (!value.empty()) out.scope += std::string("\n") + name + "=" + std::string(value);
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
        where.add(after.size() == 1
                      ? keys + (out.descending ? " < " : " > ") + marks
                      : "(" + keys + ")" + (out.descending ? " < " : " > ") + "(" + marks + ")",
                  std::move(after));
    }
    out.list_columns = spec.column_count;
    out.columns = spec.column_count + static_cast<unsigned>(sort->columns.size()) + 1;
    add_statements(out, spec, keys, order, where, filters_of(list, request));
    return std::nullopt;
}

std::optional<Statement> choose_walk(const ListQuery& query, std::int64_t matches,
                                     std::int64_t rows) {
    constexpr std::int64_t kFew = 1000;
    // A row that is walked past costs about twice as much as one that is sorted.
    if (matches < kFew || rows / matches * 2 * (query.limit + 1) > matches) return std::nullopt;
    Statement walk = query.walk;
    // All that match may lie at the other end. Then the sort, which takes as long, comes after it.
    walk.values[query.walk_most_at] = Value(matches);
    return walk;
}

std::string select_rows(List list, const std::vector<std::int64_t>& ids) {
    const ListSpec& spec = spec_of(list);
    std::string sql = "SELECT " + std::string(spec.columns) + " FROM " + std::string(spec.from) +
                      " " + std::string(spec.joins) + " WHERE " + std::string(spec.id) + " IN (";
    for (std::size_t i = 0; i < ids.size(); ++i)
        sql += (i == 0 ? "" : ", ") + std::to_string(ids[i]);
    return sql + ")";
}

std::string count_rows(List list) {
    return "SELECT MAX(id) FROM " + std::string(spec_of(list).name);
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
