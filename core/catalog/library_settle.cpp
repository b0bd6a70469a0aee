// What the library keeps about albums, artists, genres and shows as a whole.
#include "core/catalog/library_writer.hpp"
#include "core/catalog/text.hpp"

namespace consort::catalog {

void LibraryWriter::settle(Session& session, bool counts_too) {
    for (const std::int64_t id : touched_albums_) settle_album(session, id);
    touched_albums_.clear();
    if (counts_too) settle_counts(session);
}

void LibraryWriter::settle_album(Session& session, std::int64_t id) {
    bool given = false;
    std::string old_artist, title;
    session.query("SELECT artist_given, artist, title FROM albums WHERE id = ?", 3, {id},
                  [&](const Row& row) {
                      given = row.integer(0) != 0;
                      old_artist = row.text(1);
                      title = row.text(2);
                  });
    std::int64_t count = 0, duration = 0, year = 0, added = 0, cover = 0, first = 0;
    bool one_artist = false;
    std::string artist, artist_key;
    session.query(
        "SELECT COUNT(*), SUM(t.duration_ns), MIN(CASE WHEN t.year > 0 THEN t.year END), "
        "MIN(t.artist_key), MAX(t.artist_key), MIN(t.artist), MIN(t.added_ns), "
        "MAX(CASE WHEN s.has_cover = 1 OR d.cover_name <> '' THEN 1 ELSE 0 END), MIN(t.id) "
        "FROM tracks t JOIN sources s ON s.id = t.id JOIN directories d ON d.id = s.directory_id "
        "WHERE t.album_id = ?",
        9, {id}, [&](const Row& row) {
            count = row.integer(0);
            duration = row.integer(1);
            year = row.integer(2);
            artist_key = row.text(3);
            one_artist = row.text(3) == row.text(4);
            artist = row.text(5);
            added = row.integer(6);
            cover = row.integer(7);
            first = row.integer(8);
        });
    if (count == 0) {
        album_credits(session, id, {});
        session.run("DELETE FROM albums WHERE id = ?", {id});
        unindex_text(session, "albums", id);
        albums_.clear();
        return;
    }
    session.run(
        "UPDATE albums SET track_count = ?, duration_ns = ?, year = ?, added_ns = ?, has_cover = ? "
        "WHERE id = ?",
        {count, duration, year, added, cover, id});
    settle_album_genres(session, id);
    if (given) return;

    // No tag names the album's artist: its tracks do.
    std::vector<std::int64_t> artists;
    if (one_artist) {
        session.query(
            "SELECT artist_id FROM credits WHERE track_id = ? AND role = 'artist' ORDER BY "
            "position",
            1, {first}, [&](const Row& row) { artists.push_back(row.integer(0)); });
    } else {
        artist = "Various Artists";
        artist_key = sort_key(artist);
    }
    album_credits(session, id, artists);
    if (artist == old_artist) return;
    session.run("UPDATE albums SET artist = ?, artist_key = ? WHERE id = ?",
                {artist, artist_key, id});
    unindex_text(session, "albums", id);
    index_text(session, "albums", id, search_text(title), search_text(artist));
}

void LibraryWriter::settle_album_genres(Session& session, std::int64_t id) {
    std::set<std::int64_t> old, now;
    session.query("SELECT genre_id FROM album_genres WHERE album_id = ?", 1, {id},
                  [&](const Row& row) { old.insert(row.integer(0)); });
    session.query(
        "SELECT DISTINCT g.genre_id FROM tracks t JOIN track_genres g ON g.track_id = t.id "
        "WHERE t.album_id = ?",
        1, {id}, [&](const Row& row) { now.insert(row.integer(0)); });
    for (const std::int64_t genre : old)
        if (!now.contains(genre))
            session.run("DELETE FROM album_genres WHERE album_id = ? AND genre_id = ?",
                        {id, genre});
    for (const std::int64_t genre : now)
        if (!old.contains(genre))
            session.run("INSERT INTO album_genres (album_id, genre_id) VALUES (?, ?)", {id, genre});
}

void LibraryWriter::settle_counts(Session& session) {
    if (doubt_counts_) {
        const auto all = [&](const char* sql, std::set<std::int64_t>& into) {
            session.query(sql, 1, {}, [&](const Row& row) { into.insert(row.integer(0)); });
        };
        all("SELECT id FROM artists", touched_artists_);
        all("SELECT id FROM genres", touched_genres_);
        all("SELECT id FROM shows", touched_shows_);
        doubt_counts_ = false;
    }
    bool gone = false;
    for (const std::int64_t id : touched_artists_) {
        session.run(
            "UPDATE artists SET track_count = (SELECT COUNT(DISTINCT track_id) FROM credits "
            "WHERE artist_id = artists.id AND role IN ('artist', 'albumartist')), "
            "album_count = (SELECT COUNT(DISTINCT album_id) FROM album_credits "
            "WHERE artist_id = artists.id) WHERE id = ?",
            {id});
        const std::int64_t uses = session.number(
            "SELECT track_count + album_count + (SELECT COUNT(*) FROM credits "
            "WHERE artist_id = artists.id) FROM artists WHERE id = ?",
            {id});
        if (uses > 0) continue;
        session.run("DELETE FROM artists WHERE id = ?", {id});
        unindex_text(session, "artists", id);
        gone = true;
    }
    for (const std::int64_t id : touched_genres_) {
        session.run(
            "UPDATE genres SET track_count = (SELECT COUNT(*) FROM track_genres "
            "WHERE genre_id = genres.id) WHERE id = ?",
            {id});
        if (session.number("SELECT track_count FROM genres WHERE id = ?", {id}) > 0) continue;
        session.run("DELETE FROM genres WHERE id = ?", {id});
        gone = true;
    }
    for (const std::int64_t id : touched_shows_) {
        session.run(
            "UPDATE shows SET episode_count = (SELECT COUNT(*) FROM episodes "
            "WHERE show_id = shows.id), season_count = (SELECT COUNT(DISTINCT season_number) "
            "FROM episodes WHERE show_id = shows.id) WHERE id = ?",
            {id});
        if (session.number("SELECT episode_count FROM shows WHERE id = ?", {id}) > 0) continue;
        session.run("DELETE FROM shows WHERE id = ?", {id});
        unindex_text(session, "shows", id);
        gone = true;
    }
    touched_artists_.clear();
    touched_genres_.clear();
    touched_shows_.clear();
    if (gone) {
        artists_.clear();
        genres_.clear();
        shows_.clear();
    }
}

}  // namespace consort::catalog
