// A source as bytes in memory: one window that slides over it in large reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "consort/offers/container.hpp"

namespace consort::container_ffmpeg {

// Reading on from the window's end keeps what lies shortly behind, so that a demuxer's reads and
// our looking at the same bytes cost one read of the source. For one thread. A failed read ends
// everything: error() keeps it, and all that follows finds no bytes.
class ByteWindow {
  public:
    static constexpr std::size_t kKept = 1 << 20;
    // `step`: how much is read at once when the window moves on; `jump`: when it moves elsewhere;
    // `kept`: how much stays behind the place that is read.
    ByteWindow(const Input& input, std::size_t step, std::size_t jump, std::size_t kept = kKept)
        : input_(input), step_(step), jump_(jump), kept_(kept) {}

    std::uint64_t size() const noexcept { return input_.size(); }
    bool canceled() const noexcept { return input_.canceled(); }
    const Error& error() const noexcept { return error_; }  // status 0: none so far

    // Copies; returns less than `size` only at the end, or after an error. May copy less than there
    // is when it reads from the window, but never nothing.
    std::size_t read(std::uint64_t offset, void* buffer, std::size_t size);
    // The bytes from `offset` on, at least `least` of them unless the source ends; valid until the
    // next call. `least` is at most kMostView.
    std::span<const std::uint8_t> view(std::uint64_t offset, std::size_t least);
    static constexpr std::size_t kMostView = 8 << 20;

    bool equals(std::uint64_t offset, std::span<const std::uint8_t> bytes);
    // Where `bytes` lie, looking from `from` on at `window` start positions.
    std::optional<std::uint64_t> find(std::span<const std::uint8_t> bytes, std::uint64_t from,
                                      std::size_t window);

  private:
    const Input& input_;
    const std::size_t step_, jump_, kept_;
    std::unique_ptr<std::uint8_t[]> buffer_;  // not cleared: all but `held_` is to be read into
    std::size_t capacity_ = 0, held_ = 0;
    std::uint64_t start_ = 0;  // of buffer_ in the source
    Error error_{CONSORT_OK, {}};

    bool covers(std::uint64_t offset, std::size_t size) const noexcept;
    void move_to(std::uint64_t offset, std::size_t least);
    void make_room(std::size_t drop, std::size_t take);
};

}  // namespace consort::container_ffmpeg
