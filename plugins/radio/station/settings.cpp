#include "plugins/radio/station/settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "plugins/radio/programme/schedule.hpp"
#include "plugins/radio/station/json.hpp"
#include "plugins/radio/station/station_text.hpp"

namespace consort::radio {

namespace {

constexpr std::size_t most_stations = 200;

constexpr std::array formats{"mp3", "aac", "ogg", "opus", "flac"};

// What the host and this plugin answer themselves.
constexpr std::string_view reserved[] = {
    "/api",        "/app",     "/assets",          "/healthz",
    "/hls",        "/metrics", "/next-track",      "/now-playing",
    "/prev-track", "/readyz",  "/reload-playlist", "/s",
    "/stations",   "/status",  "/streams",         "/web",
    "/admin"};

template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// One station being put together; says what is wrong with each value.
class Assembly {
  public:
    Assembly(std::string place, StationSettings defaults, std::vector<std::string>& mistakes)
        : place_(std::move(place)), station_(std::move(defaults)), mistakes_(mistakes) {}

    void set(std::string_view key, const std::string& value) {
        if (key == "route") {
            route(value);
        } else if (key == "directory") {
            station_.directory = value;
        } else if (key == "name") {
            station_.name = value;
        } else if (key == "genre") {
            station_.genre = value;
        } else if (key == "url") {
            station_.url = value;
        } else if (key == "format") {
            format(value);
        } else if (key == "bitrate") {
            ranged(key, value, 16, 512, station_.bitrate);
        } else if (key == "shuffle") {
            boolean(key, value, station_.shuffle);
        } else if (key == "crossfade") {
            real(key, value, 0, 12, station_.crossfade_seconds);
        } else if (key == "loudness") {
            loudness(value);
        } else if (key == "max_clients") {
            ranged(key, value, 1, 1'000'000, station_.max_clients);
        } else if (key == "jingles") {
            station_.jingles = value;
        } else if (key == "jingle_every") {
            ranged(key, value, 1, 1'000, station_.jingle_every);
        } else if (key == "schedule") {
            schedule(value);
        } else if (key == "chained") {
            boolean(key, value, station_.chained);
        } else if (key == "source_password") {
            station_.source_password = value;
        } else if (key == "source_timeout") {
            real(key, value, 1, 300, station_.source_timeout);
        } else {
            mistake("does not know '" + std::string(key) +
                    "'; it may hold route, directory, name, genre, url, format, bitrate, shuffle, "
                    "crossfade, loudness, max_clients, jingles, jingle_every, schedule, chained, "
                    "source_password, source_timeout");
        }
    }
    void format(const std::string& value) {
        if (std::ranges::find(formats, value) == formats.end()) {
            mistake("format is '" + value + "': it must be mp3, aac, ogg, opus or flac");
        } else {
            station_.format = value;
        }
    }
    void loudness(const std::string& value) {
        if (value == "off") {
            station_.loudness.reset();
            return;
        }
        const auto given = number<double>(value);
        if (!given || !(*given >= -30 && *given <= -8)) {
            mistake("loudness is '" + value + "': it must be a number from -30 to -8, or off");
        } else {
            station_.loudness = *given;
        }
    }
    void schedule(const std::string& value) {
        const Result<ScheduleEntry> entry = parse_schedule_entry(value);
        if (!entry) return mistake(entry.error().text);
        station_.schedule.push_back(value);
    }
    void route(const std::string& value) {
        Result<std::string> checked = checked_route(value);
        if (!checked) return mistake(checked.error().text);
        station_.route = *std::move(checked);
    }
    void mistake(const std::string& text) { mistakes_.push_back(place_ + " " + text); }
    const StationSettings& station() const noexcept { return station_; }

  private:
    template <class Number>
    void ranged(std::string_view key, const std::string& value, Number least, Number most,
                auto& out) {
        const auto given = number<std::uint64_t>(value);
        if (!given || *given < static_cast<std::uint64_t>(least) ||
            *given > static_cast<std::uint64_t>(most)) {
            mistake(std::string(key) + " is '" + value + "': it must be a whole number from " +
                    std::to_string(least) + " to " + std::to_string(most));
        } else {
            out = static_cast<std::remove_reference_t<decltype(out)>>(*given);
        }
    }
    void real(std::string_view key, const std::string& value, double least, double most,
              double& out) {
        const auto given = number<double>(value);
        if (!given || !(*given >= least && *given <= most)) {
            mistake(std::string(key) + " is '" + value + "': it must be a number from " +
                    std::to_string(static_cast<int>(least)) + " to " +
                    std::to_string(static_cast<int>(most)));
        } else {
            out = *given;
        }
    }
    void boolean(std::string_view key, const std::string& value, bool& out) {
        if (value != "true" && value != "false") {
            return mistake(std::string(key) + " is '" + value + "': it must be true or false");
        }
        out = value == "true";
    }

    std::string place_;
    StationSettings station_;
    std::vector<std::string>& mistakes_;
};

class Reader {
  public:
    explicit Reader(const Config& config) : config_(config) {}

    Settings read() {
        read_shared();
        if (const std::string directory = config_.string("audio_dir", ""); !directory.empty()) {
            Assembly main("audio_dir:", defaults_, settings_.mistakes);
            main.route("/");
            main.set("directory", directory);
            if (const std::string name = config_.string("name", ""); !name.empty())
                main.set("name", name);
            for (const std::string_view entry : strings("schedule"))
                main.set("schedule", std::string(entry));
            add(main);
        }
        read_routes(config_.string("directory_routes", ""));
        for (const std::string_view text : strings("stations")) read_station(text);
        return std::move(settings_);
    }

  private:
    std::vector<std::string_view> strings(const char* key) const {
        Result<std::vector<std::string_view>> found = config_.strings(key);
        return found ? *std::move(found) : std::vector<std::string_view>();
    }

    void read_shared() {
        settings_.status_password = config_.string("status_password", "");
        settings_.buffer_size = static_cast<std::uint64_t>(config_.integer("buffer_size", 65'536));
        settings_.behind_seconds = config_.real("behind_seconds", settings_.behind_seconds);
        settings_.jumps = static_cast<unsigned>(config_.integer("jumps", settings_.jumps));
        Assembly shared("[plugins.radio]", {}, settings_.mistakes);
        std::string format = config_.string("stream_format", "mp3");
        std::ranges::transform(format, format.begin(), [](unsigned char c) {
            return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
        });
        shared.format(format);
        shared.loudness(config_.string("loudness", "-16"));
        defaults_ = shared.station();
        defaults_.bitrate = static_cast<std::uint32_t>(config_.integer("bitrate", 128));
        defaults_.max_clients = static_cast<std::size_t>(config_.integer("max_clients", 500));
        defaults_.shuffle = config_.boolean("shuffle", false);
        defaults_.crossfade_seconds = config_.real("crossfade_seconds", 0);
        defaults_.genre = config_.string("genre", "");
        defaults_.url = config_.string("url", "");
        defaults_.jingles = config_.string("jingles", "");
        defaults_.jingle_every = static_cast<unsigned>(config_.integer("jingle_every", 5));
        defaults_.chained = config_.boolean("chained", true);
        defaults_.source_password = config_.string("source_password", "");
        defaults_.source_timeout = config_.real("source_timeout", defaults_.source_timeout);
    }

    void read_routes(const std::string& json) {
        if (json.empty()) return;
        const auto routes = parse_string_map(json);
        if (!routes) {
            settings_.mistakes.push_back("directory_routes (DIRECTORY_ROUTES) " +
                                         routes.error().text +
                                         ": write it as {\"/jazz\": \"/music/jazz\"}");
            return;
        }
        for (const auto& [route, directory] : *routes) {
            Assembly station("directory_routes, '" + route + "':", defaults_, settings_.mistakes);
            station.route(route);
            station.set("directory", directory);
            add(station);
        }
    }

    void read_station(std::string_view text) {
        Assembly station("the station '" + std::string(text) + "'", defaults_, settings_.mistakes);
        const auto words = parse_words(text);
        if (!words) return station.mistake(words.error().text);
        for (const auto& [key, value] : *words) station.set(key, value);
        add(station);
    }

    void add(Assembly& assembly) {
        StationSettings station = assembly.station();
        if (station.route.empty()) return;  // told already, or:
        if (station.directory.empty()) {
            return assembly.mistake("has no directory: say where its files are");
        }
        for (const StationSettings& other : settings_.stations) {
            if (other.route == station.route)
                return assembly.mistake("has the route " + station.route +
                                        ", which another station has: give it another one");
        }
        if (settings_.stations.size() == most_stations) {
            return assembly.mistake("is one too many: there may be " +
                                    std::to_string(most_stations));
        }
        if (station.name.empty()) {
            station.name = station.route == "/" ? "Radio" : station.route.substr(1);
        }
        settings_.stations.push_back(std::move(station));
    }

    const Config& config_;
    Settings settings_;
    StationSettings defaults_;
};

}  // namespace

const char* StationSettings::content_type() const noexcept {
    if (format == "mp3") return "audio/mpeg";
    if (format == "aac") return "audio/aac";
    return "audio/ogg";
}

const char* StationSettings::codec() const noexcept {
    return format == "ogg" ? "vorbis" : format.c_str();
}

double Settings::burst_seconds(const StationSettings& station) const noexcept {
    constexpr double flac_kbps = 1'000;  // about what music takes
    const double kbps = station.format == "flac" ? flac_kbps : station.bitrate;
    return std::clamp(static_cast<double>(buffer_size) / (kbps * 125), 1.0, 60.0);
}

Result<std::string> checked_route(std::string_view text) {
    std::string route(text);
    if (route.empty() || route[0] != '/') route.insert(0, "/");
    while (route.size() > 1 && route.back() == '/') route.pop_back();
    const bool plain = std::ranges::all_of(route, [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '/' || c == '-' || c == '_' || c == '.' || c == '~';
    });
    if (!plain || route.size() > 200 || route.find("//") != std::string::npos ||
        route.find("/.") != std::string::npos) {
        return Error{CONSORT_E_INVALID,
                     "'" + std::string(text) +
                         "' cannot be a route: use letters, digits, '-', '_', '.' and '~', with "
                         "single slashes between, as in /jazz or /rock/live"};
    }
    for (const std::string_view taken : reserved) {
        if (route == taken || route.starts_with(std::string(taken) + "/")) {
            return Error{CONSORT_E_INVALID, "'" + std::string(text) +
                                                "' is taken by Consort itself: choose another "
                                                "route"};
        }
    }
    return route;
}

Settings read_settings(const Config& config) { return Reader(config).read(); }

}  // namespace consort::radio
