#include "core/http/http_metrics.hpp"

#include <mutex>
#include <string>
#include <vector>

namespace consort::http {

namespace {

const std::vector<double> duration_buckets{0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                           0.1,    0.25,   0.5,   1,      2.5,   5,    10,    60};

constexpr std::array<std::string_view, 8> methods{"GET",   "HEAD",   "POST",    "PUT",
                                                  "PATCH", "DELETE", "OPTIONS", "other"};

std::size_t method_index(std::string_view method) noexcept {
    for (std::size_t i = 0; i + 1 < methods.size(); ++i) {
        if (methods[i] == method) return i;
    }
    return methods.size() - 1;
}

}  // namespace

// The counters of a route come to be with the first request of their kind.
struct HttpMetrics::RouteFigures {
    std::string label;
    observe::Histogram* duration = nullptr;
    static constexpr int first_status = 200, statuses = 400;
    using ByStatus = std::array<std::atomic<observe::Counter*>, statuses>;
    std::array<std::atomic<ByStatus*>, methods.size()> requests{};
    std::mutex mutex;
    std::vector<std::unique_ptr<ByStatus>> rare;
};

HttpMetrics::HttpMetrics(observe::Metrics& metrics, const Router& router)
    : open_connections(metrics.gauge("consort_http_open_connections", "Connections open now")),
      accepted(metrics.counter("consort_http_connections_total", "Connections accepted")),
      refused(metrics.counter("consort_http_connections_refused_total",
                              "Connections refused because too many were open")),
      timeouts(metrics.counter("consort_http_timeouts_total",
                               "Connections closed because the client was too slow")),
      metrics_(metrics),
      bytes_(metrics.counter("consort_http_bytes_sent_total", "Bytes of heads and bodies sent")),
      file_bytes_(metrics.counter("consort_http_sendfile_bytes_total",
                                  "Bytes of bodies sent straight from files")),
      aborts_(metrics.counter("consort_http_client_aborts_total",
                              "Requests whose client left before the end of the answer")) {
    const auto add = [&](const Route* route, const std::string& label) {
        auto figures = std::make_unique<RouteFigures>();
        figures->label = label;
        figures->duration = &metrics.histogram("consort_http_request_duration_seconds",
                                               "From a request's head to the end of its answer",
                                               duration_buckets, {{"route", label}});
        by_route_.emplace(route, std::move(figures));
    };
    add(nullptr, "none");
    for (const auto& route : router.routes()) add(route.get(), route->label);
}

HttpMetrics::~HttpMetrics() = default;

HttpMetrics::RouteFigures& HttpMetrics::figures(const Route* route) {
    return *by_route_.find(route)->second;
}

void HttpMetrics::finished(const Finished& request) {
    RouteFigures& route = figures(request.route);
    const std::size_t method = method_index(request.method);
    auto* by_status = route.requests[method].load(std::memory_order_acquire);
    if (by_status == nullptr) {
        const std::lock_guard lock(route.mutex);
        by_status = route.requests[method].load(std::memory_order_acquire);
        if (by_status == nullptr) {
            route.rare.push_back(std::make_unique<RouteFigures::ByStatus>());
            by_status = route.rare.back().get();
            route.requests[method].store(by_status, std::memory_order_release);
        }
    }
    const int index = request.status - RouteFigures::first_status;
    if (index >= 0 && index < RouteFigures::statuses) {
        auto& slot = (*by_status)[static_cast<std::size_t>(index)];
        observe::Counter* counter = slot.load(std::memory_order_acquire);
        if (counter == nullptr) {
            counter = &metrics_.counter("consort_http_requests_total",
                                        "Requests by route, method and status",
                                        {{"route", route.label},
                                         {"method", std::string(methods[method])},
                                         {"code", std::to_string(request.status)}});
            slot.store(counter, std::memory_order_release);
        }
        counter->add();
    }
    route.duration->observe(request.seconds);
    bytes_.add(static_cast<double>(request.bytes));
    if (request.file_bytes != 0) file_bytes_.add(static_cast<double>(request.file_bytes));
    if (request.aborted) aborts_.add();
}

}  // namespace consort::http
