#include "core/catalog/search.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "core/catalog/items_json.hpp"
#include "core/catalog/routes.hpp"

namespace consort::catalog {
namespace {

constexpr unsigned kDefaultLimit = 20;
constexpr unsigned kMaxLimit = 100;

// Titles that are what was typed, those that begin with it, those that hold every word, then what
// holds every word anywhere, in the artist or the album.
std::vector<std::int64_t> find(Session& session, const char* table, std::string_view typed,
                               unsigned limit) {
    const std::string sql = "SELECT rowid FROM search_" + std::string(table) + " WHERE search_" +
                            table + " MATCH ? LIMIT ?";
    std::vector<std::int64_t> ids;
    std::unordered_set<std::int64_t> seen;
    for (const std::string& match : {match_exact_title(typed), match_title_start(typed),
                                     match_title(typed), match_words(typed)}) {
        if (ids.size() >= limit) break;
        session.query(sql, 1, {match, limit * 2}, [&](const Row& row) {
            if (ids.size() < limit && seen.insert(row.integer(0)).second)
                ids.push_back(row.integer(0));
        });
    }
    return ids;
}

void answer_search(const Library& library, http::Exchange& exchange) {
    const std::string_view typed = query_or(exchange, "q");
    const std::string_view wanted = query_or(exchange, "limit");
    unsigned limit = kDefaultLimit;
    if (!wanted.empty()) {
        const auto [end, error] =
            std::from_chars(wanted.data(), wanted.data() + wanted.size(), limit);
        if (error != std::errc() || end != wanted.data() + wanted.size() || limit < 1 ||
            limit > kMaxLimit)
            return refuse(exchange, {"limit", "limit must be a whole number from 1 to " +
                                                  std::to_string(kMaxLimit) + "."});
    }
    if (!exchange.query("q"))
        return refuse(exchange, {"q", "q is missing: it holds what to search for."});

    const Database::Reader reader = library.catalog.database().read();
    const std::int64_t generation = generation_of(*reader);
    std::string body = search_all(*reader, typed, limit);
    if (const Result<void> status = reader->status(); !status)
        return database_failed(exchange, status.error());
    respond_json(exchange, std::move(body), generation);
}

}  // namespace

std::string search_all(Session& session, std::string_view typed, unsigned limit) {
    const bool nothing = match_words(typed).empty();
    JsonWriter json;
    json.begin_object();
    const auto put = [&](List list, const char* table) {
        const std::vector<std::int64_t> ids =
            nothing ? std::vector<std::int64_t>{} : find(session, table, typed, limit);
        json.key(table).raw(rows_json(session, list, ids));
    };
    put(List::tracks, "tracks");
    put(List::albums, "albums");
    put(List::artists, "artists");
    put(List::movies, "movies");
    put(List::shows, "shows");
    put(List::episodes, "episodes");
    json.end_object();
    return std::move(json.str());
}

void add_search_routes(http::Router& router, const Library& library) {
    add_get(router, library, "/api/v1/search", answer_search);
}

}  // namespace consort::catalog
