#include "plugins/container/ffmpeg/ogg_length.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <string_view>

#include "plugins/container/ffmpeg/frame_length.hpp"

namespace consort::container_ffmpeg {
namespace {

constexpr std::size_t kHeader = 27;
constexpr std::size_t kMostPage = kHeader + 255 + 255 * 255;
constexpr std::size_t kFewPages = 12 << 10;
constexpr std::uint64_t kNoGranule = ~std::uint64_t{0};
constexpr std::uint64_t kMostHeaders = 1 << 20;  // comments with pictures

std::uint64_t little_endian(const std::uint8_t* from, int bytes) {
    std::uint64_t value = 0;
    for (int i = 0; i < bytes; ++i) value |= std::uint64_t{from[i]} << (8 * i);
    return value;
}

// RFC 3533, 6.
struct Page {
    bool continues = false, begins_stream = false;
    std::uint64_t granule = 0;
    std::uint32_t serial = 0;
    std::span<const std::uint8_t> lacing, body;
    std::size_t size = 0;

    static std::optional<Page> parse(std::span<const std::uint8_t> bytes) {
        if (bytes.size() < kHeader || std::memcmp(bytes.data(), "OggS\0", 5) != 0)
            return std::nullopt;
        Page page;
        page.continues = (bytes[5] & 1) != 0;
        page.begins_stream = (bytes[5] & 2) != 0;
        page.granule = little_endian(&bytes[6], 8);
        page.serial = static_cast<std::uint32_t>(little_endian(&bytes[14], 4));
        const std::size_t segments = bytes[26];
        if (bytes.size() < kHeader + segments) return std::nullopt;
        page.lacing = bytes.subspan(kHeader, segments);
        const std::size_t body =
            std::accumulate(page.lacing.begin(), page.lacing.end(), std::size_t{0});
        page.size = kHeader + segments + body;
        if (bytes.size() < page.size) return std::nullopt;
        page.body = bytes.subspan(kHeader + segments, body);
        return page;
    }
};

struct Codec {
    std::uint32_t rate = 0, skip = 0;
    std::uint32_t most_in_packet = 0;  // samples; 0: the packet says
};

std::optional<Codec> codec_of(std::span<const std::uint8_t> head) {
    const auto begins = [&](std::string_view text, std::size_t least) {
        return head.size() >= least && std::memcmp(head.data(), text.data(), text.size()) == 0;
    };
    if (begins("OpusHead", 19))
        return Codec{48'000, static_cast<std::uint32_t>(little_endian(&head[10], 2)), 0};
    if (begins("\1vorbis", 30))
        return Codec{static_cast<std::uint32_t>(little_endian(&head[12], 4)), 0,
                     1u << (head[28] >> 4)};
    return std::nullopt;
}

// How many samples a page that begins with a whole packet holds; for Vorbis, at most.
std::uint64_t samples_of(const Page& page, const Codec& codec) {
    std::uint64_t samples = 0;
    std::size_t at = 0, size = 0;
    for (const std::uint8_t piece : page.lacing) {
        size += piece;
        if (piece == 255) continue;
        samples += codec.most_in_packet != 0 ? codec.most_in_packet
                                             : opus_samples(page.body.subspan(at, size));
        at += size;
        size = 0;
    }
    return samples;
}

std::optional<Page> page_at(ByteWindow& bytes, std::uint64_t at) {
    const auto header = bytes.view(at, kHeader + 255);
    const std::size_t segments = header.size() < kHeader ? 0 : header[kHeader - 1];
    if (header.size() < kHeader + segments) return std::nullopt;
    const auto lacing = header.subspan(kHeader, segments);
    return Page::parse(
        bytes.view(at, std::accumulate(lacing.begin(), lacing.end(), kHeader + segments)));
}

// The last page in `tail`, the end of the source, that says where it ends.
std::optional<Page> last_page(std::span<const std::uint8_t> tail) {
    const std::string_view text(reinterpret_cast<const char*>(tail.data()), tail.size());
    for (std::size_t at = text.rfind("OggS"); at != std::string_view::npos;
         at = at == 0 ? std::string_view::npos : text.rfind("OggS", at - 1)) {
        const auto page = Page::parse(tail.subspan(at));
        if (page && page->granule != kNoGranule) return page;
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> ogg_duration(ByteWindow& bytes, std::uint64_t start) {
    std::uint64_t at = start;
    auto page = page_at(bytes, at);
    if (!page || !page->begins_stream) return std::nullopt;
    const std::uint32_t serial = page->serial;
    const std::optional<Codec> codec = codec_of(page->body);
    if (!codec || codec->rate == 0) return std::nullopt;
    do {
        at += page->size;
        if (at - start > kMostHeaders) return std::nullopt;
        page = page_at(bytes, at);
        if (!page || page->serial != serial) return std::nullopt;
    } while (page->granule == 0 || page->granule == kNoGranule);
    if (page->continues) return std::nullopt;
    // A recording of a stream begins in the middle of its time (RFC 7845, 4.3).
    const std::uint64_t first = page->granule - std::min(page->granule, samples_of(*page, *codec));
    if (first != 0 && codec->most_in_packet != 0) return std::nullopt;
    page.reset();
    for (const std::size_t look : {kFewPages, kMostPage}) {
        const std::uint64_t from = bytes.size() - std::min<std::uint64_t>(bytes.size(), look);
        if (!page) page = last_page(bytes.view(from, look));
    }
    // The last page of another stream: the file is several, one after the other.
    if (!page || page->serial != serial) return std::nullopt;
    const std::uint64_t begin = first + codec->skip;
    if (page->granule <= begin || page->granule >> 48 != 0) return std::nullopt;
    return static_cast<std::int64_t>(static_cast<double>(page->granule - begin) * 1e9 /
                                     codec->rate);
}

}  // namespace consort::container_ffmpeg
