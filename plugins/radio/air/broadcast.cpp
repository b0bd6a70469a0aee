#include "plugins/radio/air/broadcast.hpp"

#include <algorithm>
#include <utility>

#include "plugins/radio/air/listener.hpp"

namespace consort::radio {

namespace {

constexpr double spare_seconds = 5;  // for who is about to jump

}  // namespace

Broadcast::Broadcast(const Limits& limits, std::string icy_url, WakeAll wake_all, Now now)
    : limits_(limits),
      icy_url_(std::move(icy_url)),
      wake_all_(std::move(wake_all)),
      now_(std::move(now)),
      ring_(limits.burst_seconds + limits.behind_seconds + spare_seconds) {}

Broadcast::~Broadcast() = default;

void Broadcast::chunk(SharedChunk made) {
    {
        const std::lock_guard lock(ring_mutex_);
        ring_.push(made, now_());
    }
    wake();
    if (also_) also_->chunk(std::move(made));
}

void Broadcast::end() {
    {
        const std::lock_guard lock(ring_mutex_);
        ended_ = true;
    }
    wake();
}

// Whoever leaves meanwhile keeps its exchange for as long as it is told.
void Broadcast::wake() {
    const std::lock_guard wake_lock(wake_mutex_);
    {
        const std::lock_guard lock(listeners_mutex_);
        woken_.reserve(listeners_.size());
        raw_woken_.reserve(listeners_.size());
        for (const Listener* listener : listeners_) {
            woken_.push_back(listener->exchange_.keep());
            raw_woken_.push_back(listener->exchange_.raw());
        }
    }
    wake_all_(raw_woken_);
    raw_woken_.clear();
    woken_.clear();
}

std::unique_ptr<Listener> Broadcast::join(const ExchangeView& exchange, bool icy) {
    auto listener = std::make_unique<Listener>(shared_from_this(), exchange, icy);
    const std::lock_guard lock(listeners_mutex_);
    if (listeners_.size() >= limits_.listeners) {
        listener->index_ = limits_.listeners;
        refused_.fetch_add(1, std::memory_order_relaxed);
    } else {
        listener->index_ = listeners_.size();
        listeners_.push_back(listener.get());
        peak_ = std::max(peak_, listeners_.size());
        connects_.fetch_add(1, std::memory_order_relaxed);
        return listener;
    }
    return nullptr;
}

void Broadcast::leave(Listener& listener) noexcept {
    const std::lock_guard lock(listeners_mutex_);
    const std::size_t index = listener.index_;
    if (index >= listeners_.size() || listeners_[index] != &listener) return;  // was refused
    listeners_[index] = listeners_.back();
    listeners_[index]->index_ = index;
    listeners_.pop_back();
}

Broadcast::Turn Broadcast::take(const std::optional<Place>& wanted) const {
    const std::lock_guard lock(ring_mutex_);
    Turn turn;
    std::optional<Place> place = wanted;
    const double most = limits_.burst_seconds + limits_.behind_seconds;
    const bool gone = place && !ring_.empty() &&
                      (place->number < ring_.first_number() || place->number > ring_.next_number());
    if (gone || (place && ring_.seconds_from(place->number) > most)) {
        place = ring_.before_edge(limits_.burst_seconds, now_());
        if (place) place->offset = 0;
        turn.jumped = true;
    } else if (!place) {
        place = ring_.before_edge(limits_.burst_seconds, now_());
    }
    if (place) {
        turn.on_air = ring_.find(place->number);
        turn.offset = place->offset;
    }
    turn.ended = ended_;
    return turn;
}

Broadcast::Figures Broadcast::figures() const {
    Figures figures;
    std::uint64_t oldest = UINT64_MAX;
    {
        const std::lock_guard lock(listeners_mutex_);
        figures.listeners = listeners_.size();
        figures.peak = peak_;
        for (const Listener* listener : listeners_) {
            if (listener->begun_.load(std::memory_order_relaxed)) {
                oldest = std::min(oldest, listener->number_.load(std::memory_order_relaxed) + 1);
            }
        }
    }
    {
        const std::lock_guard lock(ring_mutex_);
        if (oldest != UINT64_MAX) figures.behind_seconds = ring_.seconds_from(oldest);
    }
    figures.bytes = bytes_.load(std::memory_order_relaxed);
    figures.connects = connects_.load(std::memory_order_relaxed);
    figures.refused = refused_.load(std::memory_order_relaxed);
    figures.drops = drops_.load(std::memory_order_relaxed);
    figures.jumps = jumps_.load(std::memory_order_relaxed);
    return figures;
}

std::shared_ptr<const Track> Broadcast::on_air() const {
    const std::lock_guard lock(ring_mutex_);
    if (ring_.empty()) return nullptr;
    return ring_.find(ring_.next_number() - 1).chunk->track;
}

}  // namespace consort::radio
