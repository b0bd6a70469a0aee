#include "core/http/operations.hpp"

#include "core/http/blocking.hpp"

namespace consort::http {

void add_operations_routes(Router& router, const observe::Health& health,
                           const observe::Metrics& metrics, base::Executor& executor) {
    Route alive;
    alive.method = "GET";
    alive.pattern = "/healthz";
    alive.handle = [](ExchangePtr exchange) {
        Response response = json_response("{\"status\":\"ok\"}\n");
        response.cache_control = "no-store";
        exchange->respond(std::move(response));
    };
    router.add(std::move(alive));

    Route ready;
    ready.method = "GET";
    ready.pattern = "/readyz";
    ready.handle = [&health, &executor](ExchangePtr exchange) {
        run_blocking(executor, std::move(exchange), [&health](Exchange& asked) {
            observe::Health::Report report = health.report();
            Response response = json_response(std::move(report.json));
            response.cache_control = "no-store";
            if (!report.ready) {
                response.status = 503;
                response.headers.emplace_back("Retry-After", report.draining ? "30" : "5");
            }
            asked.respond(std::move(response));
        });
    };
    router.add(std::move(ready));

    Route figures;
    figures.method = "GET";
    figures.pattern = "/metrics";
    figures.handle = [&metrics, &executor](ExchangePtr exchange) {
        run_blocking(executor, std::move(exchange), [&metrics](Exchange& asked) {
            Response response =
                text_response(200, "text/plain; version=0.0.4; charset=utf-8", metrics.expose());
            response.cache_control = "no-store";
            asked.respond(std::move(response));
        });
    };
    router.add(std::move(figures));
}

}  // namespace consort::http
