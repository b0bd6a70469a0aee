#include "core/catalog/items_json.hpp"

#include "core/catalog/text.hpp"

namespace consort::catalog {
namespace {

void write_track(JsonWriter& json, const Row& row, const ArtistLinks& links) {
    json.key("id").text(row.text(1));
    json.key("kind").text("track");
    json.key("title").text(row.text(2));
    json.key("artist").text(row.text(3));
    const auto artists = links.find(row.integer(0));
    json.key("artists").raw(artists == links.end() ? "[]" : artists->second);
    json.key("album").known(row.text(4));
    json.key("album_id").known(row.text(5));
    json.key("album_artist").known(row.text(14));
    json.key("disc_number").known(row.integer(6));
    json.key("track_number").known(row.integer(7));
    json.key("year").known(row.integer(8));
    json.key("duration").seconds(row.integer(9));
    json.key("codec").known(row.text(10));
    json.key("container").known(row.text(11));
    json.key("has_cover").boolean(row.integer(12) != 0);
    json.key("added_at").time(row.integer(13));
}

void write_album(JsonWriter& json, const Row& row, const ArtistLinks& links) {
    json.key("id").text(row.text(1));
    json.key("title").text(row.text(2));
    json.key("artist").text(row.text(3));
    const auto artists = links.find(row.integer(0));
    json.key("artists").raw(artists == links.end() ? "[]" : artists->second);
    json.key("year").known(row.integer(4));
    json.key("track_count").number(row.integer(5));
    json.key("duration").seconds(row.integer(6));
    json.key("has_cover").boolean(row.integer(7) != 0);
    json.key("added_at").time(row.integer(8));
}

// From `first`: width, height, codec, audio codec, container, cover, added.
void write_film_tail(JsonWriter& json, const Row& row, std::size_t first) {
    json.key("width").known(row.integer(first));
    json.key("height").known(row.integer(first + 1));
    json.key("codec").known(row.text(first + 2));
    json.key("audio_codec").known(row.text(first + 3));
    json.key("container").known(row.text(first + 4));
    json.key("has_cover").boolean(row.integer(first + 5) != 0);
    json.key("added_at").time(row.integer(first + 6));
}

void write_episode(JsonWriter& json, const Row& row) {
    json.key("id").text(row.text(1));
    json.key("kind").text("episode");
    json.key("title").text(row.text(2));
    json.key("show_id").text(row.text(3));
    json.key("show").text(row.text(4));
    json.key("season_number").number(row.integer(5));
    json.key("episode_number").number(row.integer(6));
    json.key("year").known(row.integer(7));
    json.key("duration").seconds(row.integer(8));
    write_film_tail(json, row, 9);
}

std::string items_array(List list, const Rows& rows, const ArtistLinks& links) {
    JsonWriter json;
    json.begin_array();
    for (const std::vector<std::string>& columns : rows) {
        json.begin_object();
        write_members(json, list, Row(columns), links);
        json.end_object();
    }
    json.end_array();
    return std::move(json.str());
}

}  // namespace

ArtistLinks artist_links(Session& session, List list, const Rows& rows) {
    ArtistLinks links;
    if (rows.empty() || (list != List::tracks && list != List::albums)) return links;
    std::string ids;
    for (const std::vector<std::string>& row : rows) ids += (ids.empty() ? "" : ", ") + row[0];
    const std::string sql =
        list == List::tracks
            ? "SELECT c.track_id, a.uid, a.name FROM credits c JOIN artists a ON a.id = "
              "c.artist_id "
              "WHERE c.role = 'artist' AND c.track_id IN (" +
                  ids + ") ORDER BY c.track_id, c.position"
            : "SELECT c.album_id, a.uid, a.name FROM album_credits c JOIN artists a "
              "ON a.id = c.artist_id WHERE c.album_id IN (" +
                  ids + ") ORDER BY c.album_id, c.position";
    session.query_once(sql, 3, {}, [&](const Row& row) {
        JsonWriter one;
        one.begin_object().key("id").text(row.text(1)).key("name").text(row.text(2)).end_object();
        std::string& json = links[row.integer(0)];
        if (json.empty())
            json = "[" + one.str() + "]";
        else
            json.insert(json.size() - 1, "," + one.str());
    });
    return links;
}

void write_members(JsonWriter& json, List list, const Row& row, const ArtistLinks& links) {
    switch (list) {
        case List::tracks:
            write_track(json, row, links);
            break;
        case List::albums:
            write_album(json, row, links);
            break;
        case List::artists:
            json.key("id").text(row.text(1)).key("name").text(row.text(2));
            json.key("track_count").number(row.integer(3));
            json.key("album_count").number(row.integer(4));
            break;
        case List::genres:
            json.key("id").text(row.text(1)).key("name").text(row.text(2));
            json.key("track_count").number(row.integer(3));
            break;
        case List::movies:
            json.key("id").text(row.text(1)).key("kind").text("movie");
            json.key("title").text(row.text(2));
            json.key("year").known(row.integer(3));
            json.key("duration").seconds(row.integer(4));
            write_film_tail(json, row, 5);
            break;
        case List::shows:
            json.key("id").text(row.text(1)).key("title").text(row.text(2));
            json.key("episode_count").number(row.integer(3));
            json.key("season_count").number(row.integer(4));
            break;
        case List::episodes:
            write_episode(json, row);
            break;
        case List::broken:
            json.key("id").text(row.text(1));
            json.key("file").text(clean(percent_decode(row.text(3))));
            json.key("folder").text(
                clean(percent_decode(row.text(2).substr(row.text(2).rfind('/') + 1))));
            json.key("reason").text(row.text(4));
            json.key("size").number(row.integer(5));
            json.key("added_at").time(row.integer(6));
            break;
    }
}

Page read_page(Session& session, const ListQuery& query) {
    Page page;
    Rows rows;
    const auto read = [&](const Statement& statement) {
        rows.clear();
        session.query(statement.sql, query.columns, statement.values, [&](const Row& row) {
            std::vector<std::string>& columns = rows.emplace_back();
            for (unsigned i = 0; i < query.columns; ++i) columns.push_back(row.text(i));
        });
    };
    if (!query.walk.sql.empty()) {
        std::int64_t matches = 0;
        session.query(query.matches.sql, 1, query.matches.values,
                      [&](const Row& row) { matches = row.integer(0); });
        if (const auto walk = choose_walk(query, matches, session.number(count_rows(query.list))))
            read(*walk);
    }
    if (rows.size() <= query.limit) read(query.query);
    if (rows.size() > query.limit) {
        rows.pop_back();
        page.next = make_cursor(query, Row(rows.back()));
    }
    page.items = items_array(query.list, rows, artist_links(session, query.list, rows));
    return page;
}

std::string rows_json(Session& session, List list, const std::vector<std::int64_t>& ids) {
    if (ids.empty()) return "[]";
    std::map<std::int64_t, std::vector<std::string>> found;
    const unsigned columns = list_columns(list);
    session.query_once(select_rows(list, ids), columns, {}, [&](const Row& row) {
        std::vector<std::string>& one = found[row.integer(0)];
        for (unsigned i = 0; i < columns; ++i) one.push_back(row.text(i));
    });
    Rows rows;
    for (const std::int64_t id : ids)
        if (const auto at = found.find(id); at != found.end())
            rows.push_back(std::move(at->second));
    return items_array(list, rows, artist_links(session, list, rows));
}

}  // namespace consort::catalog
