// The ways in which one item can be had, as the delivery plugins tell them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "consort/abi/delivery.h"

#include "core/host/component_registry.hpp"

namespace consort::stream {

// A consort_offer with strings of its own.
struct Offer {
    bool playable = false;
    std::string delivery, rendition, path, content_type, codecs, reason;
    std::uint32_t kind = CONSORT_OFFER_UNKNOWN;
    std::uint32_t bit_rate = 0;
    std::string container;
    bool adaptive = false;
};

using Deliveries = std::vector<host::Component<consort_delivery>>;

// Asks every delivery in turn. For workers: a plugin may take its time.
std::vector<Offer> collect_offers(const Deliveries& deliveries, consort_media* media);

}  // namespace consort::stream
