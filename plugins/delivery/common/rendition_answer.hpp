// Answering with what a rendition holds.
#pragma once

#include <string>
#include <string_view>

#include "plugins/delivery/common/answer.hpp"
#include "plugins/delivery/common/rendition_set.hpp"

namespace consort::delivery {

Error no_such_rendition();
Error no_such_segment();

// A strong entity tag of `what` of the rendition: content, settings and format.
std::string entity_tag(const MediaView& media, const CmafRendition& rendition,
                       std::string_view what);

// Immutable if the request names the rendition's version.
Head rendition_head(const ExchangeView& exchange, const MediaView& media,
                    const CmafRendition& rendition, std::string_view what);

// A segment of a track of the source itself: slices of the source, or gathered in the cache.
Result<void> answer_original(const Cache& cache, const ExchangeView& exchange,
                             const MediaView& media, const CmafRendition& rendition,
                             std::uint32_t number, Head head);

}  // namespace consort::delivery
