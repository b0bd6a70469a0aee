#include "plugins/radio/station/controls.hpp"

#include <utility>

#include "consort/failure.hpp"

#include "plugins/radio/station/form.hpp"
#include "plugins/radio/station/html.hpp"
#include "plugins/radio/station/json.hpp"
#include "plugins/radio/station/pages.hpp"
#include "plugins/radio/station/refusal.hpp"

namespace consort::radio {

namespace {

constexpr const char* how_to_turn_on =
    "The controls are off, because there is no password for them: set the environment variable "
    "STATUS_PASSWORD, or status_password in [plugins.radio], and start the server again.";

Result<void> run(Controls::Action action, Player& player) {
    switch (action) {
        case Controls::Action::next:
            return player.next();
        case Controls::Action::previous:
            return player.previous();
        case Controls::Action::reload:
            break;
    }
    return player.reload();
}

const char* name_of(Controls::Action action) {
    switch (action) {
        case Controls::Action::next:
            return "next-track";
        case Controls::Action::previous:
            return "prev-track";
        case Controls::Action::reload:
            break;
    }
    return "reload-playlist";
}

Refusal refusal_of(const Guard::Answer& answer) {
    switch (answer.verdict) {
        case Guard::Verdict::off:
            return {403, "controls_off", how_to_turn_on};
        case Guard::Verdict::limited:
            return {429, "too_many_logins",
                    "There were too many wrong passwords from your address: try again in " +
                        std::to_string(answer.wait.count()) + " seconds.",
                    static_cast<long>(answer.wait.count())};
        case Guard::Verdict::cross_site:
            return {403, "cross_site",
                    "Another web site may have sent this request: use the buttons of /status."};
        case Guard::Verdict::wrong:
            return {401, "wrong_password", "The password is wrong."};
        default:
            return {401, "not_logged_in",
                    "This needs the status password: log in at /status, or send it as Basic "
                    "authentication or in the header X-Control-Token."};
    }
}

Response see_other(std::string where) {
    return Response(303).header("Location", std::move(where)).cache_control("no-store");
}

std::string cookie_text(const ExchangeView& exchange, const std::string& token,
                        std::chrono::seconds age) {
    std::string text =
        std::string(Guard::cookie) + "=" + token +
        "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(age.count());
    const auto scheme = exchange.header("x-forwarded-proto");
    const auto origin = exchange.header("origin");
    if ((scheme && *scheme == "https") || (origin && origin->starts_with("https://")))
        text += "; Secure";
    return text;
}

}  // namespace

Controls::Controls(const Stations& stations, std::string password, const Log& log)
    : stations_(stations), log_(log), guard_(std::move(password)) {
    if (!guard_.on()) log_.warning(how_to_turn_on);
}

void Controls::refuse(const ExchangeView& exchange, const Guard::Answer& answer) const {
    exchange.respond(response_of(refusal_of(answer), "radio controls"));
}

void Controls::act(Action action, const ExchangeView& exchange) {
    const Guard::Answer answer = guard_.may_change(exchange, form_field(exchange.body(), "csrf"));
    if (answer.verdict == Guard::Verdict::wrong)
        log_.warning("a wrong password for ", name_of(action), " from ", exchange.remote_address());
    if (!answer.ok()) return refuse(exchange, answer);
    const std::string_view route = exchange.param("route");
    Station* station = stations_.find(route);
    const bool all = action == Action::reload && route.empty();
    if (station == nullptr && !all) {
        exchange.problem(404, "no_such_station",
                         "There is no station at this route; /streams lists those there are.");
        return;
    }
    std::vector<std::string> done;
    for (const auto& one : stations_.all()) {
        if (!all && one.get() != station) continue;
        const Result<void> result = run(action, *one->player);
        if (!result) {
            exchange.fail(result.error());
            return;
        }
        done.push_back(JsonObject().text("route", one->settings.route).str());
        log_.info(one->settings.route, ": ", name_of(action), " by ", exchange.remote_address());
    }
    if (answer.by_session && exchange.method() == "POST") {
        exchange.respond(see_other("/status"));
        return;
    }
    exchange.respond(Response(200)
                         .content_type("application/json")
                         .cache_control("no-store")
                         .body(list_json(done)));
}

void Controls::show_login(const ExchangeView& exchange, const Guard::Answer& answer) const {
    const Refusal refusal = refusal_of(answer);
    const bool fresh = answer.verdict == Guard::Verdict::unknown;
    Response response = page(refusal.status, login_page(fresh ? "" : refusal.detail));
    // No scheme that a browser would ask about by itself: the page has the form.
    if (refusal.status == 401)
        response = std::move(response).header("WWW-Authenticate", "Form realm=\"radio controls\"");
    if (refusal.status == 429)
        response = std::move(response).header("Retry-After", std::to_string(answer.wait.count()));
    exchange.respond(std::move(response));
}

void Controls::status(const ExchangeView& exchange) {
    const Guard::Answer answer = guard_.may_look(exchange);
    if (answer.verdict == Guard::Verdict::off) return refuse(exchange, answer);
    if (!answer.ok()) return show_login(exchange, answer);
    exchange.respond(page(200, status_page(stations_, guard_.csrf_of(exchange).value_or(""))));
}

void Controls::log_in(const ExchangeView& exchange) {
    const Guard::Login login = guard_.log_in(exchange, form_field(exchange.body(), "password"));
    if (login.answer.verdict == Guard::Verdict::off) return refuse(exchange, login.answer);
    if (login.answer.verdict == Guard::Verdict::wrong)
        log_.warning("a wrong password at /status from ", exchange.remote_address());
    if (!login.answer.ok()) return show_login(exchange, login.answer);
    exchange.respond(see_other("/status").header(
        "Set-Cookie", cookie_text(exchange, login.token, Guard::session_length)));
}

void Controls::log_out(const ExchangeView& exchange) {
    const Guard::Answer answer = guard_.may_change(exchange, form_field(exchange.body(), "csrf"));
    if (!answer.ok()) return refuse(exchange, answer);
    guard_.log_out(exchange);
    exchange.respond(see_other("/status").header(
        "Set-Cookie", cookie_text(exchange, "", std::chrono::seconds(0))));
}

}  // namespace consort::radio
