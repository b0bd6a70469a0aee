// HLS of what a file holds, without encoding anything anew.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "consort/context.hpp"

#include "plugins/delivery/hls/renditions.hpp"

namespace consort::delivery {

class HlsDelivery {
  public:
    HlsDelivery(const Context& host, std::uint32_t segment_seconds);

    std::span<const Route> routes() const noexcept;
    Result<void> handle(std::uint32_t route, ExchangeView exchange, MediaView media);
    void describe(MediaView media, const OfferSink& sink);

  private:
    Result<void> multivariant(const ExchangeView& exchange, const MediaView& media);
    Result<void> segment(const ExchangeView& exchange, const MediaView& media,
                         const Renditions& renditions, bool packed_audio) const;

    Executor executor_;
    Cache cache_;
    std::uint32_t segment_seconds_;
    // Their addresses name what is kept with each media object.
    char renditions_key_ = 0, multivariant_key_ = 0;
};

}  // namespace consort::delivery
