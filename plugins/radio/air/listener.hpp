// One listener: the body of one answer, made while it is sent.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "consort/exchange.hpp"
#include "consort/slice.hpp"

#include "plugins/radio/air/broadcast.hpp"

namespace consort::radio {

// A generator for Slice::stream. Leaves the broadcast when destroyed.
class Listener {
  public:
    Listener(std::shared_ptr<Broadcast> broadcast, const ExchangeView& exchange, bool icy);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    // Slices of the shared chunks, nothing copied. An Error drops the listener.
    Result<Piece> next(std::uint64_t max);

  private:
    friend class Broadcast;
    // False: nothing yet, or it is over.
    bool open_next();
    Result<Piece> yield_text(std::uint64_t max);
    Result<Piece> yield_audio(std::uint64_t max);

    const std::shared_ptr<Broadcast> broadcast_;
    const Exchange exchange_;
    const bool icy_;
    std::size_t index_ = 0;  // the broadcast's

    std::optional<Place> place_;            // of the next chunk, or of the offset in the open one
    std::atomic<std::uint64_t> number_{0};  // of the chunk that is sent, for those who count
    std::atomic<bool> begun_{false};
    SharedChunk chunk_;
    std::optional<std::uint64_t> logical_;
    unsigned jumps_ = 0;  // without a good stretch in between
    double since_jump_seconds_ = 0;
    bool over_ = false;

    std::shared_ptr<const std::string> text_;  // a metadata block that is being sent
    std::size_t text_sent_ = 0;
    std::shared_ptr<const Bytes> opening_;  // header pages that are being sent
    std::size_t opening_sent_ = 0;
    std::size_t since_block_ = 0;
    std::shared_ptr<const Track> told_;
};

// The body for a response.
Slice body_of(std::unique_ptr<Listener> listener);

}  // namespace consort::radio
