// The library's HTTP routes, under /api/v1.
#pragma once

#include "core/base/executor.hpp"
#include "core/catalog/catalog.hpp"
#include "core/catalog/media_files.hpp"
#include "core/catalog/scanner.hpp"
#include "core/http/router.hpp"
#include "core/media/segment_cache.hpp"

namespace consort::catalog {

// Lists: GET /tracks /albums /artists /genres /movies /shows /episodes
//   ?limit=1…500 (50) &cursor=… &sort=… (a leading '-' turns it round) &q=… and the filters
//   album= artist= genre= show= season= answer {"items":[…],"next":cursor-or-null}.
// Items: GET /tracks/{id} /albums/{id} (with "tracks") /artists/{id} (with "albums") /movies/{id}
//   /shows/{id} (with "episodes") /episodes/{id}.
// Covers: GET /tracks/{id}/cover /albums/{id}/cover /movies/{id}/cover /episodes/{id}/cover, as
// they
//   are stored or, with ?size=N, at most N pixels wide and high (16 to 1024, never made larger).
// GET /search?q=&limit= answers {"tracks","albums","artists","movies","shows","episodes"}.
// POST /library/scan (202), GET /library/scan (JSON, or server-sent events if Accept asks),
// GET /library/broken, GET /library (counts).
//
// Everything must outlive the router's last request; blocking work runs on `workers`,
// and small covers are kept in `cache`.
void add_routes(http::Router& router, Catalog& catalog, Scanner& scanner, MediaFiles& files,
                media::SegmentCache& cache, base::Executor& workers);

}  // namespace consort::catalog
