// Reads a response body the way a transport does.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "consort/slice.hpp"

namespace consort {
inline namespace v1 {
namespace testing {

// A piece that was sent: CONSORT_SLICE_MEMORY or CONSORT_SLICE_FILE, so that a test can tell what
// was copied from what came straight from a file.
struct BodyPiece {
    std::uint32_t kind;
    std::uint64_t offset, length;
};

// Not thread-safe.
struct BodyReader {
    std::deque<Slice> waiting;
    std::string bytes;
    std::vector<BodyPiece> pieces;
    consort_status error = CONSORT_OK;

    BodyReader() = default;
    // A copy of what was read.
    BodyReader(const BodyReader& other)
        : bytes(other.bytes), pieces(other.pieces), error(other.error), left_(other.left()) {}

    bool complete() const noexcept { return left() == 0; }

    // Reads until the end, an error, or a stream that has nothing yet.
    void pull(std::uint64_t max) {
        if (pulling_) return;
        pulling_ = true;
        while (!waiting.empty() && error == CONSORT_OK && send_front(max)) waiting.pop_front();
        if (error != CONSORT_OK) waiting.clear();
        pulling_ = false;
    }

  private:
    std::size_t left() const noexcept { return left_ + waiting.size(); }

    // False: the stream has nothing yet, or failed.
    bool send_front(std::uint64_t max) {
        const consort_slice& raw = waiting.front().raw();
        if (raw.kind != CONSORT_SLICE_STREAM) return send(raw);
        for (;;) {
            consort_slice next{};
            const consort_status status = raw.next(raw.owner, max, &next);
            if (status == CONSORT_END) return true;
            if (status == CONSORT_PENDING) return false;
            const Slice piece(next);
            if (status == CONSORT_OK && next.length > max)
                error = CONSORT_E_INVALID;
            else if (status != CONSORT_OK)
                error = status;
            if (error != CONSORT_OK || !send(next)) return false;
        }
    }
    bool send(const consort_slice& raw) {
        if (raw.kind == CONSORT_SLICE_MEMORY) {
            bytes.append(static_cast<const char*>(raw.data), raw.length);
        } else if (raw.kind == CONSORT_SLICE_FILE) {
            std::string read(raw.length, '\0');
            if (pread(raw.fd, read.data(), read.size(), static_cast<off_t>(raw.offset)) !=
                static_cast<ssize_t>(read.size())) {
                error = CONSORT_E_IO;
                return false;
            }
            bytes += read;
        } else {
            error = CONSORT_E_INVALID;
            return false;
        }
        pieces.push_back({raw.kind, raw.offset, raw.length});
        return true;
    }

    std::size_t left_ = 0;
    bool pulling_ = false;
};

}  // namespace testing
}  // namespace v1
}  // namespace consort
