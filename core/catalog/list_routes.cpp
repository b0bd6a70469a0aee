#include "core/catalog/items_json.hpp"
#include "core/catalog/routes.hpp"

namespace consort::catalog {
namespace {

void answer_list(List list, const Library& library, http::Exchange& exchange) {
    ListRequest request;
    request.limit = query_or(exchange, "limit");
    request.cursor = query_or(exchange, "cursor");
    request.sort = query_or(exchange, "sort");
    request.q = query_or(exchange, "q");
    request.album = query_or(exchange, "album");
    request.artist = query_or(exchange, "artist");
    request.genre = query_or(exchange, "genre");
    request.show = query_or(exchange, "show");
    request.season = query_or(exchange, "season");
    ListQuery query;
    if (const auto bad = make_query(list, request, query)) return refuse(exchange, *bad);

    const Database::Reader reader = library.catalog.database().read();
    const std::int64_t generation = generation_of(*reader);
    const Page page = read_page(*reader, query);
    if (const Result<void> status = reader->status(); !status)
        return database_failed(exchange, status.error());
    std::string body = "{\"items\":" + page.items + ",\"next\":";
    body += page.next.empty() ? "null}" : "\"" + page.next + "\"}";
    respond_json(exchange, std::move(body), generation);
}

void answer_counts(const Library& library, http::Exchange& exchange) {
    const Result<Counts> counts = library.catalog.counts();
    if (!counts) return database_failed(exchange, counts.error());
    JsonWriter json;
    json.begin_object();
    const auto put = [&](std::string_view name, std::uint64_t value) {
        json.key(name).number(static_cast<std::int64_t>(value));
    };
    put("tracks", counts->tracks);
    put("albums", counts->albums);
    put("artists", counts->artists);
    put("genres", counts->genres);
    put("movies", counts->movies);
    put("shows", counts->shows);
    put("episodes", counts->episodes);
    put("broken", counts->broken);
    json.end_object();
    http::Response response = http::json_response(std::move(json.str()));
    response.cache_control = "no-cache";
    exchange.respond(std::move(response));
}

}  // namespace

void add_list_routes(http::Router& router, const Library& library) {
    const auto add = [&](std::string path, List list) {
        add_get(router, library, "/api/v1/" + std::move(path),
                [list](const Library& l, http::Exchange& x) { answer_list(list, l, x); });
    };
    add("tracks", List::tracks);
    add("albums", List::albums);
    add("artists", List::artists);
    add("genres", List::genres);
    add("movies", List::movies);
    add("shows", List::shows);
    add("episodes", List::episodes);
    add("library/broken", List::broken);
    add_get(router, library, "/api/v1/library", answer_counts);
}

}  // namespace consort::catalog
