// What the route files of this folder share.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/catalog/api.hpp"
#include "core/catalog/database.hpp"
#include "core/catalog/list_query.hpp"
#include "core/http/exchange.hpp"
#include "core/http/router.hpp"

namespace consort::catalog {

struct Library {
    Catalog& catalog;
    Scanner& scanner;
    MediaFiles& files;
    media::SegmentCache& cache;
    base::Executor& workers;
};

// Adds GET `pattern`; `work` runs on a worker.
void add_get(http::Router& router, const Library& library, std::string pattern,
             std::function<void(const Library&, http::Exchange&)> work);

// 400 with code "bad_parameter".
void refuse(http::Exchange& exchange, const BadParameter& bad);
// 404 with code "not_found".
void not_found(http::Exchange& exchange, std::string_view what);
// 500 with code "database": the text is for the log, the client is told to look there.
void database_failed(http::Exchange& exchange, const Error& error);
// 200 with an entity tag that changes with the library, and with `variant`.
void respond_json(http::Exchange& exchange, std::string body, std::int64_t generation,
                  std::string_view variant = {});

// The library's generation as this session sees it.
std::int64_t generation_of(Session& session);

std::string_view query_or(const http::Exchange& exchange, std::string_view name);

void add_list_routes(http::Router& router, const Library& library);
void add_detail_routes(http::Router& router, const Library& library);
void add_cover_routes(http::Router& router, const Library& library);
void add_search_routes(http::Router& router, const Library& library);
void add_scan_routes(http::Router& router, const Library& library);

}  // namespace consort::catalog
