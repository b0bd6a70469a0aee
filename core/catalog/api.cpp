#include "core/catalog/api.hpp"

#include "core/catalog/routes.hpp"
#include "core/http/blocking.hpp"
#include "core/observe/log.hpp"

namespace consort::catalog {

void add_get(http::Router& router, const Library& library, std::string pattern,
             std::function<void(const Library&, http::Exchange&)> work) {
    http::Route route;
    route.method = "GET";
    route.pattern = std::move(pattern);
    route.handle = [library, work = std::move(work)](http::ExchangePtr exchange) {
        http::run_blocking(library.workers, std::move(exchange),
                           [library, work](http::Exchange& x) { work(library, x); });
    };
    router.add(std::move(route));
}

void refuse(http::Exchange& exchange, const BadParameter& bad) {
    exchange.problem(400, "bad_parameter", bad.text);
}

void not_found(http::Exchange& exchange, std::string_view what) {
    exchange.problem(404, "not_found",
                     "There is no such " + std::string(what) +
                         " in the library. It may have been removed; look it up again.");
}

void database_failed(http::Exchange& exchange, const Error& error) {
    observe::Logger("catalog").error(error.text, {{"request", exchange.request_id()}});
    exchange.problem(500, "database", "The library could not be read. The server's log says why.");
}

void respond_json(http::Exchange& exchange, std::string body, std::int64_t generation,
                  std::string_view variant) {
    http::Response response = http::json_response(std::move(body));
    response.etag = ("g" + std::to_string(generation)).append(variant);
    response.cache_control = "no-cache";
    exchange.respond(std::move(response));
}

std::int64_t generation_of(Session& session) {
    return session.number("SELECT value FROM meta WHERE name = 'generation'");
}

std::string_view query_or(const http::Exchange& exchange, std::string_view name) {
    return exchange.query(name).value_or(std::string_view{});
}

void add_routes(http::Router& router, Catalog& catalog, Scanner& scanner, MediaFiles& files,
                media::SegmentCache& cache, base::Executor& workers) {
    const Library library{catalog, scanner, files, cache, workers};
    add_list_routes(router, library);
    add_detail_routes(router, library);
    add_cover_routes(router, library);
    add_search_routes(router, library);
    add_scan_routes(router, library);
}

}  // namespace consort::catalog
