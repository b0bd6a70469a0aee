// The routes for operators and their tools: /healthz, /readyz, /metrics.
#pragma once

#include "core/base/executor.hpp"
#include "core/http/router.hpp"
#include "core/observe/health.hpp"
#include "core/observe/metrics.hpp"

namespace consort::http {

// All arguments must outlive the router's use. Checks and the metrics text run on `executor`.
void add_operations_routes(Router& router, const observe::Health& health,
                           const observe::Metrics& metrics, base::Executor& executor);

}  // namespace consort::http
