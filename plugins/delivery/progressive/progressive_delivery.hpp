// The file itself, and what it holds as one fragmented MP4 file.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "consort/context.hpp"

#include "plugins/delivery/progressive/encoded_delivery.hpp"
#include "plugins/delivery/progressive/progressive_file.hpp"

namespace consort::delivery {

class ProgressiveDelivery {
  public:
    ProgressiveDelivery(const Context& host, std::uint32_t fragment_seconds);

    std::span<const Route> routes() const noexcept;
    Result<void> handle(std::uint32_t route, ExchangeView exchange, MediaView media);
    void describe(MediaView media, const OfferSink& sink);

  private:
    Result<void> direct(const ExchangeView& exchange, const MediaView& media) const;
    Result<void> file(const ExchangeView& exchange, const MediaView& media,
                      const ProgressiveFile& made) const;

    Result<void> encoded(std::uint32_t route, const ExchangeView& exchange, const MediaView& media,
                         std::string rendition);

    Executor executor_;
    Catalog catalog_;
    Cache cache_;
    EncodedDelivery encoded_;
    std::uint32_t fragment_seconds_;
};

}  // namespace consort::delivery
