#include "core/observe/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <limits>
#include <mutex>
#include <sstream>
#include <stdexcept>

#include "core/observe/process_figures.hpp"

namespace consort::observe {

namespace {

// A hot counter that many cores write is many cells, one to a cache line, summed when scraped.
constexpr std::size_t cells = 8;

std::size_t own_cell() noexcept {
    static std::atomic<std::size_t> next{0};
    thread_local const std::size_t mine = next.fetch_add(1) % cells;
    return mine;
}

struct alignas(64) Cell {
    std::atomic<double> value{0};
};

void add_to(std::atomic<double>& value, double delta) noexcept {
    value.fetch_add(delta, std::memory_order_relaxed);
}

class CellCounter final : public Counter {
  public:
    void add(double delta) noexcept override { add_to(cells_[own_cell()].value, delta); }
    double value() const noexcept override {
        double sum = 0;
        for (const Cell& cell : cells_) sum += cell.value.load(std::memory_order_relaxed);
        return sum;
    }

  private:
    std::array<Cell, cells> cells_;
};

class PlainGauge final : public Gauge {
  public:
    void set(double value) noexcept override { value_.store(value, std::memory_order_relaxed); }
    void add(double delta) noexcept override { add_to(value_, delta); }
    double value() const noexcept override { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<double> value_{0};
};

class CellHistogram final : public Histogram {
  public:
    explicit CellHistogram(const std::vector<double>& buckets) : buckets_(buckets) {
        for (auto& part : parts_) {
            part.counts = std::make_unique<std::atomic<std::uint64_t>[]>(buckets_.size() + 1);
        }
    }

    void observe(double value) noexcept override {
        Part& part = parts_[own_cell()];
        const auto at = std::lower_bound(buckets_.begin(), buckets_.end(), value);
        part.counts[static_cast<std::size_t>(at - buckets_.begin())].fetch_add(
            1, std::memory_order_relaxed);
        add_to(part.sum, value);
    }

    prometheus::ClientMetric::Histogram collect() const {
        prometheus::ClientMetric::Histogram out;
        for (std::size_t i = 0; i <= buckets_.size(); ++i) {
            for (const Part& part : parts_) {
                out.sample_count += part.counts[i].load(std::memory_order_relaxed);
            }
            out.bucket.push_back({out.sample_count, i < buckets_.size()
                                                        ? buckets_[i]
                                                        : std::numeric_limits<double>::infinity()});
        }
        for (const Part& part : parts_) {
            out.sample_sum += part.sum.load(std::memory_order_relaxed);
        }
        return out;
    }

  private:
    struct alignas(64) Part {
        std::unique_ptr<std::atomic<std::uint64_t>[]> counts;
        std::atomic<double> sum{0};
    };
    const std::vector<double> buckets_;
    std::array<Part, cells> parts_;
};

bool is_metric_name(const std::string& name) {
    return name.rfind("consort_", 0) == 0 && std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
           });
}

bool is_label_name(const std::string& name) {
    return !name.empty() && name.rfind("__", 0) != 0 && !(name[0] >= '0' && name[0] <= '9') &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
           });
}

prometheus::ClientMetric with_labels(const Labels& labels) {
    prometheus::ClientMetric metric;
    for (const auto& [name, value] : labels) metric.label.push_back({name, value});
    return metric;
}

}  // namespace

struct Metrics::Impl {
    struct Family {
        prometheus::MetricType type = prometheus::MetricType::Untyped;
        std::string help;
        std::vector<double> buckets;
        std::map<Labels, std::unique_ptr<CellCounter>> counters;
        std::map<Labels, std::unique_ptr<PlainGauge>> gauges;
        std::map<Labels, std::unique_ptr<CellHistogram>> histograms;
    };

    Family& family(const std::string& name, const std::string& help, prometheus::MetricType type,
                   const Labels& labels) {
        const bool total = name.size() > 6 && name.compare(name.size() - 6, 6, "_total") == 0;
        if (!is_metric_name(name)) {
            throw std::invalid_argument("metric '" + name +
                                        "': names begin with consort_ and are of a-z, 0-9, _");
        }
        if ((type == prometheus::MetricType::Counter) != total) {
            throw std::invalid_argument("metric '" + name +
                                        "': counters, and only they, end in _total");
        }
        if (help.empty()) throw std::invalid_argument("metric '" + name + "': has no help text");
        for (const auto& label : labels) {
            if (!is_label_name(label.first)) {
                throw std::invalid_argument("metric '" + name + "': bad label name '" +
                                            label.first + "'");
            }
        }
        const auto [at, created] = families.try_emplace(name);
        if (created) {
            at->second.type = type;
            at->second.help = help;
        } else if (at->second.type != type) {
            throw std::invalid_argument("metric '" + name + "': exists with another type");
        }
        return at->second;
    }

    mutable std::mutex mutex;
    std::map<std::string, Family> families;
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

Counter& Metrics::counter(const std::string& name, const std::string& help, const Labels& labels) {
    const std::lock_guard lock(impl_->mutex);
    auto& slot =
        impl_->family(name, help, prometheus::MetricType::Counter, labels).counters[labels];
    if (!slot) slot = std::make_unique<CellCounter>();
    return *slot;
}

Gauge& Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels) {
    const std::lock_guard lock(impl_->mutex);
    auto& slot = impl_->family(name, help, prometheus::MetricType::Gauge, labels).gauges[labels];
    if (!slot) slot = std::make_unique<PlainGauge>();
    return *slot;
}

Histogram& Metrics::histogram(const std::string& name, const std::string& help,
                              const std::vector<double>& buckets, const Labels& labels) {
    if (!std::is_sorted(buckets.begin(), buckets.end())) {
        throw std::invalid_argument("metric '" + name + "': buckets must be sorted");
    }
    const std::lock_guard lock(impl_->mutex);
    auto& family = impl_->family(name, help, prometheus::MetricType::Histogram, labels);
    auto& slot = family.histograms[labels];
    if (!slot) slot = std::make_unique<CellHistogram>(buckets);
    return *slot;
}

std::string Metrics::expose() const {
    std::vector<prometheus::MetricFamily> out;
    {
        const std::lock_guard lock(impl_->mutex);
        for (const auto& [name, family] : impl_->families) {
            prometheus::MetricFamily& one = out.emplace_back();
            one.name = name;
            one.help = family.help;
            one.type = family.type;
            for (const auto& [labels, counter] : family.counters) {
                one.metric.push_back(with_labels(labels));
                one.metric.back().counter.value = counter->value();
            }
            for (const auto& [labels, gauge] : family.gauges) {
                one.metric.push_back(with_labels(labels));
                one.metric.back().gauge.value = gauge->value();
            }
            for (const auto& [labels, histogram] : family.histograms) {
                one.metric.push_back(with_labels(labels));
                one.metric.back().histogram = histogram->collect();
            }
        }
    }
    for (const ProcessFigure& figure : process_figures()) {
        prometheus::MetricFamily& one = out.emplace_back();
        one.name = figure.name;
        one.help = figure.help;
        one.type = figure.counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
        one.metric.emplace_back();
        (figure.counter ? one.metric.back().counter.value : one.metric.back().gauge.value) =
            figure.value;
    }
    std::ostringstream text;
    prometheus::TextSerializer().Serialize(text, out);
    return text.str();
}

}  // namespace consort::observe
