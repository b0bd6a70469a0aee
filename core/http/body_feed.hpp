// A request's streamed body on its way to the handler: one question, one piece.
#pragma once

#include <mutex>
#include <optional>
#include <string_view>

#include "core/http/exchange.hpp"

namespace consort::http {

class BodyFeed {
  public:
    // Any thread. OK: `read` is kept, and will be told of a piece or of the end.
    consort_status ask(const BodyRead& read);
    // Takes back what was asked for last.
    void unask() noexcept;
    // How much is asked for; 0: nothing.
    std::size_t asked() const;

    // The rest runs on the exchange's I/O thread; nothing is locked while `take` runs.
    void give(std::string_view piece) noexcept;
    // The first end counts. It is told now, or to the one who asks next.
    void end(consort_status status) noexcept;
    // Tells of the end, if it has come and somebody asks.
    void tell_end() noexcept;

  private:
    mutable std::mutex mutex_;
    std::optional<BodyRead> read_;
    std::optional<consort_status> end_;
    bool told_ = false;
};

}  // namespace consort::http
