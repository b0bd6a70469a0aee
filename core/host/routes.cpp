#include "core/host/routes.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "consort/abi/delivery.h"
#include "consort/abi/http.h"

#include "core/host/guard.hpp"
#include "core/host/media_route.hpp"
#include "core/observe/log.hpp"

namespace consort::host {

namespace {

consort_exchange* lend_exchange(const http::ExchangePtr& exchange) noexcept {
    return reinterpret_cast<consort_exchange*>(exchange.get());
}

http::Route to_route(const consort_route& raw) {
    http::Route route;
    route.method = view(raw.method);
    route.pattern = view(raw.pattern);
    route.label = view(raw.label);
    route.max_body = raw.max_body;
    return route;
}

void add(http::Router& router, const std::string& plugin, http::Route route) {
    const std::string what = route.method + " " + route.pattern;
    try {
        router.add(std::move(route));
    } catch (const std::exception& error) {
        observe::Logger("plugins").error("the route " + what + " of " + plugin +
                                         " is left out: " + error.what());
    }
}

void add_http_routes(http::Router& router, const ComponentRegistry& registry) {
    for (const auto& component : registry.all<consort_http>(CONSORT_HTTP)) {
        const consort_http* table = component.table;
        void* self = component.self;
        for (std::uint32_t i = 0; i < table->route_count; ++i) {
            http::Route route = to_route(table->routes[i]);
            route.handle = [table, self, i](const http::ExchangePtr& exchange) {
                table->handle(self, i, lend_exchange(exchange));
            };
            if (table->canceled != nullptr) {
                route.canceled = [table, self](const http::ExchangePtr& exchange) {
                    table->canceled(self, lend_exchange(exchange));
                };
            }
            add(router, component.plugin_id, std::move(route));
        }
    }
}

using Delivery = Component<consort_delivery>;

void add_delivery_routes(http::Router& router, const std::vector<Delivery>& deliveries,
                         media::MediaService& media) {
    for (const Delivery& component : deliveries) {
        const consort_delivery* table = component.table;
        void* self = component.self;
        for (std::uint32_t i = 0; i < table->route_count; ++i) {
            http::Route route = to_route(table->routes[i]);
            http::CancelHandler canceled;
            if (table->canceled != nullptr) {
                canceled = [table, self](const http::ExchangePtr& exchange) {
                    table->canceled(self, lend_exchange(exchange));
                };
            }
            set_media_handlers(
                route, media,
                [table, self, i](const http::ExchangePtr& exchange, consort_media* opened) {
                    table->handle(self, i, lend_exchange(exchange), opened);
                },
                std::move(canceled));
            add(router, component.plugin_id, std::move(route));
        }
    }
}

struct Offer {
    bool playable;
    std::string delivery, rendition, path, content_type, codecs, reason;
};

std::vector<Offer> collect_offers(const std::vector<Delivery>& deliveries, consort_media* media) {
    std::vector<Offer> offers;
    const auto put = [](void* self, const consort_offer* given) noexcept {
        guarded([&]() -> consort_status {
            consort_offer raw{};
            std::memcpy(&raw, given, std::min<std::size_t>(given->struct_size, sizeof raw));
            static_cast<std::vector<Offer>*>(self)->push_back(
                {raw.playable != 0, std::string(view(raw.delivery)),
                 std::string(view(raw.rendition)), std::string(view(raw.path)),
                 std::string(view(raw.content_type)), std::string(view(raw.codecs)),
                 std::string(view(raw.reason))});
            return CONSORT_OK;
        });
    };
    for (const Delivery& delivery : deliveries) {
        delivery.table->describe(delivery.self, media, consort_offer_sink{&offers, put});
    }
    return offers;
}

void member(std::string& out, std::string_view name, std::string_view value) {
    out += ",\"" + std::string(name) + "\":\"";
    observe::append_json_escaped(out, value);
    out += '"';
}

std::string offers_json(std::string_view id, const std::vector<Offer>& offers) {
    std::string out = "{\"id\":\"";
    observe::append_json_escaped(out, id);
    out += "\",\"offers\":[";
    for (std::size_t i = 0; i < offers.size(); ++i) {
        const Offer& offer = offers[i];
        if (i > 0) out += ',';
        out += "{\"playable\":";
        out += offer.playable ? "true" : "false";
        member(out, "delivery", offer.delivery);
        member(out, "rendition", offer.rendition);
        member(out, "path", offer.path);
        member(out, "content_type", offer.content_type);
        member(out, "codecs", offer.codecs);
        member(out, "reason", offer.reason);
        out += '}';
    }
    out += "]}\n";
    return out;
}

void answer_stream_entry(const http::ExchangePtr& exchange, const std::vector<Offer>& offers) {
    const std::string_view accept = exchange->header("Accept").value_or("");
    http::Response response;
    if (accept.find("application/json") != std::string_view::npos) {
        response = http::json_response(offers_json(exchange->param("id"), offers));
    } else {
        const auto first = std::ranges::find_if(offers, &Offer::playable);
        if (first == offers.end()) {
            std::string why = "No delivery plugin can bring this item.";
            for (const Offer& offer : offers) why += " " + offer.delivery + ": " + offer.reason;
            exchange->problem(501, "not_playable", why);
            return;
        }
        response = http::text_response(302, "text/plain", first->path + "\n");
        response.headers.emplace_back("Location", first->path);
    }
    response.headers.emplace_back("Vary", "Accept");
    response.cache_control = "no-cache";
    exchange->respond(std::move(response));
}

}  // namespace

void add_plugin_routes(http::Router& router, const PluginHost& plugins,
                       media::MediaService& media) {
    const std::vector<Delivery> deliveries =
        plugins.registry().all<consort_delivery>(CONSORT_DELIVERY);
    http::Route entry{"GET", "/api/v1/stream/{id}", {}, 0, {}, {}};
    set_media_handlers(entry, media,
                       [deliveries](const http::ExchangePtr& exchange, consort_media* opened) {
                           answer_stream_entry(exchange, collect_offers(deliveries, opened));
                       },
                       {});
    router.add(std::move(entry));
    router.add({"GET",
                "/api/v1/admin/plugins",
                {},
                0,
                [&plugins](const http::ExchangePtr& exchange) {
                    http::Response response = http::json_response(to_json(plugins.plugins()));
                    response.cache_control = "no-cache";
                    exchange->respond(std::move(response));
                },
                {}});
    add_http_routes(router, plugins.registry());
    add_delivery_routes(router, deliveries, media);
}

}  // namespace consort::host
