#include "plugins/delivery/common/coded_requests.hpp"

namespace consort::delivery {

void CodedRequests::finish(Wait& wait, const consort_exchange* key) {
    const std::lock_guard lock(mutex_);
    wait.done = true;
    const auto found = waiting_.find(key);
    if (found != waiting_.end() && found->second.get() == &wait) waiting_.erase(found);
}

void CodedRequests::hold(const std::shared_ptr<Wait>& wait, const consort_exchange* key,
                         SegmentTicket ticket) {
    const std::lock_guard lock(mutex_);
    if (wait->done) return;
    wait->ticket = std::move(ticket);
    waiting_.insert_or_assign(key, wait);
}

void CodedRequests::cancel(const ExchangeView& exchange) {
    SegmentTicket ticket;
    {
        const std::lock_guard lock(mutex_);
        const auto found = waiting_.find(exchange.raw());
        if (found == waiting_.end()) return;
        ticket = std::move(found->second->ticket);
    }
    ticket.cancel();  // answers within this call, so without the mutex
}

Error CodedRequests::told(Error error) {
    switch (error.status) {
        case CONSORT_E_BUSY:
            error.text = "All encoders are busy and the queue is full; ask again in a moment.";
            break;
        case CONSORT_E_CORRUPT:
            error.text =
                "This part of the file is damaged and cannot be encoded; play on behind it, or "
                "store the file again.";
            break;
        case CONSORT_E_INVALID:
            return {CONSORT_E_NOT_FOUND,
                    "There is no such segment; the rendition's playlist lists those there are."};
        default:
            break;
    }
    return error;
}

}  // namespace consort::delivery
