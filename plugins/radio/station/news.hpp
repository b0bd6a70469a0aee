// What plays, pushed to those who ask: server-sent events (HTML standard, section 9.2).
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "consort/exchange.hpp"
#include "consort/slice.hpp"

namespace consort::radio {

// Any thread; never blocks.
class News : public std::enable_shared_from_this<News> {
  public:
    static constexpr std::size_t most_readers = 2'000;
    static constexpr std::size_t most_waiting = 64;  // events; a slow reader loses the oldest
    using WakeAll = std::function<void(std::span<consort_exchange* const>)>;

    explicit News(WakeAll wake_all) : wake_all_(std::move(wake_all)) {}

    // Answers with a stream of the events about `route`, or about all if it is empty; `first` are
    // sent at once. 503 if there are too many readers.
    void serve(const ExchangeView& exchange, std::string route,
               const std::vector<std::string>& first);
    void publish(const std::string& route, const std::string& json);
    // A comment, so that nobody on the way takes the connection for dead.
    void beat();
    // All streams end.
    void end();

  private:
    class Reader;
    using Text = std::shared_ptr<const std::string>;
    void send(const std::string* route, const Text& text);

    const WakeAll wake_all_;
    std::mutex mutex_;
    std::vector<Reader*> readers_;
    bool ended_ = false;
};

}  // namespace consort::radio
