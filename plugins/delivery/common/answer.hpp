// Answering with media: headers from memory, samples straight from the source.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "consort/exchange.hpp"
#include "consort/media.hpp"
#include "consort/services/cache.hpp"

#include "plugins/delivery/common/packaged_track.hpp"

namespace consort::delivery {

// Changes whenever the bytes that we make of equal content change: part of entity tags, of cache
// keys and of the `v` in URLs.
inline constexpr std::string_view kFormatVersion = "1";

// Up to so many pieces of the source are sent as they lie; more are gathered into one buffer.
inline constexpr std::size_t kMostDirectRuns = 4;

enum class Freshness {
    kRevalidate,  // its URL does not name the content: a cache must ask, and mostly gets a 304
    kShort,       // playlists
    kImmutable,   // its URL names the content
};

struct Head {
    std::string content_type;
    std::string etag;  // strong: names the content
    Freshness freshness = Freshness::kRevalidate;
};

Response response_of(const Head& head);

// Bytes that an attachment of the media holds.
void answer_attached(const ExchangeView& exchange, const MediaView& media, const Head& head,
                     std::string_view bytes);

// True if the assembly is best sent as slices of the source.
inline bool sends_directly(const Assembly& assembly) noexcept {
    return assembly.runs.size() <= kMostDirectRuns;
}
Result<void> answer_directly(const ExchangeView& exchange, const MediaView& media, const Head& head,
                             Assembly assembly);

// Header and samples in one piece of memory, in room that the cache gives. For workers.
Result<void> fill_from(const MediaView& media, const Assembly& assembly, const CacheFill& fill);

// Finds the bytes under `key`, or makes them on a worker from what `assemble` returns
// (Result<Assembly>()). `assemble` must hold whatever it uses.
template <class Assemble>
void answer_from_cache(const Cache& cache, const std::string& key, const ExchangeView& exchange,
                       const MediaView& media, Head head, Assemble assemble) {
    cache.fetch(
        key,
        [kept = media.keep(), assemble = std::move(assemble)](CacheFill& fill) -> Result<void> {
            auto assembly = assemble();
            if (!assembly) return std::move(assembly).error();
            return fill_from(kept, *assembly, fill);
        },
        [kept = exchange.keep(), head = std::move(head)](Result<Slice> entry) {
            if (!entry) {
                kept.fail(entry.error());
                return;
            }
            kept.respond(response_of(head).add(std::move(*entry)));
        });
}

// A decimal number as our URLs write it: digits only, no leading zero, below 10^9.
std::optional<std::uint32_t> parse_number(std::string_view text) noexcept;

// `identity` shortened, with what else decides over the bytes: the `v` of immutable URLs.
std::string version_tag(const MediaView& media, std::string_view parameters);

}  // namespace consort::delivery
