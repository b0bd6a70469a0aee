-- Full text search, SQLite's way. The text is folded before it comes here (text.hpp: search_text),
-- so the tokenizer only splits it. The last token of `title` is U+E000, which makes "the whole title
-- is this" a phrase. Rows are found by entity id.

CREATE VIRTUAL TABLE search_tracks USING fts5(title, context, tokenize = 'unicode61 remove_diacritics 0', columnsize = 0, prefix = '2 3');
CREATE VIRTUAL TABLE search_albums USING fts5(title, context, tokenize = 'unicode61 remove_diacritics 0', columnsize = 0);
CREATE VIRTUAL TABLE search_artists USING fts5(title, context, tokenize = 'unicode61 remove_diacritics 0', columnsize = 0);
CREATE VIRTUAL TABLE search_movies USING fts5(title, context, tokenize = 'unicode61 remove_diacritics 0', columnsize = 0);
CREATE VIRTUAL TABLE search_shows USING fts5(title, context, tokenize = 'unicode61 remove_diacritics 0', columnsize = 0);
CREATE VIRTUAL TABLE search_episodes USING fts5(title, context, tokenize = 'unicode61 remove_diacritics 0', columnsize = 0);
