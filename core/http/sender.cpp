#include "core/http/sender.hpp"

#include <algorithm>
#include <cstdio>

namespace consort::http {

namespace {

constexpr std::uint64_t most_a_turn = 4 * 1024 * 1024;
constexpr std::uint64_t enough_queued = 64 * 1024;
constexpr std::size_t most_queued = 64;
constexpr std::size_t usually_queued = 2;
constexpr std::uint64_t most_a_pull = 256 * 1024;

}  // namespace

Sender::Sender(Reply reply) : reply_(std::move(reply)) {
    Out head;
    head.data = reply_.head.data();
    head.length = reply_.head.size();
    push(std::move(head));
}

void Sender::push(Out out) {
    if (out.length == 0) return;
    queued_ += out.length;
    if (queue_.capacity() == 0) queue_.reserve(usually_queued);
    queue_.push_back(std::move(out));
}

void Sender::push_text(std::string text) {
    Slice owner = Slice::text(std::move(text));
    Out out;
    out.data = static_cast<const char*>(owner.raw().data);
    out.length = owner.raw().length;
    out.owner = std::move(owner);
    push(std::move(out));
}

Sender::Refill Sender::refill(std::atomic<bool>& woken) {
    while (queued_ < enough_queued && queue_.size() - front_ < most_queued) {
        if (next_piece_ == reply_.pieces.size()) {
            if (reply_.chunked && !ended_) push_text("0\r\n\r\n");
            ended_ = true;
            return Refill::finished;
        }
        Piece& piece = reply_.pieces[next_piece_];
        if (piece.kind == CONSORT_SLICE_STREAM) {
            const Refill result = pull(piece, woken);
            if (result == Refill::finished) {
                ++next_piece_;
                seeked_ = false;
            } else if (result != Refill::filled) {
                return result;
            }
            continue;
        }
        if (reply_.chunked) {
            char size[24];
            std::snprintf(size, sizeof size, "%llx\r\n",
                          static_cast<unsigned long long>(piece.length));
            push_text(size);
        }
        Out out;
        out.data = piece.data;
        out.fd = piece.kind == CONSORT_SLICE_FILE ? piece.fd : -1;
        out.offset = piece.offset;
        out.length = piece.length;
        push(std::move(out));
        if (reply_.chunked) push_text("\r\n");
        ++next_piece_;
    }
    return Refill::filled;
}

Sender::Refill Sender::pull(Piece& piece, std::atomic<bool>& woken) {
    const consort_slice& stream = *piece.stream;
    const bool bounded = piece.length != CONSORT_LENGTH_UNKNOWN;
    if (bounded && piece.length == 0) return Refill::finished;
    if (!seeked_ && stream.seek != nullptr) {
        if (stream.seek(stream.owner, piece.offset) != CONSORT_OK) return Refill::failed;
    }
    seeked_ = true;
    while (true) {
        woken.store(false, std::memory_order_seq_cst);
        const std::uint64_t most = std::min(piece.length, most_a_pull);
        consort_slice raw{};
        raw.fd = -1;
        const consort_status status = stream.next(stream.owner, most, &raw);
        if (status == CONSORT_PENDING) {
            if (woken.load(std::memory_order_seq_cst)) continue;
            return Refill::starved;
        }
        if (status == CONSORT_END) return bounded ? Refill::failed : Refill::finished;
        if (status != CONSORT_OK) return Refill::failed;
        Slice slice(raw);
        const bool file = raw.kind == CONSORT_SLICE_FILE;
        if ((!file && raw.kind != CONSORT_SLICE_MEMORY) || raw.length > most) return Refill::failed;
        if (raw.length == 0) continue;
        if (bounded) piece.length -= raw.length;
        if (reply_.chunked) {
            char size[24];
            std::snprintf(size, sizeof size, "%llx\r\n",
                          static_cast<unsigned long long>(raw.length));
            push_text(size);
        }
        Out out;
        out.data = static_cast<const char*>(raw.data);
        out.fd = file ? raw.fd : -1;
        out.offset = raw.offset;
        out.length = raw.length;
        out.owner = std::move(slice);
        push(std::move(out));
        if (reply_.chunked) push_text("\r\n");
        return Refill::filled;
    }
}

Transfer Sender::flush(Transport& transport) {
    Out& first = queue_[front_];
    if (first.fd >= 0) {
        const Transfer transfer = transport.send_file(first.fd, first.offset, first.length);
        if (transfer.state == Transfer::State::moved) file_bytes_ += transfer.bytes;
        return transfer;
    }
    std::array<iovec, most_queued> parts;
    std::size_t count = 0;
    std::size_t at = front_;
    for (; at < queue_.size() && queue_[at].fd < 0 && count < parts.size(); ++at, ++count) {
        parts[count] = {const_cast<char*>(queue_[at].data), queue_[at].length};
    }
    return transport.send(parts.data(), count, at < queue_.size());
}

void Sender::advance(std::uint64_t bytes) {
    sent_ += bytes;
    queued_ -= bytes;
    while (bytes > 0) {
        Out& first = queue_[front_];
        const std::uint64_t part = std::min(bytes, first.length);
        first.length -= part;
        first.offset += part;
        if (first.data != nullptr) first.data += part;
        bytes -= part;
        if (first.length > 0) break;
        { const Slice released = std::move(first.owner); }
        ++front_;
    }
    if (front_ == queue_.size()) {
        front_ = 0;
        queue_.clear();
    } else if (front_ >= most_queued) {
        queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(front_));
        front_ = 0;
    }
}

// One stream of ten thousand sleeps: what it does not need until it is woken is given back.
void Sender::rest() {
    std::string().swap(reply_.head);
    std::vector<Out>().swap(queue_);
}

Sender::State Sender::pump(Transport& transport, std::atomic<bool>& woken) {
    const std::uint64_t begin = sent_;
    while (true) {
        const Refill refilled = refill(woken);
        if (refilled == Refill::failed) return State::failed;
        if (!queue_.empty()) {
            const Transfer transfer = flush(transport);
            if (transfer.state == Transfer::State::blocked) return State::blocked;
            if (transfer.state != Transfer::State::moved) return State::failed;
            advance(transfer.bytes);
        }
        if (queue_.empty() && refilled == Refill::finished) return State::done;
        if (queue_.empty() && refilled == Refill::starved) {
            rest();  // what has come meanwhile wakes it again
            return State::starved;
        }
        if (sent_ - begin >= most_a_turn) return State::yielding;
    }
}

}  // namespace consort::http
