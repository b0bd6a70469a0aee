-- The library. Text that ends in _key is a collation key and compares byte by byte; text that ends
-- in _fold is folded for comparison. Names of files are as in their URI, percent-encoded. Row ids
-- are given out by the one writer, so that no dialect's sequences are needed.

CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE directories (
    id INTEGER NOT NULL PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    cover_name TEXT NOT NULL DEFAULT '',
    cover_size BIGINT NOT NULL DEFAULT 0,
    cover_modified_ns BIGINT NOT NULL DEFAULT 0
);

-- One row a media file. kind: 0 none (broken), 1 track, 2 movie, 3 episode. state: 0 good, 1 broken.
CREATE TABLE sources (
    id INTEGER NOT NULL PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    directory_id INTEGER NOT NULL REFERENCES directories (id),
    name TEXT NOT NULL,
    size BIGINT NOT NULL,
    modified_ns BIGINT NOT NULL,
    file_id BIGINT NOT NULL,
    identity TEXT NOT NULL,
    kind INTEGER NOT NULL,
    state INTEGER NOT NULL,
    reason TEXT NOT NULL,
    container TEXT NOT NULL,
    content_type TEXT NOT NULL,
    has_cover INTEGER NOT NULL,
    duration_ns BIGINT NOT NULL,
    codec TEXT NOT NULL,
    codec_string TEXT NOT NULL,
    audio_codec TEXT NOT NULL,
    sample_rate INTEGER NOT NULL,
    channels INTEGER NOT NULL,
    bits_per_sample INTEGER NOT NULL,
    bit_rate INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    added_ns BIGINT NOT NULL,
    generation INTEGER NOT NULL,
    UNIQUE (directory_id, name)
);
CREATE INDEX sources_kind ON sources (kind, uid);
CREATE INDEX sources_identity ON sources (identity);
CREATE INDEX sources_state ON sources (state, id);

-- Files that vanished, so that one that comes back, or turns up elsewhere, keeps its id.
CREATE TABLE departed (
    uid TEXT NOT NULL PRIMARY KEY,
    identity TEXT NOT NULL,
    added_ns BIGINT NOT NULL,
    departed_ns BIGINT NOT NULL
);
CREATE INDEX departed_identity ON departed (identity);

CREATE TABLE artists (
    id INTEGER NOT NULL PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_fold TEXT NOT NULL UNIQUE,
    sort_key TEXT NOT NULL,
    track_count INTEGER NOT NULL DEFAULT 0,
    album_count INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX artists_sort ON artists (sort_key, id);

CREATE TABLE albums (
    id INTEGER NOT NULL PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    grouping_key TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    sort_key TEXT NOT NULL,
    artist TEXT NOT NULL,
    artist_key TEXT NOT NULL,
    artist_given INTEGER NOT NULL,
    year INTEGER NOT NULL DEFAULT 0,
    track_count INTEGER NOT NULL DEFAULT 0,
    duration_ns BIGINT NOT NULL DEFAULT 0,
    has_cover INTEGER NOT NULL DEFAULT 0,
    added_ns BIGINT NOT NULL
);
CREATE INDEX albums_sort ON albums (sort_key, id);
CREATE INDEX albums_artist ON albums (artist_key, year, sort_key, id);
CREATE INDEX albums_year ON albums (year, sort_key, id);
CREATE INDEX albums_added ON albums (added_ns, id);

CREATE TABLE album_credits (
    album_id INTEGER NOT NULL REFERENCES albums (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    artist_id INTEGER NOT NULL REFERENCES artists (id),
    PRIMARY KEY (album_id, position)
);
CREATE INDEX album_credits_artist ON album_credits (artist_id, album_id);

CREATE TABLE genres (
    id INTEGER NOT NULL PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_fold TEXT NOT NULL UNIQUE,
    sort_key TEXT NOT NULL,
    track_count INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX genres_sort ON genres (sort_key, id);

-- The id of a track, movie or episode is that of its source.
CREATE TABLE tracks (
    id INTEGER NOT NULL PRIMARY KEY REFERENCES sources (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    sort_key TEXT NOT NULL,
    artist TEXT NOT NULL,
    artist_key TEXT NOT NULL,
    album_id INTEGER NOT NULL, -- 0: none
    album_key TEXT NOT NULL,
    disc_number INTEGER NOT NULL,
    disc_total INTEGER NOT NULL,
    track_number INTEGER NOT NULL,
    track_total INTEGER NOT NULL,
    year INTEGER NOT NULL,
    released TEXT NOT NULL,
    isrc TEXT NOT NULL,
    duration_ns BIGINT NOT NULL,
    added_ns BIGINT NOT NULL
);
CREATE INDEX tracks_sort ON tracks (sort_key, id);
CREATE INDEX tracks_album ON tracks (album_id, disc_number, track_number, id);
CREATE INDEX tracks_by_album ON tracks (album_key, album_id, disc_number, track_number, id);
CREATE INDEX tracks_artist ON tracks (artist_key, album_key, disc_number, track_number, id);
CREATE INDEX tracks_year ON tracks (year, sort_key, id);
CREATE INDEX tracks_added ON tracks (added_ns, id);
CREATE INDEX tracks_duration ON tracks (duration_ns, id);

CREATE TABLE credits (
    track_id INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    position INTEGER NOT NULL,
    artist_id INTEGER NOT NULL REFERENCES artists (id),
    PRIMARY KEY (track_id, role, position)
);
CREATE INDEX credits_artist ON credits (artist_id, track_id);

CREATE TABLE track_genres (
    track_id INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
    genre_id INTEGER NOT NULL REFERENCES genres (id),
    PRIMARY KEY (track_id, genre_id)
);
CREATE INDEX track_genres_genre ON track_genres (genre_id, track_id);

-- What the columns above do not hold.
CREATE TABLE tags (
    source_id INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (source_id, position)
);

CREATE TABLE movies (
    id INTEGER NOT NULL PRIMARY KEY REFERENCES sources (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    sort_key TEXT NOT NULL,
    year INTEGER NOT NULL,
    duration_ns BIGINT NOT NULL,
    added_ns BIGINT NOT NULL
);
CREATE INDEX movies_sort ON movies (sort_key, id);
CREATE INDEX movies_year ON movies (year, sort_key, id);
CREATE INDEX movies_added ON movies (added_ns, id);

CREATE TABLE shows (
    id INTEGER NOT NULL PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    title_fold TEXT NOT NULL UNIQUE,
    sort_key TEXT NOT NULL,
    episode_count INTEGER NOT NULL DEFAULT 0,
    season_count INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX shows_sort ON shows (sort_key, id);

CREATE TABLE episodes (
    id INTEGER NOT NULL PRIMARY KEY REFERENCES sources (id) ON DELETE CASCADE,
    show_id INTEGER NOT NULL REFERENCES shows (id),
    show_key TEXT NOT NULL,
    season_number INTEGER NOT NULL,
    episode_number INTEGER NOT NULL,
    title TEXT NOT NULL,
    sort_key TEXT NOT NULL,
    year INTEGER NOT NULL,
    duration_ns BIGINT NOT NULL,
    added_ns BIGINT NOT NULL
);
CREATE INDEX episodes_show ON episodes (show_key, show_id, season_number, episode_number, id);
CREATE INDEX episodes_of ON episodes (show_id, season_number, episode_number, id);
CREATE INDEX episodes_sort ON episodes (sort_key, id);
CREATE INDEX episodes_added ON episodes (added_ns, id);
