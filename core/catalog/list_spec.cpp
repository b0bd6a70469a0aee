#include "core/catalog/list_spec.hpp"

namespace consort::catalog {

const ListSpec& spec_of(List list) {
    static const ListSpec tracks{
        "tracks",
        "t.id",
        "t.id, s.uid, t.title, t.artist, al.title, al.uid, t.disc_number, t.track_number, t.year, "
        "t.duration_ns, s.codec, s.container, "
        "CASE WHEN s.has_cover = 1 OR d.cover_name <> '' THEN 1 ELSE 0 END, t.added_ns, al.artist",
        15,
        "tracks t",
        "JOIN sources s ON s.id = t.id JOIN directories d ON d.id = s.directory_id "
        "LEFT JOIN albums al ON al.id = t.album_id",
        "",
        "tracks",
        {{"title", {{"t.sort_key", true}}},
         {"added", {{"t.added_ns", false}}},
         {"album",
          {{"t.album_key", true},
           {"t.album_id", false},
           {"t.disc_number", false},
           {"t.track_number", false}}},
         {"artist",
          {{"t.artist_key", true},
           {"t.album_key", true},
           {"t.disc_number", false},
           {"t.track_number", false}}},
         {"year", {{"t.year", false}, {"t.sort_key", true}}},
         {"duration", {{"t.duration_ns", false}}}}};
    static const ListSpec albums{
        "albums",
        "a.id",
        "a.id, a.uid, a.title, a.artist, a.year, a.track_count, a.duration_ns, a.has_cover, "
        "a.added_ns",
        9,
        "albums a",
        "",
        "",
        "albums",
        {{"title", {{"a.sort_key", true}}},
         {"added", {{"a.added_ns", false}}},
         {"artist", {{"a.artist_key", true}, {"a.year", false}, {"a.sort_key", true}}},
         {"year", {{"a.year", false}, {"a.sort_key", true}}}}};
    static const ListSpec artists{"artists",
                                  "a.id",
                                  "a.id, a.uid, a.name, a.track_count, a.album_count",
                                  5,
                                  "artists a",
                                  "",
                                  "(a.track_count > 0 OR a.album_count > 0)",
                                  "artists",
                                  {{"name", {{"a.sort_key", true}}}}};
    static const ListSpec genres{"genres", "g.id",     "g.id, g.uid, g.name, g.track_count",
                                 4,        "genres g", "",
                                 "",       "",         {{"name", {{"g.sort_key", true}}}}};
    static const ListSpec movies{
        "movies",
        "m.id",
        "m.id, s.uid, m.title, m.year, m.duration_ns, s.width, s.height, s.codec, s.audio_codec, "
        "s.container, CASE WHEN s.has_cover = 1 OR d.cover_name <> '' THEN 1 ELSE 0 END, "
        "m.added_ns",
        12,
        "movies m",
        "JOIN sources s ON s.id = m.id JOIN directories d ON d.id = s.directory_id",
        "",
        "movies",
        {{"title", {{"m.sort_key", true}}},
         {"added", {{"m.added_ns", false}}},
         {"year", {{"m.year", false}, {"m.sort_key", true}}},
         {"duration", {{"m.duration_ns", false}}}}};
    static const ListSpec shows{
        "shows", "h.id",    "h.id, h.uid, h.title, h.episode_count, h.season_count",
        5,       "shows h", "",
        "",      "shows",   {{"title", {{"h.sort_key", true}}}}};
    static const ListSpec episodes{
        "episodes",
        "e.id",
        "e.id, s.uid, e.title, h.uid, h.title, e.season_number, e.episode_number, e.year, "
        "e.duration_ns, s.width, s.height, s.codec, s.audio_codec, s.container, "
        "CASE WHEN s.has_cover = 1 OR d.cover_name <> '' THEN 1 ELSE 0 END, e.added_ns",
        16,
        "episodes e",
        "JOIN sources s ON s.id = e.id JOIN directories d ON d.id = s.directory_id "
        "JOIN shows h ON h.id = e.show_id",
        "",
        "episodes",
        {{"show",
          {{"e.show_key", true},
           {"e.show_id", false},
           {"e.season_number", false},
           {"e.episode_number", false}}},
         {"title", {{"e.sort_key", true}}},
         {"added", {{"e.added_ns", false}}}}};
    static const ListSpec broken{"broken",
                                 "s.id",
                                 "s.id, s.uid, d.uri, s.name, s.reason, s.size, s.added_ns",
                                 7,
                                 "sources s",
                                 "JOIN directories d ON d.id = s.directory_id",
                                 "s.state = 1",
                                 "",
                                 {{"added", {}}}};
    switch (list) {
        case List::tracks:
            return tracks;
        case List::albums:
            return albums;
        case List::artists:
            return artists;
        case List::genres:
            return genres;
        case List::movies:
            return movies;
        case List::shows:
            return shows;
        case List::episodes:
            return episodes;
        case List::broken:
            return broken;
    }
    return tracks;
}

}  // namespace consort::catalog
