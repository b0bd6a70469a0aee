// delivery/thumbnails: pictures of films for players that show them while their users scrub.
#include "consort/plugin.hpp"

#include "plugins/delivery/thumbnails/thumbnails_delivery.hpp"

namespace {

constexpr const char* kNeeds[] = {CONSORT_SERVICE_EXCHANGE, CONSORT_SERVICE_MEDIA,
                                  CONSORT_SERVICE_RENDITIONS, nullptr};

constexpr auto kDescriptor = consort::describe({
    .id = "org.consort.delivery.thumbnails",
    .name = "thumbnails",
    .version = "1.0.0",
    .vendor = "Consort",
    .license = "Apache-2.0",
    .description = "Thumbnails of films for scrubbing: WebVTT and sheets of JPEG.",
    .maturity = "beta",
    .hardening = "Requests are untrusted; numbers are checked.",
    .needs = kNeeds,
});

class ThumbnailsPlugin {
  public:
    explicit ThumbnailsPlugin(consort::Context& host) : delivery_(host, "thumbnails") {
        host.offer_delivery("thumbnails", delivery_);
    }

  private:
    consort::thumbnails::ThumbnailsDelivery delivery_;
};

}  // namespace

CONSORT_PLUGIN(ThumbnailsPlugin, kDescriptor);
