// Blocking work for the host's own handlers.
#pragma once

#include <functional>

#include "core/base/executor.hpp"
#include "core/http/exchange.hpp"

namespace consort::http {

// Runs `work` on a worker of `executor`; `work` answers the exchange, at once or later. If the
// queue is full the answer is 503 with Retry-After; if `work` throws, 500 and a line in the log.
void run_blocking(base::Executor& executor, ExchangePtr exchange,
                  std::function<void(Exchange&)> work);

}  // namespace consort::http
