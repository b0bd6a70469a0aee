#include "core/stream/offer.hpp"

#include <algorithm>
#include <cstring>

#include "core/host/guard.hpp"

namespace consort::stream {
namespace {

std::string text(consort_str given) { return std::string(host::view(given)); }

void take(std::vector<Offer>& offers, const consort_offer& given) {
    // Older plugins know fewer members.
    consort_offer raw{};
    std::memcpy(&raw, &given, std::min<std::size_t>(given.struct_size, sizeof raw));
    Offer offer;
    offer.playable = raw.playable != 0 && raw.path.len != 0;
    offer.delivery = text(raw.delivery);
    offer.rendition = text(raw.rendition);
    offer.path = text(raw.path);
    offer.content_type = text(raw.content_type);
    offer.codecs = text(raw.codecs);
    offer.reason = text(raw.reason);
    offer.kind = raw.kind <= CONSORT_OFFER_TRANSCODE ? raw.kind : CONSORT_OFFER_UNKNOWN;
    offer.bit_rate = raw.bit_rate;
    offer.container = text(raw.container);
    offer.adaptive = raw.adaptive != 0;
    offers.push_back(std::move(offer));
}

}  // namespace

std::vector<Offer> collect_offers(const Deliveries& deliveries, consort_media* media) {
    std::vector<Offer> offers;
    const auto put = [](void* self, const consort_offer* given) noexcept {
        host::guarded([&]() -> consort_status {
            take(*static_cast<std::vector<Offer>*>(self), *given);
            return CONSORT_OK;
        });
    };
    for (const auto& delivery : deliveries) {
        delivery.table->describe(delivery.self, media, consort_offer_sink{&offers, put});
    }
    return offers;
}

}  // namespace consort::stream
