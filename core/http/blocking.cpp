#include "core/http/blocking.hpp"

#include <exception>
#include <utility>

#include "core/observe/log.hpp"

namespace consort::http {

void run_blocking(base::Executor& executor, ExchangePtr exchange,
                  std::function<void(Exchange&)> work) {
    const bool posted = executor.post([exchange, work = std::move(work)] {
        try {
            work(*exchange);
        } catch (const std::exception& error) {
            static const observe::Logger log("http");
            log.error("a handler threw", {{"target", exchange->target()},
                                          {"id", exchange->request_id()},
                                          {"error", error.what()}});
            exchange->problem(500, "internal_error",
                              "The server failed to answer; its log says more.");
        }
    });
    if (!posted) {
        exchange->problem(503, "busy", "The server has too much to do; try again in a moment.");
    }
}

}  // namespace consort::http
