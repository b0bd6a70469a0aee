// What a media file is to the library, made from its tags and its name, ready to be written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/catalog/media_files.hpp"

namespace consort::catalog {

struct NameRecord {
    std::string name, fold, sort_key;
};

struct CreditRecord {
    std::string role;  // artist, albumartist, composer …
    NameRecord who;
};

// Everything that takes time is computed here, on the thread that read the file.
struct Record {
    // The file.
    std::string name;  // last segment of its URI
    consort_stat stat{};
    std::string relative_uri;  // below its media directory, for the id
    std::string identity, container, content_type;
    std::string reason;  // not empty: broken, nothing below counts
    bool has_cover = false;
    std::int64_t duration_ns = 0;
    std::string codec, codec_string, audio_codec;
    std::uint32_t sample_rate = 0, channels = 0, bits_per_sample = 0, bit_rate = 0;
    std::uint32_t width = 0, height = 0;

    // The item.
    std::uint32_t kind = 0;  // CONSORT_ITEM_*
    std::string title, sort_key, search_title, search_context;
    std::string artist, artist_key;  // as one line
    std::vector<CreditRecord> credits;
    std::vector<NameRecord> genres;
    std::string album, album_key, album_grouping, album_artist, album_artist_key, album_search;
    std::vector<NameRecord> album_artists;
    std::uint32_t disc_number = 0, disc_total = 0, track_number = 0, track_total = 0, year = 0;
    std::string released, isrc;
    NameRecord show;
    std::string show_search;
    std::uint32_t season_number = 0, episode_number = 0;
    std::vector<std::pair<std::string, std::string>> tags;  // those without a column
};

// `relative_uri` is percent-encoded; its last segment is the file's name.
Record make_record(const Inspection& inspection, const consort_stat& stat,
                   std::string_view relative_uri);
Record make_broken_record(std::string_view reason, const consort_stat& stat,
                          std::string_view relative_uri);

}  // namespace consort::catalog
