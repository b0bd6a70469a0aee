// Hands the lines of the log to the components that ask for them (consort.sink/1).
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "core/host/component_registry.hpp"
#include "core/observe/log.hpp"
#include "core/observe/metrics.hpp"

namespace consort::host {

// From its construction on, lines are kept for the sinks to come, because what goes wrong while
// plugins are created is worth telling. Each sink has a bounded queue and a worker of its own, so
// that a slow one holds up nobody.
class LogSinks {
  public:
    explicit LogSinks(observe::Metrics& metrics);
    ~LogSinks();  // hands over what waits, for two seconds at most
    LogSinks(const LogSinks&) = delete;
    LogSinks& operator=(const LogSinks&) = delete;

    // The sinks in the registry get what was kept, then what comes. They must outlive this. Once.
    void start(const ComponentRegistry& registry);

    // While it exists, what this thread logs is said by the plugin of that id, whose own sinks do
    // not get it.
    class Author {
      public:
        explicit Author(std::string_view plugin_id) noexcept;
        ~Author();
        Author(const Author&) = delete;
        Author& operator=(const Author&) = delete;
    };

    // Lines that wait for one sink, and lines that are kept before start(); more are lost.
    static constexpr std::size_t kMaxPending = 1'000;

  private:
    struct Line;
    struct Sink;
    void take(const observe::LogLine& line);
    void hand_over(const std::shared_ptr<const Line>& line);

    observe::Metrics& metrics_;
    std::mutex mutex_;
    bool started_ = false;
    std::deque<std::shared_ptr<const Line>> kept_;  // until start()
    std::vector<std::unique_ptr<Sink>> sinks_;
    std::optional<observe::LogTap> tap_;  // last: ends before what it fills
};

}  // namespace consort::host
