// CMAF segments of every rendition: what the manifests of HLS and DASH point at.
#pragma once

#include <cstdint>
#include <span>

#include "consort/context.hpp"

#include "plugins/delivery/common/coded_requests.hpp"
#include "plugins/delivery/common/rendition_set.hpp"

namespace consort::delivery {

class CmafDelivery {
  public:
    explicit CmafDelivery(const Context& host);

    std::span<const Route> routes() const noexcept;
    Result<void> handle(std::uint32_t route, ExchangeView exchange, MediaView media);
    void canceled(ExchangeView exchange) { requests_.cancel(exchange); }
    // Nothing can be played from here without a manifest.
    void describe(MediaView, const OfferSink&) {}

  private:
    Result<void> answer(std::uint32_t route, const ExchangeView& exchange, const MediaView& media,
                        const RenditionSet& renditions);
    void encoded_segment(const ExchangeView& exchange, const MediaView& media,
                         const CmafRendition& rendition, std::uint32_t number);

    Executor executor_;
    Cache cache_;
    EncodedRenditions service_;
    CodedRequests requests_;
    // Their addresses name what is kept with each media object.
    char originals_key_ = 0, all_key_ = 0;
};

}  // namespace consort::delivery
