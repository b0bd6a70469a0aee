#include "plugins/radio/station/pages.hpp"

#include <array>
#include <ctime>

#include "plugins/radio/air/icy.hpp"
#include "plugins/radio/station/html.hpp"

namespace consort::radio {

namespace {

std::string time_text(std::int64_t milliseconds) {
    const auto when = static_cast<std::time_t>(milliseconds / 1'000);
    std::tm parts{};
    ::localtime_r(&when, &parts);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%d %b %H:%M:%S", &parts)};
}

std::string now_text(const Playing& playing) {
    if (!playing.track) {
        if (playing.reason_code.empty()) return "Silence";
        return "Silence. " + escaped(public_reason(playing.reason_code));
    }
    std::string text = escaped(display_title(*playing.track));
    if (playing.track->live) text += " (live)";
    if (playing.track->jingle) text += " (jingle)";
    return text;
}

// An id for an element; routes hold nothing that an id may not.
std::string part_id(const Station& station, std::string_view part) {
    return std::string(part) + ":" + station.settings.route;
}

std::string button(std::string_view action, const Station& station, std::string_view label,
                   std::string_view csrf) {
    return "<form method=\"post\" action=\"/" + std::string(action) +
           escaped(station.settings.route) + "\"><input type=\"hidden\" name=\"csrf\" value=\"" +
           escaped(csrf) + "\"><button>" + std::string(label) + "</button></form>\n";
}

std::string source_facts(const SourceOnAir& live) {
    std::string text = "<p class=\"facts\">Live source";
    if (!live.info.name.empty()) text += " '" + escaped(live.info.name) + "'";
    text += " from " + escaped(live.address);
    if (!live.client.empty()) text += " (" + escaped(live.client) + ")";
    text +=
        " since " + time_text(live.since_ms) + ": " + std::to_string(live.bytes / 1'000) +
        " kB of " +
        (live.info.content_type.empty() ? "an unnamed format" : escaped(live.info.content_type));
    if (!live.info.bitrate.empty()) text += ", " + escaped(live.info.bitrate) + " kb/s";
    return text + "; its sound was late " + std::to_string(live.stalls) + " times</p>\n";
}

std::string facts(const Station& station, const Playing& playing) {
    const Station::Figures figures = station.figures();
    std::string text = "<div id=\"" + escaped(part_id(station, "facts")) + "\" data-fresh>\n";
    text += "<p class=\"now\"><strong>" + now_text(playing) + "</strong>";
    if (playing.track) {
        text += " <span class=\"facts\">" + clock_text(playing.position_seconds);
        if (playing.track->seconds > 0) text += " of " + clock_text(playing.track->seconds);
        text += "</span>";
    }
    text += "</p>\n<p class=\"facts\">" + std::to_string(figures.listeners) + " listeners, " +
            std::to_string(figures.by_hls) + " of them by HLS; at most " +
            std::to_string(station.settings.max_clients) + " each way, " +
            std::to_string(figures.peak) + " so far; " + std::to_string(playing.track_count) +
            " files; state: " + escaped(playing.state) + "</p>\n";
    if (const auto live = station.live->on_air()) text += source_facts(*live);
    if (!playing.reason.empty())
        text += "<p class=\"problem\">" + escaped(playing.reason) + "</p>\n";
    for (const std::string& problem : playing.problems)
        text += "<p class=\"problem\">" + escaped(problem) + "</p>\n";
    return text + "</div>\n";
}

std::string history(const Station& station) {
    const std::vector<Played> played = station.player->history();
    if (played.empty()) return "<p class=\"none\">Nothing was played yet.</p>\n";
    std::string text = "<details><summary>History</summary>\n<table id=\"" +
                       escaped(part_id(station, "history")) +
                       "\" data-fresh>\n<tr><th>Began</th><th>Artist</th><th>Title</th></tr>\n";
    for (const Played& one : played) {
        text += "<tr><td>" + time_text(one.began_ms) + "</td><td>" + escaped(one.artist) +
                "</td><td>" + escaped(one.title) + (one.jingle ? " (jingle)" : "") +
                (one.live ? " (live)" : "") + "</td></tr>\n";
    }
    return text + "</table>\n</details>\n";
}

}  // namespace

std::string status_page(const Stations& stations, std::string_view csrf) {
    std::string html = page_begin("Stations", "/status/status.js");
    for (const auto& station : stations.all()) {
        html += "<section class=\"station\">\n<h2>" + escaped(station->settings.name) +
                " <a class=\"facts\" href=\"" + escaped(station->settings.route) + "\">" +
                escaped(station->settings.route) + "</a></h2>\n";
        html += facts(*station, station->player->playing());
        if (!csrf.empty()) {
            html += "<div class=\"controls\">\n" +
                    button("prev-track", *station, "Previous track", csrf) +
                    button("next-track", *station, "Next track", csrf) +
                    button("reload-playlist", *station, "Reload playlist", csrf) + "</div>\n";
        }
        html += history(*station) + "</section>\n";
    }
    if (!csrf.empty()) {
        html +=
            "<form method=\"post\" action=\"/status/logout\"><input type=\"hidden\" "
            "name=\"csrf\" value=\"" +
            escaped(csrf) + "\"><button>Log out</button></form>\n";
    }
    return html + page_end();
}

std::string login_page(std::string_view why) {
    std::string html = page_begin("Stations", "");
    if (!why.empty()) html += "<p class=\"problem\">" + escaped(why) + "</p>\n";
    html +=
        "<form method=\"post\" action=\"/status/login\">\n<label>Password\n"
        "<input type=\"password\" name=\"password\" autocomplete=\"current-password\" required "
        "autofocus></label>\n<button>Log in</button>\n</form>\n";
    return html + page_end();
}

std::string web_page(const Stations& stations) {
    std::string html = page_begin("Radio", "/web/radio.js");
    for (const auto& station : stations.all()) {
        const StationSettings& settings = station->settings;
        html += "<section class=\"station\" data-route=\"" + escaped(settings.route) + "\">\n<h2>" +
                escaped(settings.name) + "</h2>\n<p class=\"now\">" +
                now_text(station->player->playing()) + "</p>\n";
        if (!settings.genre.empty())
            html += "<p class=\"facts\">" + escaped(settings.genre) + "</p>\n";
        html += "<audio controls preload=\"none\" src=\"" + escaped(settings.route) +
                "\"></audio>\n</section>\n";
    }
    if (stations.all().empty()) html += "<p class=\"none\">There are no stations.</p>\n";
    return html + page_end();
}

}  // namespace consort::radio
