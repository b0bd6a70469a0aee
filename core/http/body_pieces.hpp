// A body's slices as the pieces that are sent: all of it, or the bytes of a range.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/http/exchange.hpp"

namespace consort::http {

// A part of a body to send: of memory, of a file, or of a stream.
struct Piece {
    std::uint32_t kind = CONSORT_SLICE_MEMORY;
    int fd = -1;
    const char* data = nullptr;
    std::uint64_t offset = 0;  // FILE: in the file; STREAM: in the stream
    std::uint64_t length = 0;
    const consort_slice* stream = nullptr;
};

struct BodyShape {
    std::uint64_t length = 0;
    bool known = true;
    bool rangeable = true;
    bool memory_only = true;
};

// Nothing if a slice is none of the known kinds, or the lengths do not add up.
std::optional<BodyShape> shape_of(const std::vector<Slice>& body);

// Appends bytes `first`, `length` long, of a body whose lengths are all known. The pieces refer to
// the slices.
void append_pieces(std::vector<Piece>& pieces, const std::vector<Slice>& body, std::uint64_t first,
                   std::uint64_t length);
void append_everything(std::vector<Piece>& pieces, const std::vector<Slice>& body);

}  // namespace consort::http
