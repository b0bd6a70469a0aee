// Figures for Prometheus.
#pragma once

#include "consort/abi/services.h"
#include "consort/host_link.hpp"

namespace consort {
inline namespace v1 {

// A counter or a gauge; a small value to keep in a member. Lives as long as the plugin. Any thread.
class Metric {
  public:
    Metric() noexcept = default;
    Metric(const consort_metrics_api* api, consort_metric* raw) noexcept : api_(api), raw_(raw) {}
    // A counter takes no negative delta.
    void add(double delta = 1) const noexcept {
        if (raw_) api_->add(raw_, delta);
    }
    // Gauges only.
    void set(double value) const noexcept {
        if (raw_) api_->set(raw_, value);
    }

  private:
    const consort_metrics_api* api_ = nullptr;
    consort_metric* raw_ = nullptr;
};

// Names in Prometheus' form ("bytes_total"); the host puts consort_plugin_<plugin>_ before them. An
// invalid name, which is a mistake in the plugin, throws a Failure.
class Metrics {
  public:
    explicit Metrics(const HostLink& link)
        : api_(link.require<consort_metrics_api>(CONSORT_SERVICE_METRICS)), host_(link.host) {}

    Metric counter(const char* name, const char* help, const char* label = nullptr,
                   const char* value = nullptr) const {
        return named(name, api_->counter(host_, name, help, label, value));
    }
    Metric gauge(const char* name, const char* help, const char* label = nullptr,
                 const char* value = nullptr) const {
        return named(name, api_->gauge(host_, name, help, label, value));
    }

  private:
    Metric named(const char* name, consort_metric* raw) const {
        if (!raw) throw Failure(CONSORT_E_INVALID, "invalid metric '" + std::string(name) + "'");
        return Metric(api_, raw);
    }

    const consort_metrics_api* api_;
    consort_host* host_;
};

}  // namespace v1
}  // namespace consort
