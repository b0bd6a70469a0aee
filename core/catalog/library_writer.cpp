#include "core/catalog/library_writer.hpp"

#include <chrono>

#include "consort/abi/catalog.h"

#include "core/catalog/text.hpp"

namespace consort::catalog {
namespace {

constexpr std::size_t kMaxCached = 200'000;
constexpr std::string_view kEndOfTitle = " \xEE\x80\x80";  // U+E000

std::int64_t cached(std::unordered_map<std::string, std::int64_t>& cache, const std::string& key) {
    const auto found = cache.find(key);
    return found == cache.end() ? 0 : found->second;
}

void remember(std::unordered_map<std::string, std::int64_t>& cache, const std::string& key,
              std::int64_t id) {
    if (cache.size() >= kMaxCached) cache.clear();
    cache.emplace(key, id);
}

const char* search_table(std::uint32_t kind) {
    return kind == CONSORT_ITEM_TRACK   ? "tracks"
           : kind == CONSORT_ITEM_MOVIE ? "movies"
                                        : "episodes";
}

}  // namespace

std::int64_t wall_clock_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

void index_text(Session& session, std::string_view table, std::int64_t id, std::string_view title,
                std::string_view context) {
    session.run(
        "INSERT INTO search_" + std::string(table) + " (rowid, title, context) VALUES (?, ?, ?)",
        {id, std::string(title) + std::string(kEndOfTitle), context});
}

void unindex_text(Session& session, std::string_view table, std::int64_t id) {
    session.run("DELETE FROM search_" + std::string(table) + " WHERE rowid = ?", {id});
}

void LibraryWriter::reset() {
    directories_.clear();
    artists_.clear();
    genres_.clear();
    shows_.clear();
    albums_.clear();
    next_ids_.clear();
    touched_albums_.clear();
    departed_ = -1;
    seen_generation_ = -1;
    doubt_counts_ = true;
}

void LibraryWriter::begin(Session& session) {
    const std::int64_t now = session.number("SELECT value FROM meta WHERE name = 'generation'");
    if (seen_generation_ != now) {
        const bool doubt = doubt_counts_;
        reset();
        doubt_counts_ = doubt;
    }
    seen_generation_ = now + 1;  // what Database::write leaves behind
}

std::int64_t LibraryWriter::next(Session& session, const char* table) {
    auto [at, fresh] = next_ids_.try_emplace(table, 0);
    if (fresh) at->second = session.number("SELECT MAX(id) FROM " + std::string(table));
    return ++at->second;
}

std::int64_t LibraryWriter::directory(Session& session, const std::string& uri) {
    if (const std::int64_t id = cached(directories_, uri); id != 0) return id;
    std::int64_t id = session.number("SELECT id FROM directories WHERE uri = ?", {uri});
    if (id == 0) {
        id = next(session, "directories");
        session.run("INSERT INTO directories (id, uri) VALUES (?, ?)", {id, uri});
    }
    remember(directories_, uri, id);
    return id;
}

void LibraryWriter::set_cover(Session& session, std::int64_t directory_id,
                              const FolderCover& cover) {
    session.run(
        "UPDATE directories SET cover_name = ?, cover_size = ?, cover_modified_ns = ? WHERE id = ?",
        {cover.name, cover.size, cover.modified_ns, directory_id});
    session.query(
        "SELECT DISTINCT t.album_id FROM sources s JOIN tracks t ON t.id = s.id "
        "WHERE s.directory_id = ? AND t.album_id <> 0",
        1, {directory_id}, [&](const Row& row) { touched_albums_.insert(row.integer(0)); });
}

std::string LibraryWriter::choose_uid(Session& session, const Record& record,
                                      std::int64_t& added_ns) {
    if (departed_ < 0) departed_ = session.number("SELECT COUNT(*) FROM departed");
    if (!record.identity.empty() && departed_ > 0) {
        std::vector<std::pair<std::string, std::int64_t>> departed;
        session.query("SELECT uid, added_ns FROM departed WHERE identity = ? LIMIT 2", 2,
                      {record.identity},
                      [&](const Row& row) { departed.emplace_back(row.text(0), row.integer(1)); });
        if (departed.size() == 1) {
            session.run("DELETE FROM departed WHERE uid = ?", {departed[0].first});
            --departed_;
            added_ns = departed[0].second;
            return departed[0].first;
        }
    }
    // Made from the path, so that a catalog that is lost and scanned anew has the same ids.
    for (int attempt = 0;; ++attempt) {
        std::string uid = make_uid({"item", record.relative_uri, std::to_string(attempt)});
        if (session.number("SELECT COUNT(*) FROM sources WHERE uid = ?", {uid}) != 0) continue;
        if (departed_ > 0) {
            session.run("DELETE FROM departed WHERE uid = ?", {uid});
            departed_ = -1;
        }
        return uid;
    }
}

Change LibraryWriter::put(Session& session, std::int64_t directory_id, std::int64_t source_id,
                          const Record& record, std::int64_t generation) {
    Change change{Change::What::added, {}, record.kind};
    std::int64_t added_ns = wall_clock_ns();
    std::int64_t id = source_id;
    const bool broken = !record.reason.empty();
    const std::uint32_t kind = broken ? 0 : record.kind;
    if (id != 0) {
        change.what = Change::What::changed;
        std::uint32_t old_kind = 0;
        session.query("SELECT uid, kind, added_ns FROM sources WHERE id = ?", 3, {id},
                      [&](const Row& row) {
                          change.uid = row.text(0);
                          old_kind = static_cast<std::uint32_t>(row.integer(1));
                          added_ns = row.integer(2);
                      });
        clear_item(session, id, old_kind);
        session.run(
            "UPDATE sources SET size = ?, modified_ns = ?, file_id = ?, identity = ?, kind = ?, "
            "state = ?, reason = ?, container = ?, content_type = ?, has_cover = ?, "
            "duration_ns = ?, codec = ?, codec_string = ?, audio_codec = ?, sample_rate = ?, "
            "channels = ?, bits_per_sample = ?, bit_rate = ?, width = ?, height = ? WHERE id = ?",
            {record.stat.size,
             record.stat.modified_ns,
             record.stat.file_id,
             record.identity,
             kind,
             broken ? 1 : 0,
             record.reason,
             record.container,
             record.content_type,
             record.has_cover ? 1 : 0,
             record.duration_ns,
             record.codec,
             record.codec_string,
             record.audio_codec,
             record.sample_rate,
             record.channels,
             record.bits_per_sample,
             record.bit_rate,
             record.width,
             record.height,
             id});
    } else {
        change.uid = choose_uid(session, record, added_ns);
        id = next(session, "sources");
        session.run(
            "INSERT INTO sources (id, uid, directory_id, name, size, modified_ns, file_id, "
            "identity, kind, state, reason, container, content_type, has_cover, duration_ns, "
            "codec, "
            "codec_string, audio_codec, sample_rate, channels, bits_per_sample, bit_rate, width, "
            "height, added_ns, generation) VALUES "
            "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            {id,
             change.uid,
             directory_id,
             record.name,
             record.stat.size,
             record.stat.modified_ns,
             record.stat.file_id,
             record.identity,
             kind,
             broken ? 1 : 0,
             record.reason,
             record.container,
             record.content_type,
             record.has_cover ? 1 : 0,
             record.duration_ns,
             record.codec,
             record.codec_string,
             record.audio_codec,
             record.sample_rate,
             record.channels,
             record.bits_per_sample,
             record.bit_rate,
             record.width,
             record.height,
             added_ns,
             generation});
    }
    change.kind = kind;
    if (broken) return change;

    if (kind == CONSORT_ITEM_TRACK) {
        put_track(session, id, record, added_ns);
    } else if (kind == CONSORT_ITEM_MOVIE) {
        session.run(
            "INSERT INTO movies (id, title, sort_key, year, duration_ns, added_ns) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            {id, record.title, record.sort_key, record.year, record.duration_ns, added_ns});
    } else {
        put_episode(session, id, record, added_ns);
    }
    index_text(session, search_table(kind), id, record.search_title, record.search_context);
    int position = 0;
    for (const auto& [name, value] : record.tags)
        session.run("INSERT INTO tags (source_id, position, name, value) VALUES (?, ?, ?, ?)",
                    {id, position++, name, value});
    return change;
}

void LibraryWriter::put_track(Session& session, std::int64_t id, const Record& record,
                              std::int64_t added_ns) {
    const std::int64_t album_id = record.album.empty() ? 0 : album(session, record, added_ns);
    session.run(
        "INSERT INTO tracks (id, title, sort_key, artist, artist_key, album_id, album_key, "
        "disc_number, disc_total, track_number, track_total, year, released, isrc, duration_ns, "
        "added_ns) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {id, record.title, record.sort_key, record.artist, record.artist_key, album_id,
         record.album_key, record.disc_number, record.disc_total, record.track_number,
         record.track_total, record.year, record.released, record.isrc, record.duration_ns,
         added_ns});
    std::unordered_map<std::string, int> positions;
    for (const CreditRecord& credit : record.credits) {
        const std::int64_t who = artist(session, credit.who);
        touched_artists_.insert(who);
        session.run("INSERT INTO credits (track_id, role, position, artist_id) VALUES (?, ?, ?, ?)",
                    {id, credit.role, positions[credit.role]++, who});
    }
    std::set<std::int64_t> genres;
    for (const NameRecord& name : record.genres) genres.insert(genre(session, name));
    for (const std::int64_t one : genres)
        session.run("INSERT INTO track_genres (track_id, genre_id) VALUES (?, ?)", {id, one});
    touched_genres_.merge(genres);
}

void LibraryWriter::put_episode(Session& session, std::int64_t id, const Record& record,
                                std::int64_t added_ns) {
    const std::int64_t show_id = show(session, record);
    touched_shows_.insert(show_id);
    session.run(
        "INSERT INTO episodes (id, show_id, show_key, season_number, episode_number, title, "
        "sort_key, year, duration_ns, added_ns) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {id, show_id, record.show.sort_key, record.season_number, record.episode_number,
         record.title, record.sort_key, record.year, record.duration_ns, added_ns});
}

std::int64_t LibraryWriter::artist(Session& session, const NameRecord& who) {
    if (const std::int64_t id = cached(artists_, who.fold); id != 0) return id;
    std::int64_t id = session.number("SELECT id FROM artists WHERE name_fold = ?", {who.fold});
    if (id == 0) {
        id = next(session, "artists");
        session.run(
            "INSERT INTO artists (id, uid, name, name_fold, sort_key) VALUES (?, ?, ?, ?, ?)",
            {id, make_uid({"artist", who.fold}), who.name, who.fold, who.sort_key});
        index_text(session, "artists", id, search_text(who.name), "");
    }
    remember(artists_, who.fold, id);
    return id;
}

std::int64_t LibraryWriter::genre(Session& session, const NameRecord& name) {
    if (const std::int64_t id = cached(genres_, name.fold); id != 0) return id;
    std::int64_t id = session.number("SELECT id FROM genres WHERE name_fold = ?", {name.fold});
    if (id == 0) {
        id = next(session, "genres");
        session.run(
            "INSERT INTO genres (id, uid, name, name_fold, sort_key) VALUES (?, ?, ?, ?, ?)",
            {id, make_uid({"genre", name.fold}), name.name, name.fold, name.sort_key});
    }
    remember(genres_, name.fold, id);
    return id;
}

std::int64_t LibraryWriter::show(Session& session, const Record& record) {
    const NameRecord& name = record.show;
    if (const std::int64_t id = cached(shows_, name.fold); id != 0) return id;
    std::int64_t id = session.number("SELECT id FROM shows WHERE title_fold = ?", {name.fold});
    if (id == 0) {
        id = next(session, "shows");
        session.run(
            "INSERT INTO shows (id, uid, title, title_fold, sort_key) VALUES (?, ?, ?, ?, ?)",
            {id, make_uid({"show", name.fold}), name.name, name.fold, name.sort_key});
        index_text(session, "shows", id, record.show_search, "");
    }
    remember(shows_, name.fold, id);
    return id;
}

void LibraryWriter::album_credits(Session& session, std::int64_t album_id,
                                  const std::vector<std::int64_t>& artists) {
    std::vector<std::int64_t> old;
    session.query("SELECT artist_id FROM album_credits WHERE album_id = ? ORDER BY position", 1,
                  {album_id}, [&](const Row& row) { old.push_back(row.integer(0)); });
    touched_artists_.insert(artists.begin(), artists.end());
    if (old == artists) return;
    touched_artists_.insert(old.begin(), old.end());
    session.run("DELETE FROM album_credits WHERE album_id = ?", {album_id});
    int position = 0;
    for (const std::int64_t who : artists)
        session.run("INSERT INTO album_credits (album_id, position, artist_id) VALUES (?, ?, ?)",
                    {album_id, position++, who});
}

std::int64_t LibraryWriter::album(Session& session, const Record& record, std::int64_t added_ns) {
    auto at = albums_.find(record.album_grouping);
    if (at == albums_.end()) {
        Album found;
        session.query("SELECT id, title, artist FROM albums WHERE grouping_key = ?", 3,
                      {record.album_grouping}, [&](const Row& row) {
                          found = {row.integer(0), row.text(1), row.text(2)};
                      });
        if (albums_.size() >= kMaxCached) albums_.clear();
        at = albums_.emplace(record.album_grouping, std::move(found)).first;
    }
    Album& entry = at->second;
    const bool given = !record.album_artist.empty();
    const bool fresh = entry.id == 0;
    if (fresh) {
        entry.id = next(session, "albums");
        session.run(
            "INSERT INTO albums (id, uid, grouping_key, title, sort_key, artist, artist_key, "
            "artist_given, added_ns) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            {entry.id, make_uid({"album", record.album_grouping}), record.album_grouping,
             record.album, record.album_key, record.album_artist, record.album_artist_key,
             given ? 1 : 0, added_ns});
        index_text(session, "albums", entry.id, record.album_search,
                   search_text(record.album_artist));
    } else if (entry.title != record.album || (given && entry.artist != record.album_artist)) {
        session.run("UPDATE albums SET title = ?, sort_key = ? WHERE id = ?",
                    {record.album, record.album_key, entry.id});
        if (given)
            session.run(
                "UPDATE albums SET artist = ?, artist_key = ?, artist_given = 1 WHERE id = ?",
                {record.album_artist, record.album_artist_key, entry.id});
        unindex_text(session, "albums", entry.id);
        index_text(session, "albums", entry.id, record.album_search,
                   search_text(given ? record.album_artist : entry.artist));
    }
    if (given && (fresh || entry.artist != record.album_artist)) {
        std::vector<std::int64_t> artists;
        for (const NameRecord& who : record.album_artists) artists.push_back(artist(session, who));
        album_credits(session, entry.id, artists);
    }
    entry.title = record.album;
    if (given) entry.artist = record.album_artist;
    touched_albums_.insert(entry.id);
    return entry.id;
}

void LibraryWriter::clear_item(Session& session, std::int64_t id, std::uint32_t kind) {
    const auto gather = [&](const char* sql, std::set<std::int64_t>& into) {
        session.query(sql, 1, {id}, [&](const Row& row) { into.insert(row.integer(0)); });
    };
    if (kind == CONSORT_ITEM_TRACK) {
        gather("SELECT album_id FROM tracks WHERE id = ? AND album_id <> 0", touched_albums_);
        gather("SELECT artist_id FROM credits WHERE track_id = ?", touched_artists_);
        gather("SELECT genre_id FROM track_genres WHERE track_id = ?", touched_genres_);
        session.run("DELETE FROM credits WHERE track_id = ?", {id});
        session.run("DELETE FROM track_genres WHERE track_id = ?", {id});
        session.run("DELETE FROM tracks WHERE id = ?", {id});
    } else if (kind == CONSORT_ITEM_MOVIE) {
        session.run("DELETE FROM movies WHERE id = ?", {id});
    } else if (kind == CONSORT_ITEM_EPISODE) {
        gather("SELECT show_id FROM episodes WHERE id = ?", touched_shows_);
        session.run("DELETE FROM episodes WHERE id = ?", {id});
    }
    if (kind != 0) unindex_text(session, search_table(kind), id);
    session.run("DELETE FROM tags WHERE source_id = ?", {id});
}

std::vector<Change> LibraryWriter::remove(Session& session, std::int64_t source_id, bool movable,
                                          std::int64_t generation) {
    std::string uid, identity;
    std::int64_t added_ns = 0;
    std::uint32_t kind = 0;
    session.query("SELECT uid, identity, kind, added_ns FROM sources WHERE id = ?", 4, {source_id},
                  [&](const Row& row) {
                      uid = row.text(0);
                      identity = row.text(1);
                      kind = static_cast<std::uint32_t>(row.integer(2));
                      added_ns = row.integer(3);
                  });
    if (uid.empty()) return {};
    clear_item(session, source_id, kind);
    session.run("DELETE FROM sources WHERE id = ?", {source_id});

    struct Heir {
        std::int64_t id;
        std::string uid;
        std::uint32_t kind;
    };
    std::vector<Heir> heirs;
    if (movable && !identity.empty())
        session.query(
            "SELECT id, uid, kind FROM sources WHERE identity = ? AND generation = ? LIMIT 2", 3,
            {identity, generation}, [&](const Row& row) {
                heirs.push_back(
                    {row.integer(0), row.text(1), static_cast<std::uint32_t>(row.integer(2))});
            });
    if (heirs.size() == 1) {
        session.run("UPDATE sources SET uid = ?, added_ns = ? WHERE id = ?",
                    {uid, added_ns, heirs[0].id});
        if (heirs[0].kind != 0)
            session.run("UPDATE " + std::string(search_table(heirs[0].kind)) +
                            " SET added_ns = ? WHERE id = ?",
                        {added_ns, heirs[0].id});
        return {{Change::What::removed, heirs[0].uid, heirs[0].kind},
                {Change::What::changed, uid, heirs[0].kind}};
    }
    departed_ = -1;
    if (!identity.empty())
        session.run(
            "INSERT INTO departed (uid, identity, added_ns, departed_ns) VALUES (?, ?, ?, ?)",
            {uid, identity, added_ns, wall_clock_ns()});
    return {{Change::What::removed, uid, kind}};
}

}  // namespace consort::catalog
