#include "core/stream/entry.hpp"

#include <memory>
#include <utility>

#include "core/host/media_route.hpp"
#include "core/media/media.hpp"
#include "core/stream/decide.hpp"
#include "core/stream/report.hpp"
#include "core/stream/request.hpp"

namespace consort::stream {
namespace {

bool wants_json(const http::Exchange& exchange) {
    return exchange.header("Accept").value_or("").find("application/json") !=
           std::string_view::npos;
}

void refuse(http::Exchange& exchange, const Considered& considered) {
    std::string why = "This client can play the item in no way that the server has.";
    for (std::size_t i = 0; i < considered.offers.size(); ++i) {
        const Offer& offer = considered.offers[i];
        why += " " + offer.delivery + " " + offer.rendition + ": " +
               considered.decision.verdicts[i].why;
    }
    if (considered.offers.empty()) why += " No delivery plugin is loaded.";
    exchange.problem(406, "not_playable", why);
}

void answer(http::Exchange& exchange, consort_media* media, const Deliveries& deliveries) {
    auto requester = requester_of(exchange);
    if (!requester) {
        exchange.problem(400, "invalid_request", requester.error().text);
        return;
    }
    Considered considered{
        std::move(*requester), source_of(media), collect_offers(deliveries, media), {}};
    considered.decision = decide(considered.source, considered.requester.client, considered.offers);
    http::Response response;
    if (wants_json(exchange)) {
        response = http::json_response(report(media->item_id(), considered));
    } else if (!considered.decision.chosen) {
        refuse(exchange, considered);
        return;
    } else {
        const std::string& path = considered.offers[*considered.decision.chosen].path;
        response = http::text_response(302, "text/plain", path + "\n");
        response.headers.emplace_back("Location", path);
    }
    response.headers.emplace_back("Vary", "Accept, User-Agent");
    response.cache_control = "no-cache";
    exchange.respond(std::move(response));
}

}  // namespace

void add_routes(http::Router& router, const host::PluginHost& plugins, media::MediaService& media,
                base::Executor& workers) {
    const auto deliveries = std::make_shared<const Deliveries>(
        plugins.registry().all<consort_delivery>(CONSORT_DELIVERY));
    http::Route route{"GET", "/api/v1/stream/{id}", {}, 0, {}, {}};
    host::set_media_handlers(
        route, media,
        [deliveries, &workers](const http::ExchangePtr& exchange, consort_media* opened) {
            const bool taken =
                workers.post([deliveries, exchange, media = media::MediaPtr(opened)] {
                    answer(*exchange, media.get(), *deliveries);
                });
            if (!taken) {
                exchange->problem(503, "overloaded", "The server is busy; try again soon.");
            }
        },
        {});
    router.add(std::move(route));
}

}  // namespace consort::stream
