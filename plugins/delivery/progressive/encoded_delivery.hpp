// Renditions that the host encodes, each as one fragmented MP4 file that grows while it is made.
#pragma once

#include <cstdint>

#include "consort/context.hpp"

#include "plugins/delivery/progressive/file_maker.hpp"

namespace consort::delivery {

class EncodedDelivery {
  public:
    EncodedDelivery(const Context& host, std::uint32_t fragment_seconds);

    // `name`: the rendition; empty: FLAC. `uri`: of the file, as the playlist names it, without a
    // query.
    Result<void> playlist(const ExchangeView& exchange, const MediaView& media, std::string name,
                          std::string uri);
    Result<void> file(const ExchangeView& exchange, const MediaView& media, std::string name);

    // `base`: "/api/v1/stream/{id}/". For workers.
    void describe(const MediaView& media, const std::string& base, const OfferSink& sink);

  private:
    template <class Use>
    Result<void> with_maker(const ExchangeView& exchange, const MediaView& media, std::string name,
                            Use use);

    Executor executor_;
    EncodedRenditions service_;
    std::uint32_t fragment_seconds_;
    // Their addresses name what is kept with each media object.
    char renditions_key_ = 0, makers_key_ = 0;
};

}  // namespace consort::delivery
