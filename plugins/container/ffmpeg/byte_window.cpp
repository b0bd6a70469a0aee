#include "plugins/container/ffmpeg/byte_window.hpp"

#include <algorithm>
#include <cstring>

namespace consort::container_ffmpeg {

bool ByteWindow::covers(std::uint64_t offset, std::size_t size) const noexcept {
    return offset >= start_ && offset - start_ <= held_ && size <= held_ - (offset - start_);
}

// For `take` bytes behind those that are held, of which the first `drop` may go.
void ByteWindow::make_room(std::size_t drop, std::size_t take) {
    if (held_ + take <= capacity_) return;
    const std::size_t stay = held_ - drop;
    // Moving the kept bytes is worth it only once there is a good deal to drop.
    if (stay + take <= capacity_ && 2 * stay <= drop) {
        std::memmove(buffer_.get(), buffer_.get() + drop, stay);
    } else {
        capacity_ = std::max(stay + take, capacity_ + capacity_ / 2);
        auto larger = std::make_unique_for_overwrite<std::uint8_t[]>(capacity_);
        if (stay != 0) std::memcpy(larger.get(), buffer_.get() + drop, stay);
        buffer_ = std::move(larger);
    }
    held_ = stay;
    start_ += drop;
}

void ByteWindow::move_to(std::uint64_t offset, std::size_t least) {
    if (error_.status < 0 || offset >= size()) return;
    least = static_cast<std::size_t>(std::min<std::uint64_t>(least, size() - offset));
    if (covers(offset, least)) return;
    const std::uint64_t end = start_ + held_;
    const bool onwards = held_ != 0 && offset >= start_ && offset <= end;
    std::size_t drop = 0;
    if (onwards) {
        const auto behind = static_cast<std::size_t>(offset - start_);
        drop = behind - std::min(behind, kept_);
    } else {
        held_ = 0;
        start_ = offset;
    }
    const std::uint64_t from = start_ + held_;
    const std::uint64_t need = offset + least - from;
    const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(
        std::max<std::uint64_t>(need, onwards ? step_ : jump_), size() - from));
    make_room(drop, take);
    auto got = input_.read(from, buffer_.get() + held_, take);
    if (got) held_ += static_cast<std::size_t>(*got);
    if (!got)
        error_ = got.error();
    else if (*got < take)
        error_ = {CONSORT_E_IO, "The file became shorter while it was read."};
}

std::size_t ByteWindow::read(std::uint64_t offset, void* buffer, std::size_t size) {
    if (offset >= this->size() || size == 0) return 0;
    move_to(offset, 1);
    if (!covers(offset, 1)) return 0;
    const std::size_t at = static_cast<std::size_t>(offset - start_);
    const std::size_t count = std::min(size, held_ - at);
    std::memcpy(buffer, buffer_.get() + at, count);
    return count;
}

std::span<const std::uint8_t> ByteWindow::view(std::uint64_t offset, std::size_t least) {
    move_to(offset, std::min(least, kMostView));
    if (!covers(offset, 0)) return {};
    return std::span<const std::uint8_t>(buffer_.get(), held_)
        .subspan(static_cast<std::size_t>(offset - start_));
}

bool ByteWindow::equals(std::uint64_t offset, std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const auto here = view(offset, std::min<std::size_t>(bytes.size(), 64 << 10));
        const std::size_t count = std::min(here.size(), bytes.size());
        if (count == 0 || std::memcmp(here.data(), bytes.data(), count) != 0) return false;
        offset += count;
        bytes = bytes.subspan(count);
    }
    return true;
}

std::optional<std::uint64_t> ByteWindow::find(std::span<const std::uint8_t> bytes,
                                              std::uint64_t from, std::size_t window) {
    // Long runs of equal bytes would make every place a candidate.
    constexpr int kCandidates = 64;
    const std::size_t needle = std::min<std::size_t>(bytes.size(), 32);
    const std::uint64_t end = from + window;
    for (int tries = 0; tries < kCandidates && needle != 0; ++tries) {
        const auto here = view(from, window + needle);
        const std::size_t look =
            static_cast<std::size_t>(std::min<std::uint64_t>(here.size(), end - from + needle));
        const void* hit =
            look < needle ? nullptr : ::memmem(here.data(), look, bytes.data(), needle);
        if (hit == nullptr) return std::nullopt;
        from += static_cast<std::uint64_t>(static_cast<const std::uint8_t*>(hit) - here.data());
        if (equals(from, bytes)) return from;
        if (++from >= end) return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace consort::container_ffmpeg
