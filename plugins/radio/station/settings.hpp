// What the configuration, the variables and the flags say of the stations.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "consort/services/config.hpp"

namespace consort::radio {

struct StationSettings {
    std::string route;      // "/jazz"; "/" is the main station
    std::string directory;  // a path or a URI
    std::string name, genre, url;
    std::string format = "mp3";   // mp3, aac, ogg (Vorbis), opus or flac
    std::uint32_t bitrate = 128;  // kb/s
    bool shuffle = false;
    double crossfade_seconds = 0;
    std::optional<double> loudness = -16;  // LUFS; nothing: as the files are
    std::size_t max_clients = 500;
    std::string jingles;                // a directory; empty: none
    unsigned jingle_every = 5;          // tracks
    std::vector<std::string> schedule;  // "mon-fri 07:00-10:00 /music/morning"
    bool switch_at_once = true;         // an hour of the schedule ends the track that plays
    bool chained = true;                // Ogg: tags of each track within the stream
    std::string source_password;        // of live sources; empty: there are none
    double source_timeout = 10;         // seconds that a live source may send no sound

    const char* content_type() const noexcept;
    // The encoder's name: "vorbis" for ogg.
    const char* codec() const noexcept;
};

struct Settings {
    std::vector<StationSettings> stations;
    std::string status_password;
    std::uint64_t buffer_size = 65'536;  // bytes of burst
    double behind_seconds = 10;
    unsigned jumps = 5;
    // Every mistake: the place, what is wrong, and what to do.
    std::vector<std::string> mistakes;

    // The burst as time, so that all listeners of a station get the same.
    double burst_seconds(const StationSettings& station) const noexcept;
};

Settings read_settings(const Config& config);

// "/x" for "x", without a slash at the end; an Error says why it cannot be a station's.
Result<std::string> checked_route(std::string_view text);

}  // namespace consort::radio
