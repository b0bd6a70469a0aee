// A piece of a response body and what keeps it alive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "consort/abi/slice.h"
#include "consort/failure.hpp"

namespace consort {
inline namespace v1 {

struct Piece;

// Move-only. Releases what it holds exactly once: in its destructor, or by handing it over.
class Slice {
  public:
    Slice() noexcept = default;
    // Takes over a slice of the ABI.
    explicit Slice(const consort_slice& raw) noexcept : raw_(raw) {}
    Slice(Slice&& other) noexcept : raw_(other.take()) {}
    Slice& operator=(Slice&& other) noexcept {
        if (this != &other) {
            reset();
            raw_ = other.take();
        }
        return *this;
    }
    ~Slice() { reset(); }

    // Bytes that somebody else keeps alive for at least as long as the exchange.
    static Slice borrowed(const void* data, std::uint64_t size) noexcept {
        Slice slice;
        slice.raw_.kind = CONSORT_SLICE_MEMORY;
        slice.raw_.data = data;
        slice.raw_.length = size;
        return slice;
    }
    static Slice borrowed(std::string_view text) noexcept {
        return borrowed(text.data(), text.size());
    }
    // Bytes that live as long as `owner` (a shared_ptr, or anything that can be moved).
    template <class Owner>
    static Slice memory(Owner owner, const void* data, std::uint64_t size) {
        Slice slice = borrowed(data, size);
        slice.own(std::make_unique<Owner>(std::move(owner)));
        return slice;
    }
    // As above, without another allocation.
    template <class T>
    static Slice memory(std::unique_ptr<T> owner, const void* data, std::uint64_t size) noexcept {
        Slice slice = borrowed(data, size);
        slice.own(std::move(owner));
        return slice;
    }
    // A container of bytes, with all it holds.
    template <class Bytes>
    requires(sizeof(typename Bytes::value_type) == 1) static Slice of(Bytes bytes) {
        auto owner = std::make_unique<Bytes>(std::move(bytes));
        const void* data = owner->data();
        const std::uint64_t size = owner->size();
        return memory(std::move(owner), data, size);
    }
    static Slice text(std::string text) { return of(std::move(text)); }
    // Bytes of a regular file, whose descriptor lives as long as `owner`. The host reads by
    // position, so many slices may share one descriptor.
    template <class Owner>
    static Slice file(int descriptor, std::uint64_t offset, std::uint64_t length, Owner owner) {
        Slice slice;
        slice.raw_.kind = CONSORT_SLICE_FILE;
        slice.raw_.fd = descriptor;
        slice.raw_.offset = offset;
        slice.raw_.length = length;
        slice.own(std::make_unique<Owner>(std::move(owner)));
        return slice;
    }
    // A body that is made while it is sent. `generator` is `Result<Piece>(std::uint64_t max)`; it
    // runs on I/O threads, never twice at once, must not block, and yields at most `max` bytes. One
    // of known length that also has `Result<void> seek(std::uint64_t position)` is rangeable: it
    // continues from there.
    template <class Generator>
    static Slice stream(Generator generator, std::uint64_t length = CONSORT_LENGTH_UNKNOWN);

    const consort_slice& raw() const noexcept { return raw_; }
    std::uint64_t length() const noexcept { return raw_.length; }
    // The slice with its duty to release.
    [[nodiscard]] consort_slice take() noexcept { return std::exchange(raw_, consort_slice{}); }
    void reset() noexcept { release(take()); }

    static void release(const consort_slice& raw) noexcept {
        if (raw.release) raw.release(raw.owner);
    }

  private:
    template <class T>
    void own(std::unique_ptr<T> owner) noexcept {
        using Raw = typename std::unique_ptr<T>::element_type;
        raw_.owner = const_cast<std::remove_const_t<Raw>*>(owner.release());
        raw_.release = [](void* kept) noexcept {
            std::unique_ptr<T>(static_cast<Raw*>(kept)).reset();
        };
    }

    consort_slice raw_{};
};

// What a stream yields: a slice (memory or file), "nothing yet, I will wake the exchange", or "that
// was all". A stream that fails returns an Error, and the host resets the connection.
struct Piece {
    Piece(Slice yielded) noexcept : slice(std::move(yielded)) {}
    static Piece pending() noexcept { return Piece(CONSORT_PENDING); }
    static Piece end() noexcept { return Piece(CONSORT_END); }

    consort_status state = CONSORT_OK;
    Slice slice;

  private:
    explicit Piece(consort_status what) noexcept : state(what) {}
};

template <class Generator>
Slice Slice::stream(Generator generator, std::uint64_t length) {
    Slice slice;
    slice.raw_.kind = CONSORT_SLICE_STREAM;
    slice.raw_.length = length;
    slice.raw_.next = [](void* owner, std::uint64_t max, consort_slice* out) noexcept {
        Result<Piece> piece =
            contained([&]() -> Result<Piece> { return (*static_cast<Generator*>(owner))(max); });
        if (!piece) {
            const consort_status status = piece.error().status;
            return status < 0 ? status : CONSORT_E_INTERNAL;
        }
        if (piece->state == CONSORT_OK) *out = piece->slice.take();
        return piece->state;
    };
    if constexpr (requires(Generator & g) { g.seek(std::uint64_t{}); }) {
        slice.raw_.seek = [](void* owner, std::uint64_t position) noexcept {
            const Result<void> sought = contained(
                [&]() -> Result<void> { return static_cast<Generator*>(owner)->seek(position); });
            return sought ? consort_status{CONSORT_OK} : sought.error().status;
        };
    }
    slice.own(std::make_unique<Generator>(std::move(generator)));
    return slice;
}

}  // namespace v1
}  // namespace consort
