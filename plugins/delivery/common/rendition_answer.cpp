#include "plugins/delivery/common/rendition_answer.hpp"

namespace consort::delivery {

Error no_such_rendition() {
    return {CONSORT_E_NOT_FOUND,
            "There is no such rendition; the playlist or manifest of the item lists those there "
            "are."};
}

Error no_such_segment() {
    return {CONSORT_E_NOT_FOUND,
            "There is no such segment; the rendition's playlist lists those there are."};
}

std::string entity_tag(const MediaView& media, const CmafRendition& rendition,
                       std::string_view what) {
    std::string out(media.identity());
    out += '-';
    out += rendition.name;
    out += '-';
    out += what;
    out += rendition.version.substr(rendition.version.find('-'));
    return out;
}

Head rendition_head(const ExchangeView& exchange, const MediaView& media,
                    const CmafRendition& rendition, std::string_view what) {
    return {
        rendition.media_type(), entity_tag(media, rendition, what),
        exchange.query("v") == rendition.version ? Freshness::kImmutable : Freshness::kRevalidate};
}

Result<void> answer_original(const Cache& cache, const ExchangeView& exchange,
                             const MediaView& media, const CmafRendition& rendition,
                             std::uint32_t number, Head head) {
    if (!rendition.scattered) {
        auto assembly = assemble_original(media, rendition, number);
        if (!assembly) return std::move(assembly).error();
        if (sends_directly(*assembly)) {
            return answer_directly(exchange, media, head, std::move(*assembly));
        }
    }
    const std::string key = "cmaf/" + head.etag;
    answer_from_cache(cache, key, exchange, media, std::move(head),
                      [kept = media.keep(), &rendition, number] {
                          return assemble_original(kept, rendition, number);
                      });
    return {};
}

}  // namespace consort::delivery
