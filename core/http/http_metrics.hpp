// What the server counts, with the handles of each route looked up once.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>

#include "core/http/router.hpp"
#include "core/observe/metrics.hpp"

namespace consort::http {

class HttpMetrics {
  public:
    HttpMetrics(observe::Metrics& metrics, const Router& router);
    ~HttpMetrics();

    struct Finished {
        const Route* route = nullptr;  // null: none matched
        std::string_view method;
        int status = 0;
        double seconds = 0;
        std::uint64_t bytes = 0, file_bytes = 0;
        bool aborted = false;  // the client left before the end
    };
    void finished(const Finished& request);

    observe::Gauge& open_connections;
    observe::Counter& accepted;
    observe::Counter& refused;
    observe::Counter& timeouts;

  private:
    struct RouteFigures;
    RouteFigures& figures(const Route* route);

    observe::Metrics& metrics_;
    observe::Counter &bytes_, &file_bytes_, &aborts_;
    std::unordered_map<const Route*, std::unique_ptr<RouteFigures>> by_route_;
};

}  // namespace consort::http
