// One item with all that is known of it.
#include <optional>

#include "core/catalog/items_json.hpp"
#include "core/catalog/routes.hpp"

namespace consort::catalog {
namespace {

constexpr std::string_view kMost = "500";

// Row id of what has this public id in the list; 0: there is none.
std::int64_t row_id(Session& session, List list, std::string_view uid) {
    switch (list) {
        case List::tracks:
            return session.number("SELECT id FROM sources WHERE uid = ? AND kind = 1", {uid});
        case List::movies:
            return session.number("SELECT id FROM sources WHERE uid = ? AND kind = 2", {uid});
        case List::episodes:
            return session.number("SELECT id FROM sources WHERE uid = ? AND kind = 3", {uid});
        case List::albums:
            return session.number("SELECT id FROM albums WHERE uid = ?", {uid});
        case List::artists:
            return session.number("SELECT id FROM artists WHERE uid = ?", {uid});
        case List::shows:
            return session.number("SELECT id FROM shows WHERE uid = ?", {uid});
        case List::genres:
            return session.number("SELECT id FROM genres WHERE uid = ?", {uid});
        case List::broken:
            break;
    }
    return 0;
}

// The content's name.
std::string write_source(JsonWriter& json, Session& session, std::int64_t id) {
    std::string identity;
    session.query(
        "SELECT content_type, codec_string, sample_rate, channels, bits_per_sample, bit_rate, "
        "size, "
        "identity FROM sources WHERE id = ?",
        8, {id}, [&](const Row& row) {
            json.key("content_type").known(row.text(0));
            json.key("codec_string").known(row.text(1));
            json.key("sample_rate").known(row.integer(2));
            json.key("channels").known(row.integer(3));
            json.key("bit_depth").known(row.integer(4));
            json.key("bit_rate").known(row.integer(5));
            json.key("size").number(row.integer(6));
            json.key("identity").known(row.text(7));
            identity = row.text(7);
        });
    return identity;
}

// Null until the file has a media index: its first playback builds one.
void write_extent(JsonWriter& json, const std::optional<SoundExtent>& extent) {
    const auto number = [&](std::string_view name, std::uint64_t SoundExtent::*member) {
        json.key(name);
        if (extent)
            json.number(static_cast<std::int64_t>((*extent).*member));
        else
            json.null();
    };
    number("encoder_delay", &SoundExtent::delay);
    number("padding", &SoundExtent::padding);
    number("total_samples", &SoundExtent::samples);
}

void write_tags(JsonWriter& json, Session& session, std::int64_t id) {
    json.key("tags").begin_object();
    std::string open;
    session.query("SELECT name, value FROM tags WHERE source_id = ? ORDER BY name, position", 2,
                  {id}, [&](const Row& row) {
                      if (row.text(0) != open || open.empty()) {
                          if (!open.empty()) json.end_array();
                          open = row.text(0);
                          JsonWriter name;
                          name.text(open);
                          const std::string& quoted = name.str();
                          json.key(std::string_view(quoted).substr(1, quoted.size() - 2));
                          json.begin_array();
                      }
                      json.text(row.text(1));
                  });
    if (!open.empty()) json.end_array();
    json.end_object();
}

void write_track_detail(JsonWriter& json, Session& session, std::int64_t id) {
    session.query("SELECT disc_total, track_total, released, isrc FROM tracks WHERE id = ?", 4,
                  {id}, [&](const Row& row) {
                      json.key("disc_total").known(row.integer(0));
                      json.key("track_total").known(row.integer(1));
                      json.key("release_date").known(row.text(2));
                      json.key("isrc").known(row.text(3));
                  });
    json.key("credits").begin_array();
    session.query(
        "SELECT c.role, a.uid, a.name FROM credits c JOIN artists a ON a.id = c.artist_id "
        "WHERE c.track_id = ? ORDER BY c.role, c.position",
        3, {id}, [&](const Row& row) {
            json.begin_object().key("role").text(row.text(0)).key("id").text(row.text(1));
            json.key("name").text(row.text(2)).end_object();
        });
    json.end_array();
    json.key("genres").begin_array();
    session.query(
        "SELECT g.uid, g.name FROM track_genres t JOIN genres g ON g.id = t.genre_id "
        "WHERE t.track_id = ? ORDER BY g.sort_key",
        2, {id}, [&](const Row& row) {
            json.begin_object().key("id").text(row.text(0)).key("name").text(row.text(1));
            json.end_object();
        });
    json.end_array();
    json.key("loudness").null();
}

void write_seasons(JsonWriter& json, Session& session, std::int64_t id) {
    json.key("seasons").begin_array();
    session.query(
        "SELECT season_number, COUNT(*) FROM episodes WHERE show_id = ? GROUP BY season_number "
        "ORDER BY season_number",
        2, {id}, [&](const Row& row) {
            json.begin_object().key("season_number").number(row.integer(0));
            json.key("episode_count").number(row.integer(1)).end_object();
        });
    json.end_array();
}

// The first items of another list that belong to this one; "<name>_next" leads to the rest.
void write_children(JsonWriter& json, Session& session, List list, std::string_view name,
                    ListRequest request) {
    request.limit = kMost;
    ListQuery query;
    if (make_query(list, request, query)) return;
    const Page page = read_page(session, query);
    json.key(name).raw(page.items);
    json.key(std::string(name) + "_next").known(page.next);
}

void answer_detail(List list, std::string_view what, const Library& library,
                   http::Exchange& exchange) {
    const std::string_view uid = exchange.param("id");
    const Database::Reader reader = library.catalog.database().read();
    Session& session = *reader;
    const std::int64_t generation = generation_of(session);
    const std::int64_t id = row_id(session, list, uid);
    if (id == 0 && session.status()) return not_found(exchange, what);

    Rows rows;
    session.query_once(select_rows(list, {id}), list_columns(list), {}, [&](const Row& row) {
        std::vector<std::string>& columns = rows.emplace_back();
        for (unsigned i = 0; i < list_columns(list); ++i) columns.push_back(row.text(i));
    });
    if (rows.empty() && session.status()) return not_found(exchange, what);
    JsonWriter json;
    json.begin_object();
    if (!rows.empty()) write_members(json, list, Row(rows[0]), artist_links(session, list, rows));
    const bool film = list == List::movies || list == List::episodes;
    std::string identity;
    if (list == List::tracks || film) identity = write_source(json, session, id);
    std::optional<SoundExtent> extent;
    if (list == List::tracks) {
        extent = library.files.extent(identity);
        write_extent(json, extent);
        write_track_detail(json, session, id);
    }
    if (list == List::tracks || film) write_tags(json, session, id);
    ListRequest request;
    if (list == List::albums) {
        request.album = uid;
        request.sort = "album";
        write_children(json, session, List::tracks, "tracks", request);
    } else if (list == List::artists) {
        request.artist = uid;
        request.sort = "year";
        write_children(json, session, List::albums, "albums", request);
    } else if (list == List::shows) {
        write_seasons(json, session, id);
        request.show = uid;
        write_children(json, session, List::episodes, "episodes", request);
    }
    json.end_object();
    if (const Result<void> status = session.status(); !status)
        return database_failed(exchange, status.error());
    // An index makes the answer another one without the library changing.
    respond_json(exchange, std::move(json.str()), generation, extent ? "i" : "");
}

}  // namespace

void add_detail_routes(http::Router& router, const Library& library) {
    const auto add = [&](std::string path, List list, std::string_view what) {
        add_get(
            router, library, "/api/v1/" + std::move(path) + "/{id}",
            [list, what](const Library& l, http::Exchange& x) { answer_detail(list, what, l, x); });
    };
    add("tracks", List::tracks, "track");
    add("albums", List::albums, "album");
    add("artists", List::artists, "artist");
    add("genres", List::genres, "genre");
    add("movies", List::movies, "movie");
    add("shows", List::shows, "show");
    add("episodes", List::episodes, "episode");
}

}  // namespace consort::catalog
