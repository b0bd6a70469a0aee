// What a station sends, shared by all who listen.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "consort/exchange.hpp"

#include "plugins/radio/air/ring.hpp"
#include "plugins/radio/common/chunk.hpp"

namespace consort::radio {

class Listener;

// A chunk is made once and sent to everybody from the same memory. Any thread.
class Broadcast final : public ChunkSink, public std::enable_shared_from_this<Broadcast> {
  public:
    struct Limits {
        std::size_t listeners = 500;
        double burst_seconds = 4;    // what a listener gets at once; the same for all
        double behind_seconds = 10;  // further behind the burst than this: on to the burst
        unsigned jumps = 5;          // as many, none with a good minute after it: dropped
    };
    struct Figures {
        std::size_t listeners = 0, peak = 0;
        std::uint64_t bytes = 0, connects = 0, refused = 0, drops = 0, jumps = 0;
        double behind_seconds = 0;  // of the listener who is furthest behind
    };
    // Tells many exchanges that their streams have more.
    using WakeAll = std::function<void(std::span<consort_exchange* const>)>;
    using Now = std::function<Clock::time_point()>;

    Broadcast(const Limits& limits, std::string icy_url, WakeAll wake_all, Now now = Clock::now);
    ~Broadcast() override;

    void chunk(SharedChunk made) override;
    // Gets all chunks, too. Before the first one.
    void also(std::shared_ptr<ChunkSink> other) { also_ = std::move(other); }
    // Nothing comes any more: listeners end when they have what there is, later ones at once.
    void end();

    // The body for one listener; with ICY metadata if `icy`. Nothing if there are as many as may
    // be. The exchange is kept until the body is released.
    std::unique_ptr<Listener> join(const ExchangeView& exchange, bool icy);

    Figures figures() const;
    // What is on air now, at the live edge; null before the first chunk.
    std::shared_ptr<const Track> on_air() const;
    const Limits& limits() const noexcept { return limits_; }

  private:
    friend class Listener;
    // What a listener gets next.
    struct Turn {
        OnAir on_air;  // null chunk: nothing yet
        std::size_t offset = 0;
        bool jumped = false, ended = false;
    };
    Turn take(const std::optional<Place>& wanted) const;
    void leave(Listener& listener) noexcept;
    void wake();

    const Limits limits_;
    const std::string icy_url_;
    const WakeAll wake_all_;
    const Now now_;
    std::shared_ptr<ChunkSink> also_;

    mutable std::mutex ring_mutex_;
    Ring ring_;
    bool ended_ = false;

    mutable std::mutex listeners_mutex_;
    std::vector<Listener*> listeners_;  // each knows its index
    std::size_t peak_ = 0;
    std::mutex wake_mutex_;
    std::vector<Exchange> woken_;  // kept for its memory
    std::vector<consort_exchange*> raw_woken_;

    std::atomic<std::uint64_t> bytes_{0}, connects_{0}, refused_{0}, drops_{0}, jumps_{0};
};

}  // namespace consort::radio
