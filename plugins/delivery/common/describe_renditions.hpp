// What a delivery that brings renditions by a manifest tells of a media object (consort_offer).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "consort/offers/delivery.hpp"
#include "consort/services/renditions.hpp"

#include "plugins/delivery/common/rendition_set.hpp"

namespace consort::delivery {

// The encoded renditions of a media object; none if the host takes seconds to tell. Waits, so it is
// for workers.
std::vector<Encoded> encoded_now(const EncodedRenditions& service, const MediaView& media);

struct ManifestDelivery {
    std::string_view delivery;      // "dash"
    std::string_view content_type;  // of the manifest
    std::string manifest;           // absolute path
    // The path of one rendition alone, such as a media playlist; null: there is none.
    std::string (*alone)(const MediaView& media, std::string_view rendition) = nullptr;
    // Why a codec has no place in this delivery; empty: it has one. Null: all that can be packaged.
    std::string (*refuse)(const CodecSupport& support) = nullptr;
};

// The source's own tracks ("original": remux), the ladder that the manifest lists ("ladder":
// transcode, adaptive), and, where they have paths, the encoded renditions one by one. The
// container is named like the delivery.
void describe_renditions(const MediaView& media, const std::vector<Encoded>& encoded,
                         const ManifestDelivery& delivery, const OfferSink& sink);

}  // namespace consort::delivery
