#include "core/host/routes.hpp"

#include <algorithm>
#include <span>
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

using Web = Component<consort_http>;

bool answers(const Web& component, std::string_view pattern) {
    const std::span routes(component.table->routes, component.table->route_count);
    return std::ranges::any_of(routes, [&](const consort_route& route) {
        return view(route.method) == "GET" && view(route.pattern) == pattern;
    });
}

// A plugin that answers every path that nobody else does, such as the web app, makes way at "/" for
// one that wants that page for itself; its own first page is then at "/app".
bool makes_way(const Web& component, const std::vector<Web>& all) {
    return answers(component, "/{path*}") && std::ranges::any_of(all, [](const Web& other) {
               return answers(other, "/") && !answers(other, "/{path*}");
           });
}

void add_http_routes(http::Router& router, const ComponentRegistry& registry) {
    const std::vector<Web> all = registry.all<consort_http>(CONSORT_HTTP);
    for (const Web& component : all) {
        const consort_http* table = component.table;
        void* self = component.self;
        const bool moved = makes_way(component, all);
        for (std::uint32_t i = 0; i < table->route_count; ++i) {
            http::Route route = to_route(table->routes[i]);
            if (moved && route.pattern == "/") route.pattern = "/app";
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

}  // namespace

void add_plugin_routes(http::Router& router, const PluginHost& plugins,
                       media::MediaService& media) {
    const std::vector<Delivery> deliveries =
        plugins.registry().all<consort_delivery>(CONSORT_DELIVERY);
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
