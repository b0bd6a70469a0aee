#include "core/host/log_sinks.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "consort/abi/services.h"
#include "consort/abi/sink.h"

#include "core/base/executor.hpp"
#include "core/host/guard.hpp"

namespace consort::host {

namespace {

constexpr std::chrono::seconds kLastWords{2};

thread_local std::string_view author;  // empty: the host
thread_local bool in_sink = false;

std::uint32_t to_abi(observe::Level level) noexcept {
    switch (level) {
        case observe::Level::error:
            return CONSORT_LOG_ERROR;
        case observe::Level::warning:
            return CONSORT_LOG_WARNING;
        case observe::Level::info:
            return CONSORT_LOG_INFO;
        default:
            return CONSORT_LOG_DEBUG;
    }
}

observe::Level from_abi(std::uint32_t level) noexcept {
    if (level >= CONSORT_LOG_ERROR) return observe::Level::error;
    if (level == CONSORT_LOG_WARNING) return observe::Level::warning;
    if (level == CONSORT_LOG_INFO) return observe::Level::info;
    return level == CONSORT_LOG_DEBUG ? observe::Level::debug : observe::Level::trace;
}

}  // namespace

struct LogSinks::Line {
    Line(const observe::LogLine& line, std::string_view author_in)
        : level(line.level),
          time_ns(line.time_ns),
          logger(line.logger),
          message(line.message),
          plugin_id(author_in) {
        texts.reserve(line.fields.size());
        for (const observe::LogField& field : line.fields) {
            texts.emplace_back(field.name, field.value);
        }
        for (const auto& [name, value] : texts) fields.push_back({lend(name), lend(value)});
    }

    consort_log_record record() const noexcept {
        return {sizeof(consort_log_record),
                to_abi(level),
                time_ns,
                lend(logger),
                lend(message),
                fields.data(),
                fields.size()};
    }

    observe::Level level;
    std::int64_t time_ns;
    std::string logger, message, plugin_id;
    std::vector<std::pair<std::string, std::string>> texts;
    std::vector<consort_log_field> fields;  // of texts
};

struct LogSinks::Sink {
    Sink(const Component<consort_sink>& component_in, observe::Counter& lost_in)
        : component(component_in),
          least(from_abi(component.table->least_level)),
          lost(lost_in),
          worker("log-" + component.name, 1, kMaxPending) {}

    bool wants(const Line& line) const {
        return line.level >= least && line.plugin_id != component.plugin_id;
    }

    void post(std::shared_ptr<const Line> line) {
        {
            const std::lock_guard lock(mutex);
            ++pending;
        }
        if (worker.post([this, line = std::move(line)] { write(*line); })) return;
        lost.add(1);
        one_less();
    }

    void write(const Line& line) {
        in_sink = true;
        const consort_log_record record = line.record();
        component.table->write(component.self, &record);
        in_sink = false;
        one_less();
    }

    void one_less() {
        const std::lock_guard lock(mutex);
        if (--pending == 0) idle.notify_all();
    }

    void wait_idle(std::chrono::steady_clock::time_point until) {
        std::unique_lock lock(mutex);
        idle.wait_until(lock, until, [this] { return pending == 0; });
    }

    const Component<consort_sink> component;
    const observe::Level least;
    observe::Counter& lost;
    std::mutex mutex;
    std::condition_variable idle;
    std::size_t pending = 0;
    base::Executor worker;  // last: ends before what it uses
};

LogSinks::LogSinks(observe::Metrics& metrics) : metrics_(metrics) {
    tap_.emplace(observe::Level::trace, [this](const observe::LogLine& line) { take(line); });
}

LogSinks::~LogSinks() {
    tap_.reset();
    const auto until = std::chrono::steady_clock::now() + kLastWords;
    for (const auto& sink : sinks_) sink->wait_idle(until);
}

void LogSinks::start(const ComponentRegistry& registry) {
    auto least = observe::Level::error;
    bool any = false;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& component : registry.all<consort_sink>(CONSORT_SINK)) {
            observe::Counter& lost = metrics_.counter(
                "consort_log_sink_lost_total", "Lines of the log that did not fit a sink's queue.",
                {{"sink", component.name}});
            sinks_.push_back(std::make_unique<Sink>(component, lost));
            least = std::min(least, sinks_.back()->least);
        }
        any = !sinks_.empty();
        started_ = true;
        for (const auto& line : kept_) hand_over(line);
        kept_.clear();
    }
    if (any) {
        tap_->set_least(least);
    } else {
        tap_.reset();
    }
}

void LogSinks::take(const observe::LogLine& line) {
    if (in_sink) return;
    const auto kept = std::make_shared<const Line>(line, author);
    const std::lock_guard lock(mutex_);
    if (started_) {
        hand_over(kept);
    } else if (kept_.size() < kMaxPending) {
        kept_.push_back(kept);
    }
}

void LogSinks::hand_over(const std::shared_ptr<const Line>& line) {
    for (const auto& sink : sinks_) {
        if (sink->wants(*line)) sink->post(line);
    }
}

LogSinks::Author::Author(std::string_view plugin_id) noexcept { author = plugin_id; }

LogSinks::Author::~Author() { author = {}; }

}  // namespace consort::host
