// MPEG-DASH: one manifest over the segments that HLS has too.
#pragma once

#include <cstdint>
#include <span>

#include "consort/context.hpp"

#include "plugins/delivery/common/rendition_set.hpp"

namespace consort::delivery {

class DashDelivery {
  public:
    explicit DashDelivery(const Context& host);

    std::span<const Route> routes() const noexcept;
    Result<void> handle(std::uint32_t route, ExchangeView exchange, MediaView media);
    void describe(MediaView media, const OfferSink& sink);

  private:
    Result<void> answer(const ExchangeView& exchange, const MediaView& media,
                        const RenditionSet& renditions);

    Executor executor_;
    EncodedRenditions service_;
    // Their addresses name what is kept with each media object.
    char renditions_key_ = 0, manifest_key_ = 0;
};

}  // namespace consort::delivery
