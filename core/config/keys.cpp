#include "core/config/keys.hpp"

#include <algorithm>
#include <type_traits>

namespace consort::config {

namespace {

#define TARGET(member) [](Settings& s) -> Target { return &s.member; }

constexpr double kMaxBytes = 1ull << 40;
constexpr double kMaxSeconds = 86'400;

const std::vector<Key>& table() {
    static const std::vector<Key> all = {
        {"server", "bind", "The address to listen on; \"0.0.0.0\" or \"::\" for every interface.",
         TARGET(server.bind)},
        {"server", "port",
         "The TCP port; 0 takes any free one, which the log and address file name.",
         TARGET(server.port), 0, 65'535},
        {"server", "io_threads", "Threads that serve connections; 0 means one a core.",
         TARGET(server.io_threads), 0, 1'024},
        {"server", "tls_certificate",
         "A PEM file with the certificate chain; with tls_key it turns HTTPS on.",
         TARGET(server.tls_certificate)},
        {"server", "tls_key", "A PEM file with the certificate's private key.",
         TARGET(server.tls_key)},
        {"server", "max_connections", "Connections at the same time; more are answered with 503.",
         TARGET(server.max_connections), 1, 1'000'000},
        {"server", "max_header_bytes", "Bytes that the head of a request may have.",
         TARGET(server.max_header_bytes), 1'024, 1 << 20},
        {"server", "max_body_bytes",
         "Bytes that the body of a request may have, on routes without a bound of their own.",
         TARGET(server.max_body_bytes), 0, kMaxBytes},
        {"server", "header_timeout_seconds", "Seconds a client has to send a whole request head.",
         TARGET(server.header_timeout), 0.001, kMaxSeconds},
        {"server", "body_timeout_seconds", "Seconds a request body may stand still.",
         TARGET(server.body_timeout), 0.001, kMaxSeconds},
        {"server", "idle_timeout_seconds", "Seconds a connection may wait for its next request.",
         TARGET(server.idle_timeout), 0.001, kMaxSeconds},
        {"server", "write_timeout_seconds", "Seconds an answer may stand still before it is ended.",
         TARGET(server.write_timeout), 0.001, kMaxSeconds},
        {"server", "drain_timeout_seconds",
         "Seconds that running answers get to finish after SIGTERM.", TARGET(server.drain_timeout),
         0, kMaxSeconds},
        {"server", "compress", "Whether text is compressed for clients that accept it.",
         TARGET(server.compress)},
        {"server", "cors_origins",
         "Web origins whose pages may use this server; [\"*\"] for all, empty for none.",
         TARGET(server.cors_origins)},
        {"server", "access_log",
         "\"-\" writes requests to the log, \"\" nowhere, else to this file.",
         TARGET(server.access_log)},

        {"log",
         "level",
         "The least severe lines to keep.",
         TARGET(log.level),
         0,
         0,
         {"trace", "debug", "info", "warning", "error"}},
        {"log",
         "format",
         "Lines for people (text) or for programs (json).",
         TARGET(log.format),
         0,
         0,
         {"text", "json"}},

        {"library", "media", "Folders, or URIs of storages, that hold the music and films.",
         TARGET(library.media)},
        {"library", "watch", "Whether changes in the folders are followed while running.",
         TARGET(library.watch)},
        {"library", "scan_on_start", "Whether the folders are looked through at start-up.",
         TARGET(library.scan_on_start)},
        {"library", "scan_threads", "Threads that read files during a scan; 0: twice the cores.",
         TARGET(library.scan_threads), 0, 1'024},

        {"data", "directory", "The folder for all state: catalog, media indexes, plugins' data.",
         TARGET(data.directory)},

        {"cache", "memory_bytes", "Bytes of memory for segments that were made.",
         TARGET(cache.memory_bytes), 0, kMaxBytes},
        {"cache", "open_media", "Media files whose index stays open.", TARGET(cache.open_media), 1,
         1'000'000},

        {"cache", "coded_bytes", "Bytes of memory for segments of renditions.",
         TARGET(cache.coded_bytes), 0, kMaxBytes},
        {"cache", "disk_bytes", "Bytes on disk for segments of renditions; 0 keeps none there.",
         TARGET(cache.disk_bytes), 0, kMaxBytes},
        {"cache", "pcm_bytes", "Bytes of memory for decoded sound that renditions share.",
         TARGET(cache.pcm_bytes), 1 << 20, kMaxBytes},

        {"renditions", "segment_seconds", "Seconds that segments last, nearly.",
         TARGET(renditions.segment_seconds), 1, 60},
        {"renditions", "make_ahead",
         "Segments made ahead of a listener, while nobody waits for others.",
         TARGET(renditions.make_ahead), 0, 100},
        {"renditions", "encoder_threads", "Threads that encode; 0 means one a core.",
         TARGET(renditions.encoder_threads), 0, 1'024},
        {"renditions", "max_queue",
         "Segments that may wait to be encoded; more are answered with 503.",
         TARGET(renditions.max_queue), 1, 100'000},

        {"access",
         "mode",
         "Who may use the server; \"open\" serves everybody without a login.",
         TARGET(access.mode),
         0,
         0,
         {"open"}},

        {"plugins", "directories",
         "Folders with plugins (*.so); empty takes those that came with the program.",
         TARGET(plugins.directories)},
        {"plugins", "enabled", "Names of the plugins to load; empty loads every one found.",
         TARGET(plugins.enabled)},
        {"plugins", "disabled", "Names of plugins that are not loaded.", TARGET(plugins.disabled)},
    };
    return all;
}

#undef TARGET

// Edits that turn one word into the other; neighbours swapped count as one ("prot", "port").
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        now[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            now[j] = std::min({change, last[j] + 1, now[j - 1] + 1});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                now[j] = std::min(now[j], before[j - 2] + 1);
            }
        }
        before.swap(last);
        last.swap(now);
    }
    return last[b.size()];
}

}  // namespace

std::span<const Key> keys() { return table(); }

const Key* find_key(std::string_view section, std::string_view name) {
    const auto found = std::ranges::find_if(
        table(), [&](const Key& key) { return key.section == section && key.name == name; });
    return found == table().end() ? nullptr : &*found;
}

bool known_section(std::string_view section) {
    return std::ranges::any_of(table(), [&](const Key& key) { return key.section == section; });
}

std::string value_text(const Key& key, const Settings& settings) {
    Settings copy = settings;
    return std::visit(
        [](const auto* value) -> std::string {
            using T = std::remove_cvref_t<decltype(*value)>;
            if constexpr (std::is_same_v<T, std::string>) {
                return *value;
            } else if constexpr (std::is_same_v<T, std::filesystem::path>) {
                return value->string();
            } else if constexpr (std::is_same_v<T, bool>) {
                return *value ? "true" : "false";
            } else if constexpr (std::is_same_v<T, std::chrono::milliseconds>) {
                return std::to_string(value->count()) + " ms";
            } else if constexpr (std::is_integral_v<T>) {
                return std::to_string(*value);
            } else {
                std::string all;
                for (const auto& item : *value) {
                    all += all.empty() ? "" : ", ";
                    all += std::filesystem::path(item).string();
                }
                return "[" + all + "]";
            }
        },
        key.target(copy));
}

std::string environment_name(std::string_view section, std::string_view name) {
    std::string result = "CONSORT_" + std::string(section) + "_" + std::string(name);
    for (char& c : result) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        if (c == '-' || c == '.') c = '_';
    }
    return result;
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
    constexpr std::size_t kLongest = 100;
    if (word.size() > kLongest) return {};
    std::string_view best;
    std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const std::string_view candidate : candidates) {
        const std::size_t d = distance(word, candidate);
        if (d < least) {
            least = d;
            best = candidate;
        }
    }
    return best;
}

}  // namespace consort::config
