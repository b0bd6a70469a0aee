#include "plugins/radio/station/station.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>
#include <utility>

#include "plugins/radio/air/icy.hpp"
#include "plugins/radio/hls/live_hls.hpp"
#include "plugins/radio/station/hls_routes.hpp"
#include "plugins/radio/station/json.hpp"

namespace consort::radio {

namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
    return out;
}

}  // namespace

Station::Figures Station::figures() const {
    const Broadcast::Figures stream = broadcast->figures();
    const LiveHls::Figures segments = hls ? hls->figures() : LiveHls::Figures();
    const std::size_t listeners = stream.listeners + segments.listeners;
    std::size_t peak = peak_.load(std::memory_order_relaxed);
    const std::size_t least = std::max({listeners, stream.peak, segments.peak});
    while (peak < least && !peak_.compare_exchange_weak(peak, least, std::memory_order_relaxed)) {
    }
    return {.listeners = listeners,
            .peak = std::max(peak, least),
            .by_hls = segments.listeners,
            .bytes = stream.bytes + segments.bytes,
            .connects = stream.connects + segments.connects,
            .refused = stream.refused + segments.refused};
}

Stations::Stations(std::vector<std::unique_ptr<Station>> stations)
    : stations_(std::move(stations)) {
    std::ranges::sort(stations_, {}, [](const auto& station) {
        return std::pair(lower(station->settings.name), station->settings.route);
    });
}

Station* Stations::find(std::string_view route) const noexcept {
    if (route.starts_with('/')) route.remove_prefix(1);
    for (const auto& station : stations_)
        if (std::string_view(station->settings.route).substr(1) == route) return station.get();
    return route.empty() && stations_.size() == 1 ? stations_.front().get() : nullptr;
}

StationMetrics::StationMetrics(const Metrics& metrics, const Station& station) {
    const char* route = station.settings.route.c_str();
    const auto counter = [&](const char* name, const char* help) {
        return metrics.counter(name, help, "station", route);
    };
    const auto gauge = [&](const char* name, const char* help) {
        return metrics.gauge(name, help, "station", route);
    };
    bytes_.metric = counter("bytes_total", "Bytes of audio given to listeners.");
    connects_.metric = counter("connects_total", "Listeners that came.");
    refused_.metric = counter("refused_total", "Listeners that found the station full.");
    drops_.metric = counter("drops_total", "Listeners dropped because they were too slow.");
    jumps_.metric = counter("jumps_total", "Times that a listener fell behind and jumped forward.");
    listeners_ = gauge("listeners", "Listeners now, by HLS too.");
    hls_listeners_ = gauge("hls_listeners", "Listeners by HLS: who asked for a segment lately.");
    behind_ = gauge("behind_seconds", "How far the slowest listener is behind.");
    playing_ = gauge("playing", "1 while something plays.");
    sources_.metric = counter("sources_total", "Live sources that took over.");
    source_bytes_.metric = counter("source_bytes_total", "Bytes that live sources sent.");
    source_stalls_.metric =
        counter("source_stalls_total", "Times that a live source's sound did not come in time.");
    source_connected_ = gauge("source_connected", "1 while a live source is connected.");
    files_ = gauge("files", "Files that the station has to play.");
}

void StationMetrics::Following::follow(std::uint64_t total) {
    if (total > told) metric.add(static_cast<double>(total - told));
    told = std::max(told, total);
}

void StationMetrics::update(const Station& station) {
    const Broadcast::Figures stream = station.broadcast->figures();
    const Station::Figures figures = station.figures();
    const Playing playing = station.player->playing();
    bytes_.follow(figures.bytes);
    connects_.follow(figures.connects);
    refused_.follow(figures.refused);
    drops_.follow(stream.drops);
    jumps_.follow(stream.jumps);
    const LiveDesk::Figures live = station.live->figures();
    sources_.follow(live.sources);
    source_bytes_.follow(live.bytes);
    source_stalls_.follow(live.stalls);
    source_connected_.set(live.connected ? 1 : 0);
    listeners_.set(static_cast<double>(figures.listeners));
    hls_listeners_.set(static_cast<double>(figures.by_hls));
    behind_.set(stream.behind_seconds);
    playing_.set(playing.track ? 1 : 0);
    files_.set(static_cast<double>(playing.track_count));
}

std::string_view public_reason(std::string_view code) noexcept {
    constexpr std::pair<std::string_view, std::string_view> reasons[] = {
        {"starting", "The station starts."},
        {"ended", "The station has ended."},
        {"opening", "The next track is being opened."},
        {"directory_reading", "The station's folder is being read."},
        {"directory_missing", "The station's folder is not there."},
        {"directory_unreadable", "The station's folder may not be read."},
        {"directory_unreachable", "The disk or server of the station's folder is out of reach."},
        {"directory_empty", "The station's folder holds nothing to play."},
        {"files_unreadable", "The files of the station may not be read."},
        {"files_broken", "None of the station's files can be played."},
        {"file_broken", "A file of the station cannot be played."},
        {"encoder_failed", "The station's encoder does not run."}};
    for (const auto& [known, words] : reasons)
        if (known == code) return words;
    return "The station has nothing to play.";
}

std::string time_text_utc(std::int64_t milliseconds) {
    const auto when = static_cast<std::time_t>(milliseconds / 1'000);
    std::tm parts{};
    ::gmtime_r(&when, &parts);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string now_playing_json(const Station& station) {
    const Playing playing = station.player->playing();
    JsonObject json;
    json.text("route", station.settings.route).text("station", station.settings.name);
    json.text("state", playing.state);
    if (playing.track) {
        const Track& track = *playing.track;
        json.text("title", track.title).text("artist", track.artist).text("album", track.album);
        json.text("display", display_title(track));
        if (track.seconds > 0) {
            json.number("duration_seconds", track.seconds);
        } else {
            json.raw("duration_seconds", "null");
        }
        json.number("position_seconds", playing.position_seconds);
        json.truth("jingle", track.jingle).truth("live", track.live);
    } else {
        json.raw("title", "null");
    }
    if (!playing.reason_code.empty()) {
        json.text("reason_code", playing.reason_code);
        json.text("reason", public_reason(playing.reason_code));
    }
    if (const auto on_air = station.live->on_air()) {
        const LiveInfo* const live = &on_air->info;
        JsonObject source;
        source.text("name", live->name).text("genre", live->genre);
        source.text("description", live->description).text("url", live->url);
        source.text("bitrate", live->bitrate).text("content_type", live->content_type);
        source.text("since", time_text_utc(on_air->since_ms));
        json.raw("source", source.truth("public", live->is_public).str());
    }
    json.number("listeners", static_cast<double>(station.figures().listeners));
    return json.str();
}

std::string stream_json(const Station& station) {
    const StationSettings& settings = station.settings;
    const Station::Figures figures = station.figures();
    JsonObject json;
    json.text("route", settings.route).text("name", settings.name).text("genre", settings.genre);
    json.text("format", settings.format).text("content_type", settings.content_type());
    if (settings.format != "flac") json.number("bitrate", settings.bitrate);
    if (const std::string hls = hls_address(settings); !hls.empty()) json.text("hls", hls);
    json.number("listeners", static_cast<double>(figures.listeners));
    json.number("hls_listeners", static_cast<double>(figures.by_hls));
    json.number("max_listeners", static_cast<double>(settings.max_clients));
    json.number("burst_seconds", station.burst_seconds);
    json.raw("now_playing", now_playing_json(station));
    return json.str();
}

std::string history_json(const Station& station) {
    std::vector<std::string> items;
    for (const Played& one : station.player->history()) {
        JsonObject json;
        json.text("title", one.title).text("artist", one.artist).text("album", one.album);
        json.number("began_ms", static_cast<double>(one.began_ms));
        json.truth("jingle", one.jingle).truth("live", one.live);
        items.push_back(json.str());
    }
    return list_json(items);
}

std::string list_json(const std::vector<std::string>& items) {
    std::string json = R"({"items":[)";
    for (std::size_t i = 0; i < items.size(); ++i) json += (i == 0 ? "" : ",") + items[i];
    return json + R"(],"next":null})";
}

}  // namespace consort::radio
