// The metrics registry, shown on /metrics in Prometheus' text format.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace prometheus {
class Registry;
}

namespace consort::observe {

// Handles live as long as the Metrics they come from; every call is cheap and from any thread.
// Names begin with "consort_"; units and "_total" as Prometheus' naming rules say.
class Counter {
  public:
    virtual ~Counter() = default;
    virtual void add(double delta = 1) noexcept = 0;
    virtual double value() const noexcept = 0;
};
class Gauge {
  public:
    virtual ~Gauge() = default;
    virtual void set(double value) noexcept = 0;
    virtual void add(double delta) noexcept = 0;
    virtual double value() const noexcept = 0;
};
class Histogram {
  public:
    virtual ~Histogram() = default;
    virtual void observe(double value) noexcept = 0;
};

using Labels = std::map<std::string, std::string>;

class Metrics {
  public:
    Metrics();
    ~Metrics();

    // The same name and labels give the same handle. Throws std::invalid_argument on a bad name.
    Counter& counter(const std::string& name, const std::string& help, const Labels& = {});
    Gauge& gauge(const std::string& name, const std::string& help, const Labels& = {});
    Histogram& histogram(const std::string& name, const std::string& help,
                         const std::vector<double>& buckets, const Labels& = {});

    // Text exposition format 0.0.4, process figures (consort_process_… and process_…) included.
    std::string expose() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace consort::observe
