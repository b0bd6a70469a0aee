#include "plugins/delivery/dash/dash_delivery.hpp"

#include <algorithm>
#include <array>

#include "plugins/delivery/common/answer.hpp"
#include "plugins/delivery/common/describe_renditions.hpp"
#include "plugins/delivery/common/path_text.hpp"
#include "plugins/delivery/dash/adaptation.hpp"
#include "plugins/delivery/dash/kept_manifest.hpp"

namespace consort::delivery {
namespace {

constexpr std::array<Route, 1> kRoutes{{
    {"GET", "/api/v1/stream/{id}/manifest.mpd", "dash manifest", 0},
}};

constexpr std::string_view kManifestType = "application/dash+xml";

void respond(const ExchangeView& exchange, std::shared_ptr<const Manifest> manifest) {
    const Head head{std::string(kManifestType), manifest->etag, Freshness::kShort};
    const std::string& text = manifest->text;
    exchange.respond(
        response_of(head).add(Slice::memory(std::move(manifest), text.data(), text.size())));
}

}  // namespace

DashDelivery::DashDelivery(const Context& host)
    : executor_(host.executor()), service_(host.renditions()) {}

std::span<const Route> DashDelivery::routes() const noexcept { return kRoutes; }

Result<void> DashDelivery::handle(std::uint32_t, ExchangeView exchange, MediaView media) {
    return RenditionSet::with_all(
        exchange, media, executor_, service_, &renditions_key_,
        [this](const ExchangeView& to, const MediaView& of, const RenditionSet& renditions) {
            return answer(to, of, renditions);
        });
}

Result<void> DashDelivery::answer(const ExchangeView& exchange, const MediaView& media,
                                  const RenditionSet& renditions) {
    auto kept = media.attachment<KeptManifest>(
        [](const MediaView&) { return std::make_unique<KeptManifest>(); }, &manifest_key_);
    if (!kept) return std::move(kept).error();
    if (auto manifest = (*kept)->fresh(rates_of(renditions))) {
        respond(exchange, std::move(manifest));
        return {};
    }
    return executor_.compute([kept = *kept, &renditions, exchange = exchange.keep(),
                              media = media.keep(), seconds = service_.segment_seconds()] {
        auto manifest = kept->write(media, renditions, seconds);
        if (manifest) {
            respond(exchange, std::move(*manifest));
        } else {
            exchange.fail(manifest.error());
        }
    });
}

void DashDelivery::describe(MediaView media, const OfferSink& sink) {
    ManifestDelivery delivery;
    delivery.delivery = "dash";
    delivery.content_type = kManifestType;
    delivery.manifest = "/api/v1/stream/" + path_segment(media.item_id()) + "/manifest.mpd";
    delivery.refuse = not_in_dash;
    describe_renditions(media, encoded_now(service_, media), delivery, sink);
}

}  // namespace consort::delivery
