#include "plugins/http/webapp/pages.hpp"

#include <utility>

namespace consort::webapp {
namespace {

// Media Source hands its media to the element as blob: addresses.
constexpr const char* content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

Response guarded(int status) {
    return Response(status)
        .header("Content-Security-Policy", content_security_policy)
        .header("X-Content-Type-Options", "nosniff")
        .header("Referrer-Policy", "no-referrer")
        .header("Cross-Origin-Opener-Policy", "same-origin");
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

}  // namespace

Pages::Pages(std::optional<Site> site, std::string root)
    : site_(std::move(site)), root_(std::move(root)) {}

std::span<const Route> Pages::routes() const {
    static constexpr Route list[] = {
        {"GET", "/", "web app", 0},
        {"GET", "/{path*}", "web app", 0},
    };
    return list;
}

void Pages::handle(std::uint32_t, ExchangeView exchange) {
    const std::string_view path = exchange.param("path");
    const bool route = is_app_route(path);
    if (!site_ && route) return send_how_to_build(exchange);
    const auto file = site_ ? site_->file(path) : nullptr;
    if (file) return send(exchange, file);
    if (route) return send(exchange, site_->index());
    exchange.problem(404, "not_found", "There is nothing at this address.");
}

void Pages::send(ExchangeView exchange, const std::shared_ptr<const File>& file) const {
    exchange.respond(
        guarded(200)
            .content_type(file->content_type)
            .etag(file->etag)
            .cache_control(file->immutable ? "public, max-age=31536000, immutable" : "no-cache")
            .add(Slice::memory(file, file->bytes.data(), file->bytes.size())));
}

void Pages::send_how_to_build(ExchangeView exchange) const {
    exchange.respond(guarded(503)
                         .content_type("text/html; charset=utf-8")
                         .cache_control("no-store")
                         .body("<!doctype html><html lang=\"en\"><title>Consort</title>"
                               "<h1>The web app is not built</h1><p>The server runs, but there is "
                               "no web app in <code>" +
                               escaped(root_) +
                               "</code>.</p><p>Build it with <code>web/build "
                               "--out " +
                               escaped(root_) +
                               "</code> and restart the server, or set <code>root</code> in "
                               "<code>[plugins.webapp]</code> to where it is.</p></html>"));
}

}  // namespace consort::webapp
