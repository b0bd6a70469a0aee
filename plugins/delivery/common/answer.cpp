#include "plugins/delivery/common/answer.hpp"

#include <charconv>

namespace consort::delivery {

Response response_of(const Head& head) {
    auto response = Response(200).content_type(head.content_type).etag(head.etag);
    switch (head.freshness) {
        case Freshness::kImmutable:
            return std::move(response).immutable();
        case Freshness::kShort:
            return std::move(response).cache_control("max-age=30");
        default:
            return std::move(response).cache_control("no-cache");
    }
}

void answer_attached(const ExchangeView& exchange, const MediaView& media, const Head& head,
                     std::string_view bytes) {
    exchange.respond(
        response_of(head).add(Slice::memory(media.keep(), bytes.data(), bytes.size())));
}

Result<void> answer_directly(const ExchangeView& exchange, const MediaView& media, const Head& head,
                             Assembly assembly) {
    Response response = response_of(head).no_compress();
    response.reserve(1 + assembly.runs.size());
    response.add(Slice::of(std::move(assembly.header)));
    for (const ByteRun& run : assembly.runs) {
        auto slice = run_slice(media, run);
        if (!slice) return std::move(slice).error();
        response.add(std::move(*slice));
    }
    exchange.respond(std::move(response));
    return {};
}

Result<void> fill_from(const MediaView& media, const Assembly& assembly, const CacheFill& fill) {
    auto room = fill.allocate(assembly.size());
    if (!room) return std::move(room).error();
    char* to = reinterpret_cast<char*>(room->data());
    assembly.header.copy(to, assembly.header.size());
    return read_runs(media, assembly.runs, to + assembly.header.size());
}

std::optional<std::uint32_t> parse_number(std::string_view text) noexcept {
    if (text.empty() || text.size() > 9 || (text.size() > 1 && text.front() == '0')) return {};
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return {};
    return number;
}

std::string version_tag(const MediaView& media, std::string_view parameters) {
    std::string tag(media.identity().substr(0, 16));
    tag += '-';
    tag += parameters;
    tag += '-';
    tag += kFormatVersion;
    return tag;
}

}  // namespace consort::delivery
