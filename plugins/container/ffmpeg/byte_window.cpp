#include "plugins/container/ffmpeg/byte_window.hpp"

#include <algorithm>
#include <cstring>

namespace consort::container_ffmpeg {
namespace {

constexpr std::size_t kKept = 1 << 20;  // behind the place that is read

}  // namespace

bool ByteWindow::covers(std::uint64_t offset, std::size_t size) const noexcept {
    return offset >= start_ && offset - start_ <= buffer_.size() &&
           size <= buffer_.size() - (offset - start_);
}

void ByteWindow::move_to(std::uint64_t offset, std::size_t least) {
    if (error_.status < 0 || offset >= size()) return;
    least = static_cast<std::size_t>(std::min<std::uint64_t>(least, size() - offset));
    if (covers(offset, least)) return;
    const std::uint64_t end = start_ + buffer_.size();
    const bool onwards = !buffer_.empty() && offset >= start_ && offset <= end;
    if (onwards) {
        const std::uint64_t keep_from = offset - std::min<std::uint64_t>(offset - start_, kKept);
        // Moving the kept bytes is worth it only once there is a good deal to drop.
        if (keep_from - start_ >= 2 * kKept) {
            buffer_.erase(buffer_.begin(),
                          buffer_.begin() + static_cast<std::ptrdiff_t>(keep_from - start_));
            start_ = keep_from;
        }
    } else {
        buffer_.clear();
        start_ = offset;
    }
    const std::uint64_t from = start_ + buffer_.size();
    const std::uint64_t need = offset + least - from;
    const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(
        std::max<std::uint64_t>(need, onwards ? step_ : jump_), size() - from));
    const std::size_t old = buffer_.size();
    buffer_.resize(old + take);
    auto got = input_.read(from, buffer_.data() + old, take);
    buffer_.resize(old + (got ? static_cast<std::size_t>(*got) : 0));
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
    const std::size_t count = std::min(size, buffer_.size() - at);
    std::memcpy(buffer, buffer_.data() + at, count);
    return count;
}

std::span<const std::uint8_t> ByteWindow::view(std::uint64_t offset, std::size_t least) {
    move_to(offset, std::min(least, kMostView));
    if (!covers(offset, 0)) return {};
    return std::span<const std::uint8_t>(buffer_).subspan(
        static_cast<std::size_t>(offset - start_));
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
