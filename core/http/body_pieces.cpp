#include "core/http/body_pieces.hpp"

#include <algorithm>
#include <limits>

namespace consort::http {

namespace {

constexpr std::uint64_t most_body_bytes = std::numeric_limits<std::int64_t>::max();

}  // namespace

std::optional<BodyShape> shape_of(const std::vector<Slice>& body) {
    BodyShape shape;
    for (const Slice& slice : body) {
        const consort_slice& raw = slice.raw();
        if (raw.kind != CONSORT_SLICE_MEMORY) shape.memory_only = false;
        if (raw.kind == CONSORT_SLICE_STREAM) {
            if (raw.next == nullptr) return std::nullopt;
            if (raw.seek == nullptr) shape.rangeable = false;
            if (raw.length == CONSORT_LENGTH_UNKNOWN) {
                shape.known = shape.rangeable = false;
                continue;
            }
        } else if (raw.kind != CONSORT_SLICE_MEMORY && raw.kind != CONSORT_SLICE_FILE) {
            return std::nullopt;
        }
        if (raw.length > most_body_bytes - shape.length) return std::nullopt;
        if (raw.kind == CONSORT_SLICE_FILE && raw.offset > most_body_bytes - raw.length) {
            return std::nullopt;
        }
        shape.length += raw.length;
    }
    return shape;
}

void append_pieces(std::vector<Piece>& pieces, const std::vector<Slice>& body, std::uint64_t first,
                   std::uint64_t length) {
    for (const Slice& slice : body) {
        const consort_slice& raw = slice.raw();
        if (first >= raw.length) {
            first -= raw.length;
            continue;
        }
        if (length == 0) return;
        Piece piece;
        piece.kind = raw.kind;
        piece.length = std::min(raw.length - first, length);
        if (raw.kind == CONSORT_SLICE_MEMORY) {
            piece.data = static_cast<const char*>(raw.data) + first;
        } else if (raw.kind == CONSORT_SLICE_FILE) {
            piece.fd = raw.fd;
            piece.offset = raw.offset + first;
        } else {
            piece.stream = &raw;
            piece.offset = first;
        }
        length -= piece.length;
        first = 0;
        pieces.push_back(piece);
    }
}

void append_everything(std::vector<Piece>& pieces, const std::vector<Slice>& body) {
    for (const Slice& slice : body) {
        const consort_slice& raw = slice.raw();
        if (raw.length == 0) continue;
        Piece piece;
        piece.kind = raw.kind;
        piece.length = raw.length;
        if (raw.kind == CONSORT_SLICE_MEMORY) {
            piece.data = static_cast<const char*>(raw.data);
        } else if (raw.kind == CONSORT_SLICE_FILE) {
            piece.fd = raw.fd;
            piece.offset = raw.offset;
        } else {
            piece.stream = &raw;
        }
        pieces.push_back(piece);
    }
}

}  // namespace consort::http
