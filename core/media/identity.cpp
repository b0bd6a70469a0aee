#include <sodium.h>

#include <algorithm>
#include <vector>

#include "core/media/probe.hpp"

namespace consort::media {
namespace {

// Both ends, where headers, tags and sample tables live, and a spread of the middle.
constexpr std::uint64_t kEnd = 64 << 10;
constexpr std::uint64_t kPiece = 4 << 10;
constexpr std::uint64_t kPieces = 32;

}  // namespace

Result<std::string> content_identity(Source& source) {
    static const bool ready = sodium_init() >= 0;
    if (!ready) return Error{CONSORT_E_INTERNAL, "libsodium does not start."};
    constexpr std::size_t kBytes = 16;
    const std::uint64_t size = source.stat().size;

    crypto_generichash_state state;
    crypto_generichash_init(&state, nullptr, 0, kBytes);
    unsigned char length[8];
    for (int i = 0; i < 8; ++i) length[i] = static_cast<unsigned char>(size >> (8 * i));
    crypto_generichash_update(&state, length, sizeof length);

    std::vector<unsigned char> buffer(kEnd);
    const auto take = [&](std::uint64_t offset, std::uint64_t count) -> Result<void> {
        auto got = source.read(offset, buffer.data(), count);
        if (!got) return got.error();
        if (*got != count) return Error{CONSORT_E_IO, "The file became shorter while it was read."};
        crypto_generichash_update(&state, buffer.data(), count);
        return {};
    };
    if (size <= 2 * kEnd + kPieces * kPiece) {
        for (std::uint64_t at = 0; at < size; at += kEnd)
            if (auto good = take(at, std::min(kEnd, size - at)); !good) return good.error();
    } else {
        if (auto good = take(0, kEnd); !good) return good.error();
        const std::uint64_t middle = size - 2 * kEnd - kPiece;
        for (std::uint64_t i = 0; i < kPieces; ++i)
            if (auto good = take(kEnd + middle / (kPieces - 1) * i, kPiece); !good)
                return good.error();
        if (auto good = take(size - kEnd, kEnd); !good) return good.error();
    }
    unsigned char hash[kBytes];
    crypto_generichash_final(&state, hash, sizeof hash);
    char text[2 * kBytes + 1];
    sodium_bin2hex(text, sizeof text, hash, sizeof hash);
    return std::string(text, 2 * kBytes);
}

}  // namespace consort::media
