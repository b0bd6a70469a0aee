#include "core/http/wake_round.hpp"

#include <algorithm>
#include <exception>

namespace consort::http {

namespace {

constexpr std::size_t woken_a_turn = 32;

}  // namespace

struct WakeRound::Batch {
    std::shared_ptr<Mailbox> mailbox;
    std::vector<ServerExchange::Hold> exchanges;
    std::size_t next = 0;  // on the I/O thread

    void run_some() {
        const std::size_t end = std::min(next + woken_a_turn, exchanges.size());
        for (; next < end; ++next) {
            const ServerExchange::Hold exchange = std::move(exchanges[next]);
            exchange->on_wake();
        }
    }
    bool done() const noexcept { return next == exchanges.size(); }
};

void WakeRound::add(const std::shared_ptr<Mailbox>& mailbox, ServerExchange& exchange) {
    const auto same = [&](const auto& batch) { return batch->mailbox == mailbox; };
    auto batch = std::ranges::find_if(batches_, same);
    if (batch == batches_.end()) {
        batches_.push_back(std::make_shared<Batch>());
        batch = batches_.end() - 1;
        (*batch)->mailbox = mailbox;
    }
    (*batch)->exchanges.emplace_back(&exchange);
}

void WakeRound::post(const std::shared_ptr<Batch>& batch) noexcept {
    try {
        batch->mailbox->post([batch] {
            batch->run_some();
            if (!batch->done()) post(batch);
        });
    } catch (const std::exception&) {  // out of memory: a later wake may succeed
        for (const auto& exchange : batch->exchanges)
            if (exchange) exchange->forget_wake();
    }
}

WakeRound::~WakeRound() {
    for (const auto& batch : batches_) post(batch);
}

}  // namespace consort::http
