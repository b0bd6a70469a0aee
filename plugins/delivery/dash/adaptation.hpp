// Which renditions of a media object a DASH client may switch between.
#pragma once

#include <string>
#include <vector>

#include "plugins/delivery/common/rendition_set.hpp"

namespace consort::delivery {

// Renditions of one track of the source in one codec, cut at the same moments: an AdaptationSet of
// ISO/IEC 23009-1. Borrowed from the RenditionSet.
struct Adaptation {
    std::vector<const CmafRendition*> renditions;
    const CmafRendition& first() const noexcept { return *renditions.front(); }
};

// Why a codec has no place in DASH: a sentence for people; empty: it has one.
std::string not_in_dash(const CodecSupport& support);

// What of `renditions` manifests name. Film before sound, then what adapts most: some players begin
// with the first. Otherwise in the order of `renditions`.
std::vector<Adaptation> adaptations(const RenditionSet& renditions);

// RFC 6381 as browsers of every age take it in DASH: "flac" and "opus", where HLS says "fLaC" and
// "Opus".
std::string dash_codecs(const CmafRendition& rendition);

}  // namespace consort::delivery
