// consort.delivery/1 made of a class.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "consort/abi/delivery.h"
#include "consort/media.hpp"
#include "consort/offers/http.hpp"

namespace consort {
inline namespace v1 {

enum class OfferKind : std::uint32_t {
    unknown = CONSORT_OFFER_UNKNOWN,
    direct = CONSORT_OFFER_DIRECT,        // the source's bytes as they are
    remux = CONSORT_OFFER_REMUX,          // its coded samples in another container
    transcode = CONSORT_OFFER_TRANSCODE,  // coded anew
};

// One way in which media can be had; or why it can't be had that way.
struct Offer {
    bool playable = true;
    std::string delivery = {};      // "hls"
    std::string rendition = {};     // "original"
    std::string path = {};          // absolute path to start from
    std::string content_type = {};  // of what `path` answers
    std::string codecs = {};        // RFC 6381, comma-separated
    std::string reason = {};        // if not playable: a sentence for people
    OfferKind kind = OfferKind::unknown;
    std::uint32_t bit_rate = 0;  // bits a second, of the best that `path` leads to; 0: the source's
    std::string container = {};  // "mp4", "hls", "dash"; empty: as content_type says
    bool adaptive = false;       // `path` lists lower bit rates too
};

// Takes offers; they are copied.
class OfferSink {
  public:
    explicit OfferSink(consort_offer_sink raw) noexcept : raw_(raw) {}
    void put(const Offer& offer) const noexcept {
        consort_offer raw{};
        raw.struct_size = sizeof raw;
        raw.playable = offer.playable ? 1 : 0;
        raw.delivery = str(offer.delivery);
        raw.rendition = str(offer.rendition);
        raw.path = str(offer.path);
        raw.content_type = str(offer.content_type);
        raw.codecs = str(offer.codecs);
        raw.reason = str(offer.reason);
        raw.kind = static_cast<std::uint32_t>(offer.kind);
        raw.bit_rate = offer.bit_rate;
        raw.container = str(offer.container);
        raw.adaptive = offer.adaptive ? 1 : 0;
        raw_.put(raw_.self, &raw);
    }

  private:
    consort_offer_sink raw_;
};

// A class that brings media to players:
//
//   std::span<const Route> routes() const;             each pattern has the parameter {id}
//   Result<void> handle(std::uint32_t route, ExchangeView exchange, MediaView media);     (or void)
//   void canceled(ExchangeView exchange);                                                 optional
//   void describe(MediaView media, const OfferSink& sink);
//
// handle and canceled run on I/O threads and must not block, describe on workers. An Error of
// `handle`, or an exception, answers the exchange with the problem that fits.
template <class T>
consort_delivery delivery_table(const T& object) {
    using Self = Offering<T>;
    auto table = sized_table<consort_delivery>();
    const std::span<const Route> routes = object.routes();
    table.routes = routes.data();
    table.route_count = routes.size();
    table.handle = [](void* self, std::uint32_t route, consort_exchange* raw,
                      consort_media* media) noexcept {
        const Self& offering = Self::of(self);
        offering.guard_exchange(raw, [&](const ExchangeView& exchange) {
            return offering.object().handle(route, exchange,
                                            MediaView(offering.link().media, media));
        });
    };
    if constexpr (requires(T & t, ExchangeView exchange) { t.canceled(exchange); }) {
        table.canceled = [](void* self, consort_exchange* raw) noexcept {
            const Self& offering = Self::of(self);
            offering.guard([&]() -> Result<void> {
                offering.object().canceled(ExchangeView(offering.link().exchange, raw));
                return {};
            });
        };
    }
    table.describe = [](void* self, consort_media* media, consort_offer_sink sink) noexcept {
        const Self& offering = Self::of(self);
        const Result<void> done = contained([&]() -> Result<void> {
            offering.object().describe(MediaView(offering.link().media, media), OfferSink(sink));
            return {};
        });
        if (!done) offering.link().report(done.error().text);
    };
    return table;
}

}  // namespace v1
}  // namespace consort
