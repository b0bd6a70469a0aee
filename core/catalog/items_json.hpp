// Rows of lists as the JSON of the HTTP interface.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/catalog/database.hpp"
#include "core/catalog/json.hpp"
#include "core/catalog/list_query.hpp"

namespace consort::catalog {

using Rows = std::vector<std::vector<std::string>>;

// {"id","name"} of artists, by the row id of the track or album.
using ArtistLinks = std::map<std::int64_t, std::string>;
ArtistLinks artist_links(Session& session, List list, const Rows& rows);

// The members of one item, without the braces, so that details can add to them.
void write_members(JsonWriter& json, List list, const Row& row, const ArtistLinks& links);

struct Page {
    std::string items;  // a JSON array
    std::string next;   // empty: none
};
// Runs the query; the session's status tells whether that worked.
Page read_page(Session& session, const ListQuery& query);

// The rows with these ids, in the order of `ids`, as a JSON array.
std::string rows_json(Session& session, List list, const std::vector<std::int64_t>& ids);

}  // namespace consort::catalog
