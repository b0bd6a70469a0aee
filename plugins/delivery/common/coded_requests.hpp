// Requests that wait for encoded segments.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "consort/exchange.hpp"
#include "consort/services/renditions.hpp"

namespace consort::delivery {

// Joins exchanges and tickets, so that a client who leaves takes the ticket along. Any thread.
class CodedRequests {
  public:
    explicit CodedRequests(const Renditions& service) : service_(service) {}
    CodedRequests(const CodedRequests&) = delete;

    // Fetches segment `number` for the exchange. `answer(exchange, const Coded&)` returns a
    // Result<void> and runs within the call or on a worker; an error of it, or of the fetch,
    // answers with the problem that fits.
    template <class Answer>
    void fetch(const ExchangeView& exchange, const MediaView& media, const Rendition& rendition,
               std::uint32_t number, Answer answer) {
        const auto wait = std::make_shared<Wait>();
        const consort_exchange* const key = exchange.raw();
        SegmentTicket ticket =
            service_.fetch(media, rendition, number,
                           [this, wait, key, kept = exchange.keep(),
                            answer = std::move(answer)](Result<Coded> coded) mutable {
                               finish(*wait, key);
                               const Result<void> done = contained([&]() -> Result<void> {
                                   if (!coded) return told(std::move(coded).error());
                                   return answer(kept, *coded);
                               });
                               if (!done) kept.fail(done.error());
                           });
        hold(wait, key, std::move(ticket));
    }

    // For a delivery's `canceled`.
    void cancel(const ExchangeView& exchange);

  private:
    struct Wait {
        bool done = false;  // with the mutex
        SegmentTicket ticket;
    };
    void finish(Wait& wait, const consort_exchange* key);
    void hold(const std::shared_ptr<Wait>& wait, const consort_exchange* key, SegmentTicket ticket);
    static Error told(Error error);

    Renditions service_;
    std::mutex mutex_;
    std::unordered_map<const consort_exchange*, std::shared_ptr<Wait>> waiting_;
};

}  // namespace consort::delivery
