-- The genres of an album's tracks, so that the albums of a genre need not be gathered from its tracks;
-- and of the files only those that are broken in the index that lists them.

CREATE TABLE album_genres (
    album_id INTEGER NOT NULL REFERENCES albums (id) ON DELETE CASCADE,
    genre_id INTEGER NOT NULL REFERENCES genres (id),
    PRIMARY KEY (album_id, genre_id)
);
CREATE INDEX album_genres_genre ON album_genres (genre_id, album_id);
INSERT INTO album_genres (album_id, genre_id)
    SELECT DISTINCT t.album_id, g.genre_id FROM track_genres g JOIN tracks t ON t.id = g.track_id
    WHERE t.album_id <> 0;

DROP INDEX sources_state;
CREATE INDEX sources_broken ON sources (id) WHERE state = 1;
