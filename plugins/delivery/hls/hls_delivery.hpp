// HTTP Live Streaming (RFC 8216): playlists of every rendition, and the segments that are not CMAF.
#pragma once

#include <cstdint>
#include <span>

#include "consort/context.hpp"

#include "plugins/delivery/common/coded_requests.hpp"
#include "plugins/delivery/hls/ladder.hpp"
#include "plugins/delivery/hls/ts_segments.hpp"

namespace consort::delivery {

class HlsDelivery {
  public:
    explicit HlsDelivery(const Context& host);

    std::span<const Route> routes() const noexcept;
    Result<void> handle(std::uint32_t route, ExchangeView exchange, MediaView media);
    void canceled(ExchangeView exchange) { requests_.cancel(exchange); }
    void describe(MediaView media, const OfferSink& sink);

  private:
    Result<void> answer(std::uint32_t route, const ExchangeView& exchange, const MediaView& media,
                        const RenditionSet& renditions);
    Result<void> multivariant(const ExchangeView& exchange, const MediaView& media,
                              const RenditionSet& renditions);
    Result<void> packed_segment(const ExchangeView& exchange, const MediaView& media,
                                const CmafRendition& rendition, std::uint32_t number);
    Result<void> default_stream(const ExchangeView& exchange, const MediaView& media,
                                const RenditionSet& renditions);
    Result<void> subtitles(std::uint32_t route, const ExchangeView& exchange,
                           const MediaView& media, const RenditionSet& renditions);

    Executor executor_;
    Cache cache_;
    EncodedRenditions service_;
    CodedRequests requests_;
    TsSegments streams_;
    // Their addresses name what is kept with each media object; two: by container.
    char renditions_key_ = 0, bandwidths_key_[2] = {}, multivariant_key_[2] = {};
    char subtitle_keys_[64] = {};  // by text track
};

}  // namespace consort::delivery
