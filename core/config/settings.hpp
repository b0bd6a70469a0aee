// Every setting of the host, with its default. `config/consort.toml` documents the same keys for
// people; a test holds the two together.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace consort::config {

// [server]
struct ServerSettings {
    std::string bind = "127.0.0.1";
    std::uint16_t port = 8000;    // 0: any free port; the log and <data>/address say which
    unsigned io_threads = 0;      // 0: one a core
    std::string tls_certificate;  // PEM files; both or none
    std::string tls_key;
    unsigned max_connections = 10'000;
    std::uint64_t max_header_bytes = 16 * 1024;
    std::uint64_t max_body_bytes = 1 * 1024 * 1024;    // for routes that name no bound of their own
    std::chrono::milliseconds header_timeout{10'000};  // for a whole request head
    std::chrono::milliseconds body_timeout{30'000};    // without any progress
    std::chrono::milliseconds idle_timeout{75'000};    // keep-alive
    std::chrono::milliseconds write_timeout{30'000};   // without any progress
    std::chrono::milliseconds drain_timeout{30'000};   // after SIGTERM
    bool compress = true;
    std::vector<std::string> cors_origins;  // "*" or exact origins; empty: no CORS headers
    std::string access_log = "-";           // "-": the log; "": none; else a file
};

// [log]
struct LogSettings {
    std::string level = "info";   // trace debug info warning error
    std::string format = "text";  // text, json
};

// [library]
struct LibrarySettings {
    std::vector<std::string> media;  // directories or URIs
    bool watch = true;               // follow changes while running
    bool scan_on_start = true;
    unsigned scan_threads = 0;  // 0: twice the cores
};

// [data]
struct DataSettings {
    std::filesystem::path directory = "consort-data";
};

// [cache]
struct CacheSettings {
    std::uint64_t memory_bytes = 128ull << 20;  // segments
    std::uint64_t coded_bytes = 64ull << 20;    // segments of renditions, in memory
    std::uint64_t disk_bytes = 2ull << 30;      // the same, on disk; 0: none
    std::uint64_t pcm_bytes = 64ull << 20;      // decoded sound that several renditions share
    unsigned open_media = 1'000;                // media indexes kept mapped
};

// [renditions.<name>]: one way to code a track. 0: as the source has it, or the encoder's choice.
struct RenditionSettings {
    std::string name;            // in URLs
    std::string codec;           // the name of an encoder
    std::uint32_t bit_rate = 0;  // bits a second
    std::uint32_t sample_rate = 0, channels = 0, bits_per_sample = 0;
    std::uint32_t height = 0;  // more than 0: a video rendition
    bool listed = true;        // in manifests; else only for who asks by name
    bool enabled = true;
    std::map<std::string, std::string> options;  // the encoder's own

    bool operator==(const RenditionSettings&) const = default;
};

// [renditions]
struct RenditionsSettings {
    unsigned segment_seconds = 6;
    unsigned make_ahead = 3;             // segments after the one that was asked for
    unsigned encoder_threads = 0;        // 0: one a core
    unsigned max_queue = 500;            // segments that somebody waits for
    std::vector<RenditionSettings> all;  // the enabled ones; built-in, then the file's own
};

// [access]
struct AccessSettings {
    std::string mode = "open";
};

using PluginValue = std::variant<std::string, std::int64_t, double, bool, std::vector<std::string>>;

// [plugins] and [plugins.<name>]
struct PluginSettings {
    std::vector<std::filesystem::path> directories;  // empty: beside the executable, else installed
    std::vector<std::string> enabled;                // names; empty: every plugin found
    std::vector<std::string> disabled;
    std::map<std::string, std::map<std::string, PluginValue>> sections;
};

struct Settings {
    ServerSettings server;
    LogSettings log;
    LibrarySettings library;
    DataSettings data;
    CacheSettings cache;
    RenditionsSettings renditions;
    AccessSettings access;
    PluginSettings plugins;
};

}  // namespace consort::config
