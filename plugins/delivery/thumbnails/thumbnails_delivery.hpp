// Thumbnails of films for scrubbing: a WebVTT file and the sheets that it points at.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "consort/context.hpp"

#include "plugins/delivery/common/coded_requests.hpp"

namespace consort::thumbnails {

// Serves a rendition whose samples are sheets: JPEG files, described as SheetLayout says.
class ThumbnailsDelivery {
  public:
    // `rendition`: its name.
    ThumbnailsDelivery(const Context& host, std::string rendition);

    std::span<const Route> routes() const noexcept;
    Result<void> handle(std::uint32_t route, ExchangeView exchange, MediaView media);
    void canceled(ExchangeView exchange) { requests_.cancel(exchange); }
    void describe(MediaView, const OfferSink&) const noexcept {}  // it plays nothing

  private:
    Result<void> answer(std::uint32_t route, const ExchangeView& exchange, const MediaView& media,
                        const RenditionList& renditions);

    std::string rendition_;
    Renditions service_;
    delivery::CodedRequests requests_;
};

}  // namespace consort::thumbnails
