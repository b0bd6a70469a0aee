#include "plugins/radio/air/listener.hpp"

#include <algorithm>
#include <utility>

#include "plugins/radio/air/icy.hpp"

namespace consort::radio {

namespace {

constexpr std::string_view unchanged("\0", 1);
constexpr double forgiven_after_seconds = 60;  // of sound without a jump

struct Generator {
    std::unique_ptr<Listener> listener;
    Result<Piece> operator()(std::uint64_t max) { return listener->next(max); }
};

}  // namespace

Slice body_of(std::unique_ptr<Listener> listener) {
    return Slice::stream(Generator{std::move(listener)});
}

Listener::Listener(std::shared_ptr<Broadcast> broadcast, const ExchangeView& exchange, bool icy)
    : broadcast_(std::move(broadcast)), exchange_(exchange), icy_(icy) {}

Listener::~Listener() { broadcast_->leave(*this); }

bool Listener::open_next() {
    Broadcast::Turn turn = broadcast_->take(place_);
    if (!turn.on_air.chunk) {
        over_ = turn.ended;
        return false;
    }
    if (turn.jumped) {
        ++jumps_;
        since_jump_seconds_ = 0;
        broadcast_->jumps_.fetch_add(1, std::memory_order_relaxed);
    }
    const bool entered = !logical_ || *logical_ != turn.on_air.logical;
    if (entered && turn.on_air.chunk->opening) {
        opening_ = turn.on_air.chunk->opening;
        opening_sent_ = 0;
    }
    logical_ = turn.on_air.logical;
    chunk_ = std::move(turn.on_air.chunk);
    place_ = Place{chunk_->number, turn.offset};
    since_jump_seconds_ += static_cast<double>(chunk_->frames) / std::max(chunk_->rate, 1u);
    if (since_jump_seconds_ >= forgiven_after_seconds) jumps_ = 0;
    number_.store(chunk_->number, std::memory_order_relaxed);
    begun_.store(true, std::memory_order_relaxed);
    return true;
}

Result<Piece> Listener::next(std::uint64_t max) {
    if (text_) return yield_text(max);
    if (!opening_ && (!chunk_ || place_->offset >= chunk_->bytes.size())) {
        if (chunk_) place_ = Place{chunk_->number + 1, 0};
        chunk_.reset();
        if (!open_next()) return over_ ? Piece::end() : Piece::pending();
        if (jumps_ >= broadcast_->limits_.jumps) {
            broadcast_->drops_.fetch_add(1, std::memory_order_relaxed);
            return Error{CONSORT_E_TIMEOUT, "the listener takes less than the stream brings"};
        }
    }
    return yield_audio(max);
}

Result<Piece> Listener::yield_text(std::uint64_t max) {
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(max, text_->size() - text_sent_));
    Slice slice = Slice::memory(text_, text_->data() + text_sent_, size);
    text_sent_ += size;
    if (text_sent_ == text_->size()) text_.reset();
    return Piece(std::move(slice));
}

Result<Piece> Listener::yield_audio(std::uint64_t max) {
    if (icy_ && since_block_ == icy_interval) {
        since_block_ = 0;
        if (chunk_->track == nullptr || chunk_->track == told_) {
            return Piece(Slice::borrowed(unchanged));
        }
        told_ = chunk_->track;
        text_ = std::make_shared<const std::string>(icy_block(*told_, broadcast_->icy_url_));
        text_sent_ = 0;
        return yield_text(max);
    }
    if (icy_) max = std::min<std::uint64_t>(max, icy_interval - since_block_);
    const bool header = opening_ != nullptr;
    const Bytes& bytes = header ? *opening_ : chunk_->bytes;
    std::size_t& sent = header ? opening_sent_ : place_->offset;
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(max, bytes.size() - sent));
    Slice slice = header ? Slice::memory(opening_, bytes.data() + sent, size)
                         : Slice::memory(chunk_, bytes.data() + sent, size);
    sent += size;
    since_block_ += size;
    if (header && opening_sent_ == bytes.size()) opening_.reset();
    broadcast_->bytes_.fetch_add(size, std::memory_order_relaxed);
    return Piece(std::move(slice));
}

}  // namespace consort::radio
