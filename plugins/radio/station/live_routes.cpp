#include "plugins/radio/station/live_routes.hpp"

#include <memory>
#include <utility>

#include "plugins/radio/station/guard.hpp"

namespace consort::radio {

namespace {

constexpr std::string_view user = "source";

std::string header_text(const ExchangeView& exchange, std::string_view name, std::size_t most) {
    const auto value = exchange.header(name);
    return value ? shown_text(*value, {}, most) : std::string();
}

// Older clients say icy- instead of ice-.
std::string said(const ExchangeView& exchange, const std::string& name, std::size_t most = 200) {
    std::string value = header_text(exchange, "ice-" + name, most);
    return value.empty() ? header_text(exchange, "icy-" + name, most) : value;
}

LiveInfo info_of(const ExchangeView& exchange) {
    LiveInfo info;
    info.name = said(exchange, "name");
    info.genre = said(exchange, "genre");
    info.description = said(exchange, "description", 500);
    info.url = said(exchange, "url", 500);
    info.bitrate = said(exchange, "bitrate", 20);
    info.content_type = header_text(exchange, "content-type", 100);
    info.is_public = said(exchange, "public", 1) == "1";
    return info;
}

Response icecast_answer(const std::string& message) {
    return Response(200)
        .content_type("text/xml; charset=utf-8")
        .cache_control("no-store")
        .body("<?xml version=\"1.0\"?>\n<iceresponse><message>" + message +
              "</message><return>1</return></iceresponse>\n");
}

}  // namespace

std::optional<Refusal> LiveRoutes::refusal_of(const Station& station,
                                              const ExchangeView& exchange) {
    const std::string& password = station.settings.source_password;
    if (password.empty()) {
        return Refusal{403, "sources_off",
                       "Live sources are off, because there is no password for them: set the "
                       "environment variable SOURCE_PASSWORD, or source_password in "
                       "[plugins.radio], and start the server again."};
    }
    if (const auto site = exchange.header("sec-fetch-site");
        site && *site != "same-origin" && *site != "none") {
        return Refusal{403, "cross_site", "Another web site may have sent this request."};
    }
    const auto header = exchange.header("authorization");
    if (!header)
        return Refusal{401, "not_logged_in", "A source logs in as the user 'source', by Basic."};
    const std::string_view address = exchange.remote_address();
    const auto login = basic_login(*header);
    const std::lock_guard lock(mutex_);
    const auto now = FailedLogins::Clock::now();
    if (const auto wait = failed_.wait(address, now); wait.count() > 0) {
        return Refusal{429, "too_many_logins",
                       "There were too many wrong passwords from your address: try again in " +
                           std::to_string(wait.count()) + " seconds.",
                       static_cast<long>(wait.count())};
    }
    const bool right = equal_in_constant_time(password, login ? login->password : std::string());
    if (right && login->user == user) return std::nullopt;
    failed_.failed(address, now);
    log_.warning("a wrong source login for ", station.settings.route, " from ", address);
    return Refusal{401, "wrong_password",
                   "The user must be 'source', and the password is that of the station's sources."};
}

void LiveRoutes::refuse(const ExchangeView& exchange, const Refusal& refusal) const {
    exchange.respond(response_of(refusal, "radio source"));
}

void LiveRoutes::take_over(Station& station, const ExchangeView& exchange) {
    if (const auto refusal = refusal_of(station, exchange)) return refuse(exchange, *refusal);
    const Result<std::uint32_t> rate = station.player->live_rate();
    if (!rate) {
        exchange.fail(rate.error());
        return;
    }
    LiveSettings settings;
    settings.rate = *rate;
    settings.timeout_seconds = station.settings.source_timeout;
    auto source = std::make_shared<LiveSource>(settings, info_of(exchange));
    if (!station.live->take(source, std::string(exchange.remote_address()),
                            header_text(exchange, "user-agent", 100))) {
        return refuse(exchange, {403, "mount_in_use",
                                 "Another source is on the air: it has to stop before."});
    }
    // A client that waits for 100 gets that when its body is asked for, and its answer at the end.
    const bool early = !exchange.header("expect").has_value();
    auto intake = std::make_shared<LiveIntake>(exchange, source, early);
    station.live->receive(intake);
    const std::string& route = station.settings.route;
    source->start({[weak = std::weak_ptr(intake)](std::size_t room) {
                       if (const auto alive = weak.lock()) alive->resume(room);
                   },
                   [weak = std::weak_ptr(intake), desk = station.live, raw = source.get(),
                    log = log_, route](const std::string& reason) {
                       log.info(route, ": the live source has left: ", reason);
                       if (const auto alive = weak.lock()) alive->stop(reason);
                       desk->left(raw);
                   }});
    log_.info(route, ": a live source from ", exchange.remote_address(), ", '",
              source->track()->title, "', ", source->info().content_type);
    if (const Result<void> taken = station.player->take_over(source); !taken) {
        exchange.fail(taken.error());
        source->released(taken.error().text);
        return;
    }
    if (early) exchange.respond(Response(200).reads_on());
    intake->ask(source->room());
}

void LiveRoutes::metadata(const ExchangeView& exchange) {
    const Station* station = stations_.find(exchange.query("mount").value_or(""));
    if (station == nullptr) {
        exchange.problem(404, "no_such_station",
                         "There is no station at this mount; /streams lists those there are.");
        return;
    }
    if (const auto refusal = refusal_of(*station, exchange)) return refuse(exchange, *refusal);
    if (exchange.query("mode").value_or("") != "updinfo") {
        exchange.problem(400, "unknown_mode", "Only mode=updinfo is known.");
        return;
    }
    const auto source = station->live->source();
    if (!source) {
        exchange.problem(409, "no_source", "No live source is on the air of this station.");
        return;
    }
    const std::string_view charset = exchange.query("charset").value_or("");
    const auto field = [&](std::string_view name) {
        return shown_text(exchange.query(name).value_or(""), charset);
    };
    std::string title = field("title");
    const std::string artist = field("artist");
    if (title.empty()) title = field("song");
    if (title.empty() && artist.empty()) {
        exchange.problem(400, "no_title", "Say what plays: song=, or title= and artist=.");
        return;
    }
    source->set_title(title, artist);
    exchange.respond(icecast_answer("Metadata update successful"));
}

}  // namespace consort::radio
