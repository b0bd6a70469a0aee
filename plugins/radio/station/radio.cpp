#include "plugins/radio/station/radio.hpp"

#include <utility>

#include "plugins/radio/air/icy.hpp"
#include "plugins/radio/air/listener.hpp"
#include "plugins/radio/station/html.hpp"
#include "plugins/radio/station/json.hpp"
#include "plugins/radio/station/pages.hpp"

namespace consort::radio {

namespace {

constexpr std::uint64_t most_form_bytes = 4'096;
constexpr unsigned ticks_a_beat = 30;

Response json_response(std::string json) {
    return Response(200)
        .content_type("application/json")
        .cache_control("no-cache, no-store")
        .body(std::move(json));
}

Response file(const char* content_type, std::string_view text) {
    return Response(200)
        .content_type(content_type)
        .cache_control("max-age=300")
        .add(Slice::borrowed(text));
}

// Header values hold no control characters.
std::string header_value(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) c = ' ';
    }
    return out;
}

}  // namespace

Radio::Radio(const Context& context, const Settings& settings, const MakePlayer& make_player)
    : log_(context.log()) {
    const auto wake = [api = context.link().exchange](std::span<consort_exchange* const> all) {
        wake_all(api, all);
    };
    std::vector<std::unique_ptr<Station>> made;
    for (const StationSettings& one : settings.stations) {
        auto station = std::make_unique<Station>();
        station->settings = one;
        station->burst_seconds = settings.burst_seconds(one);
        Broadcast::Limits limits;
        limits.listeners = one.max_clients;
        limits.burst_seconds = station->burst_seconds;
        limits.behind_seconds = settings.behind_seconds;
        limits.jumps = settings.jumps;
        station->broadcast = std::make_shared<Broadcast>(limits, one.url, wake);
        station->player = make_player(one, station->broadcast);
        made.push_back(std::move(station));
    }
    stations_ = std::make_unique<Stations>(std::move(made));
    for (const auto& station : stations_->all())
        told_.push_back({StationMetrics(context.metrics(), *station), 0, {}, {}, {}});
    news_ = std::make_shared<News>(wake);
    hls_ = std::make_unique<HlsRoutes>(*stations_);
    controls_ = std::make_unique<Controls>(*stations_, settings.status_password, log_);
    live_ = std::make_unique<LiveRoutes>(*stations_, log_);
    add_routes();
    add_controls();
    if (ExchangeView::streams_bodies(context.link().exchange)) add_live();
}

void Radio::add(const char* method, std::string pattern, Handler handler, std::uint64_t max_body) {
    patterns_.push_back(std::move(pattern));
    routes_.push_back({method, patterns_.back().c_str(), nullptr, max_body});
    handlers_.push_back(std::move(handler));
}

void Radio::add_routes() {
    for (const auto& station : stations_->all()) {
        add("GET", station->settings.route,
            [this, on = station.get()](const ExchangeView& exchange) { listen(*on, exchange); });
    }
    for (auto& [pattern, handler] : hls_->all()) add("GET", pattern, std::move(handler));
    add("GET", "/streams", [this](const ExchangeView& exchange) {
        std::vector<std::string> items;
        for (const auto& station : stations_->all()) items.push_back(stream_json(*station));
        exchange.respond(json_response(list_json(items)));
    });
    add("GET", "/now-playing", [this](const ExchangeView& exchange) { now_playing(exchange); });
    add("GET", "/now-playing/history", [this](const ExchangeView& exchange) { history(exchange); });
    add("GET", "/now-playing/events", [this](const ExchangeView& exchange) { events(exchange); });
    add("GET", "/web", [this](const ExchangeView& exchange) {
        exchange.respond(page(200, web_page(*stations_)));
    });
    add("GET", "/web/radio.css", [](const ExchangeView& exchange) {
        exchange.respond(file("text/css; charset=utf-8", style_sheet()));
    });
    add("GET", "/web/radio.js", [](const ExchangeView& exchange) {
        exchange.respond(file("text/javascript; charset=utf-8", web_script()));
    });
    add("GET", "/status/status.js", [](const ExchangeView& exchange) {
        exchange.respond(file("text/javascript; charset=utf-8", status_script()));
    });
}

void Radio::add_controls() {
    using Action = Controls::Action;
    const auto act = [this](Action action) {
        return [this, action](const ExchangeView& exchange) { controls_->act(action, exchange); };
    };
    // A catch-all of another plugin would answer GET with something that looks like success.
    const auto post_only = [](const ExchangeView& exchange) {
        exchange.respond(Response(405)
                             .header("Allow", "POST")
                             .content_type("text/plain; charset=utf-8")
                             .body("This changes what plays: send it as POST.\n"));
    };
    for (const char* end : {"", "/{route*}"}) {
        add("GET", std::string("/reload-playlist") + end, act(Action::reload));
        add("POST", std::string("/reload-playlist") + end, act(Action::reload), most_form_bytes);
        for (const auto& [path, action] :
             {std::pair("/next-track", Action::next), std::pair("/prev-track", Action::previous)}) {
            add("POST", std::string(path) + end, act(action), most_form_bytes);
            add("GET", std::string(path) + end, post_only);
        }
    }
    add("GET", "/status", [this](const ExchangeView& exchange) { controls_->status(exchange); });
    add(
        "POST", "/status/login",
        [this](const ExchangeView& exchange) { controls_->log_in(exchange); }, most_form_bytes);
    add(
        "POST", "/status/logout",
        [this](const ExchangeView& exchange) { controls_->log_out(exchange); }, most_form_bytes);
}

void Radio::add_live() {
    for (const auto& station : stations_->all()) {
        for (const char* method : {"PUT", "SOURCE"}) {
            add(
                method, station->settings.route,
                [this, on = station.get()](const ExchangeView& exchange) {
                    live_->take_over(*on, exchange);
                },
                CONSORT_BODY_STREAMED_TO_CLOSE);
        }
    }
    add("GET", "/admin/metadata",
        [this](const ExchangeView& exchange) { live_->metadata(exchange); });
}

void Radio::handle(std::uint32_t route, ExchangeView exchange) { handlers_[route](exchange); }

void Radio::listen(Station& station, const ExchangeView& exchange) const {
    const StationSettings& settings = station.settings;
    const LiveInfo live = station.live->info().value_or(LiveInfo());
    const std::string& name = live.name.empty() ? settings.name : live.name;
    const std::string& genre = live.genre.empty() ? settings.genre : live.genre;
    const std::string& url = live.url.empty() ? settings.url : live.url;
    const bool icy = exchange.header("icy-metadata") == "1";
    Response response = Response(200)
                            .content_type(settings.content_type())
                            .cache_control("no-cache, no-store")
                            .unframed()
                            .not_rangeable()
                            .no_compress()
                            .header("icy-name", header_value(name))
                            .header("icy-pub", live.is_public ? "1" : "0");
    if (!genre.empty()) response = std::move(response).header("icy-genre", header_value(genre));
    if (!url.empty()) response = std::move(response).header("icy-url", header_value(url));
    if (!live.description.empty())
        response = std::move(response).header("icy-description", header_value(live.description));
    if (settings.format != "flac")
        response = std::move(response).header("icy-br", std::to_string(settings.bitrate));
    if (icy) response = std::move(response).header("icy-metaint", std::to_string(icy_interval));
    if (exchange.method() == "HEAD") {  // no place is taken
        response.add(Slice::stream([](std::uint64_t) -> Result<Piece> { return Piece::end(); }));
        exchange.respond(std::move(response));
        return;
    }
    auto listener = station.broadcast->join(exchange, icy);
    if (!listener) {
        exchange.problem(503, "station_full",
                         "The station has as many listeners as it may: try again later.");
        return;
    }
    response.add(body_of(std::move(listener)));
    exchange.respond(std::move(response));
}

void Radio::now_playing(const ExchangeView& exchange) const {
    if (const auto route = exchange.query("route")) {
        const Station* station = stations_->find(*route);
        if (station == nullptr) {
            exchange.problem(404, "no_such_station",
                             "There is no station at this route; /streams lists those there are.");
            return;
        }
        exchange.respond(json_response(now_playing_json(*station)));
        return;
    }
    std::vector<std::string> items;
    for (const auto& station : stations_->all()) items.push_back(now_playing_json(*station));
    exchange.respond(json_response(list_json(items)));
}

void Radio::history(const ExchangeView& exchange) const {
    const Station* station = stations_->find(exchange.query("route").value_or(""));
    if (station == nullptr) {
        exchange.problem(404, "no_such_station",
                         "Name a station as ?route=/jazz; /streams lists those there are.");
        return;
    }
    exchange.respond(json_response(history_json(*station)));
}

void Radio::events(const ExchangeView& exchange) {
    std::string wanted;
    std::vector<std::string> first;
    if (const auto route = exchange.query("route")) {
        const Station* station = stations_->find(*route);
        if (station == nullptr) {
            exchange.problem(404, "no_such_station",
                             "There is no station at this route; /streams lists those there are.");
            return;
        }
        wanted = station->settings.route;
    }
    for (const auto& station : stations_->all())
        if (wanted.empty() || station->settings.route == wanted)
            first.push_back(now_playing_json(*station));
    news_->serve(exchange, wanted, first);
}

void Radio::tick() {
    for (std::size_t i = 0; i < told_.size(); ++i) {
        const Station& station = *stations_->all()[i];
        Told& told = told_[i];
        station.live->tidy();
        told.metrics.update(station);
        const Playing playing = station.player->playing();
        const bool changed = playing.started != told.started || playing.state != told.state ||
                             playing.reason_code != told.reason_code;
        if (!playing.reason.empty() && playing.reason != told.reason)
            log_.warning(station.settings.route, ": ", playing.reason);
        told.started = playing.started;
        told.state = playing.state;
        told.reason = playing.reason;
        told.reason_code = playing.reason_code;
        if (changed) news_->publish(station.settings.route, now_playing_json(station));
    }
    hls_->tick();
    if (++ticks_ % ticks_a_beat == 0) news_->beat();
}

void Radio::end() {
    news_->end();
    hls_->end();
    for (const auto& station : stations_->all()) station->broadcast->end();
}

}  // namespace consort::radio
