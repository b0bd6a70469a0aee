// The keys of [plugins.radio], and the flags and variables that say the same.
#pragma once

#include "consort/entry.hpp"

namespace consort::radio {

inline constexpr ConfigKey config_keys[] = {
    {"audio_dir", CONSORT_CONFIG_STRING, 0, "", 0, 0,
     "Folder of the main station, which then answers at /; empty: no main station."},
    {"directory_routes", CONSORT_CONFIG_STRING, 0, "", 0, 0,
     "Further stations as JSON, route to folder: {\"/jazz\": \"/music/jazz\"}."},
    {"stations", CONSORT_CONFIG_STRINGS, 0, "", 0, 0,
     "Further stations with settings of their own, a text each: 'route=/jazz "
     "directory=\"/music/jazz\" format=aac bitrate=192'."},
    {"stream_format", CONSORT_CONFIG_STRING, 0, "mp3", 0, 0,
     "What stations are encoded as: mp3, aac, ogg (Vorbis), opus or flac."},
    {"bitrate", CONSORT_CONFIG_INTEGER, 0, "128", 16, 512, "Bit rate in kb/s."},
    {"max_clients", CONSORT_CONFIG_INTEGER, 0, "500", 1, 1'000'000,
     "Listeners of a station's stream at the same time, and as many by HLS; more are answered "
     "with 503."},
    {"buffer_size", CONSORT_CONFIG_INTEGER, 0, "65536", 0, 1'048'576,
     "Bytes that a listener gets at once, so that a player may start at once."},
    {"shuffle", CONSORT_CONFIG_BOOLEAN, 0, "false", 0, 0,
     "Whether tracks come in an order by chance, each once before any comes again."},
    {"crossfade_seconds", CONSORT_CONFIG_REAL, 0, "0", 0, 12,
     "Seconds that tracks overlap; never within an album."},
    {"loudness", CONSORT_CONFIG_STRING, 0, "-16", 0, 0,
     "LUFS (EBU R128) to which tracks are levelled, -30 to -8, or \"off\"."},
    {"name", CONSORT_CONFIG_STRING, 0, "", 0, 0, "The main station's name."},
    {"genre", CONSORT_CONFIG_STRING, 0, "", 0, 0, "What players show as genre."},
    {"url", CONSORT_CONFIG_STRING, 0, "", 0, 0, "The stations' web page, for players."},
    {"jingles", CONSORT_CONFIG_STRING, 0, "", 0, 0, "Folder of jingles; empty: none."},
    {"jingle_every", CONSORT_CONFIG_INTEGER, 0, "5", 1, 1'000, "Tracks between two jingles."},
    {"schedule", CONSORT_CONFIG_STRINGS, 0, "", 0, 0,
     "Hours in which the main station plays another folder, a text each: "
     "\"mon-fri 07:00-10:00 /music/morning\"."},
    {"switch", CONSORT_CONFIG_STRING, 0, "now", 0, 0,
     "When an hour of a schedule begins or ends: \"now\" fades out what plays, \"track\" waits for "
     "its end."},
    {"chained", CONSORT_CONFIG_BOOLEAN, 0, "true", 0, 0,
     "Whether Ogg streams carry tags of each track, which some browsers do not bear."},
    {"behind_seconds", CONSORT_CONFIG_REAL, 0, "10", 2, 60,
     "Seconds that a listener may fall behind before he jumps forward."},
    {"jumps", CONSORT_CONFIG_INTEGER, 0, "5", 1, 100,
     "Jumps, none with a good minute after it, that get a listener dropped."},
    {"status_password", CONSORT_CONFIG_STRING, CONSORT_CONFIG_SECRET, "", 0, 0,
     "Password of the controls and of /status; empty: both are off."},
    {"source_password", CONSORT_CONFIG_STRING, CONSORT_CONFIG_SECRET, "", 0, 0,
     "Password of live sources, whose user is \"source\"; empty: there can be none."},
    {"source_timeout", CONSORT_CONFIG_REAL, 0, "10", 1, 300,
     "Seconds that a live source may send no sound before the station plays on by itself."},
};

inline constexpr ConfigFlag config_flags[] = {
    {"audio_dir", "audio-dir", "AUDIO_DIR"},
    {"directory_routes", "directory-routes", "DIRECTORY_ROUTES"},
    {"stream_format", "stream-format", "STREAM_FORMAT"},
    {"bitrate", "bitrate", "BITRATE"},
    {"max_clients", "max-clients", "MAX_CLIENTS"},
    {"buffer_size", "buffer-size", "BUFFER_SIZE"},
    {"shuffle", "shuffle", "SHUFFLE"},
    {"status_password", nullptr, "STATUS_PASSWORD"},  // arguments can be read by others
    {"source_password", nullptr, "SOURCE_PASSWORD"},
};

}  // namespace consort::radio
