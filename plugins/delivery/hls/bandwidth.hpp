// What a client needs of bandwidth for each rendition.
#pragma once

#include <vector>

#include "plugins/delivery/hls/ladder.hpp"

namespace consort::delivery {

// Of the source's own tracks it is measured once, from the index; of encoded ones it is as good as
// the host knows by now.
class Bandwidths {
  public:
    static Result<Bandwidths> measure(const MediaView& media, const RenditionSet& renditions,
                                      Container container, std::uint32_t segment_seconds);

    Result<BitRates> of(const MediaView& media, const CmafRendition& rendition) const;

  private:
    const RenditionSet* renditions_ = nullptr;
    Container container_ = Container::kFragmented;
    std::uint32_t segment_seconds_ = 0;
    std::vector<BitRates> originals_;  // in the order of the set, where they come first
};

}  // namespace consort::delivery
