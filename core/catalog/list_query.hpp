// Pages of lists: what may be asked, and the SQL for it (keyset paging: a page costs the same
// wherever it lies, and changes between two pages neither repeat nor hide what did not change).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/catalog/database.hpp"

namespace consort::catalog {

enum class List { tracks, albums, artists, genres, movies, shows, episodes, broken };

// A request as it came in.
struct ListRequest {
    std::string_view limit, cursor, sort, q;
    std::string_view album, artist, genre, show, season;  // filters; empty: not given
};

// What is wrong with a request: the parameter and a sentence.
struct BadParameter {
    std::string_view name;
    std::string text;
};

// One statement with its values.
struct Statement {
    std::string sql;
    std::vector<Value> values;
};

struct ListQuery {
    List list{};
    // The columns of the list, then the sort columns, then the row id. Sorts what the filters find.
    Statement query;
    // The same rows, found by going through the list in its order and leaving out what the filters
    // do not take. It gives up after a number of rows, choose_walk's; empty: it can't be done.
    Statement walk;
    std::size_t walk_most_at = 0;  // that number among walk.values
    Statement matches;             // one number: how many rows the first of the filters takes
    unsigned columns = 0;
    unsigned list_columns = 0;
    unsigned limit = 0;  // asked for; the statement yields one more if there is a next page
    std::string scope;   // list, sort and filters: what a cursor belongs to
    std::vector<bool> text_columns;  // of the sort columns
    bool descending = false;
};

// The sorts a list knows, for error texts: "title, added, …".
std::string sort_names(List list);

std::optional<BadParameter> make_query(List list, const ListRequest& request, ListQuery& out);

// The walk of a query that has one, if the filter takes `matches` of the list's `rows` rows; null:
// sorting those is cheaper. If the walk yields fewer rows than a page and one more, it may have
// given up.
std::optional<Statement> choose_walk(const ListQuery& query, std::int64_t matches,
                                     std::int64_t rows);
// How many rows the list has, about: a statement that yields one number.
std::string count_rows(List list);

// The columns of a list for the rows whose ids are `ids`, in no order; and how many columns.
std::string select_rows(List list, const std::vector<std::int64_t>& ids);
unsigned list_columns(List list);

// Opaque, URL-safe. Names the last row of a page.
std::string make_cursor(const ListQuery& query, const Row& last);

// The query of FTS for what somebody typed: every word, the last one (and the others) as a prefix.
// Empty: nothing to search for.
std::string match_words(std::string_view typed);
// The title is exactly this; the title begins with this.
std::string match_exact_title(std::string_view typed);
std::string match_title_start(std::string_view typed);
// The title holds every word.
std::string match_title(std::string_view typed);

}  // namespace consort::catalog
