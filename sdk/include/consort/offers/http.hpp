// consort.http/1 made of a class.
#pragma once

#include <cstdint>
#include <span>

#include "consort/abi/http.h"
#include "consort/offers/offering.hpp"

namespace consort {
inline namespace v1 {

// {"GET", "/hello/{name}", "hello", 0}: method, pattern, name in the metrics, bytes of request
// body.
using Route = consort_route;

// A class that answers routes of its own:
//
//   std::span<const Route> routes() const;             lives as long as the object
//   Result<void> handle(std::uint32_t route, ExchangeView exchange);       (or void) on I/O threads
//   void canceled(ExchangeView exchange);                                  optional, on I/O threads
//
// An Error of `handle`, or an exception, answers the exchange with the problem that fits.
template <class T>
consort_http http_table(const T& object) {
    using Self = Offering<T>;
    auto table = sized_table<consort_http>();
    const std::span<const Route> routes = object.routes();
    table.routes = routes.data();
    table.route_count = routes.size();
    table.handle = [](void* self, std::uint32_t route, consort_exchange* raw) noexcept {
        const Self& offering = Self::of(self);
        offering.guard_exchange(raw, [&](const ExchangeView& exchange) {
            return offering.object().handle(route, exchange);
        });
    };
    if constexpr (requires(T & t, ExchangeView exchange) { t.canceled(exchange); }) {
        table.canceled = [](void* self, consort_exchange* raw) noexcept {
            const Self& offering = Self::of(self);
            offering.guard([&]() -> Result<void> {
                offering.object().canceled(ExchangeView(offering.link().exchange, raw));
                return {};
            });
        };
    }
    return table;
}

}  // namespace v1
}  // namespace consort
