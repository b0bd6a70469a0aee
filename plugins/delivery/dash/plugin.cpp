// delivery/dash: MPEG-DASH over the CMAF segments of every rendition.
#include "consort/plugin.hpp"

#include "plugins/delivery/dash/dash_delivery.hpp"

namespace {

constexpr const char* kNeeds[] = {CONSORT_SERVICE_EXCHANGE, CONSORT_SERVICE_MEDIA,
                                  CONSORT_SERVICE_EXECUTOR, CONSORT_SERVICE_RENDITIONS, nullptr};

constexpr auto kDescriptor = consort::describe({
    .id = "org.consort.delivery.dash",
    .name = "dash",
    .version = "1.0.0",
    .vendor = "Consort",
    .license = "Apache-2.0",
    .description = "MPEG-DASH manifests of the source's own tracks and of every encoded rendition.",
    .maturity = "beta",
    .hardening = "Requests and media indexes are untrusted; texts of media files are escaped.",
    .needs = kNeeds,
});

class DashPlugin {
  public:
    explicit DashPlugin(consort::Context& host) : delivery_(host) {
        host.offer_delivery("dash", delivery_);
    }

  private:
    consort::delivery::DashDelivery delivery_;
};

}  // namespace

CONSORT_PLUGIN(DashPlugin, kDescriptor);
