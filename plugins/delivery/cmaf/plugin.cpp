// delivery/cmaf: the CMAF segments that every manifest points at.
#include "consort/plugin.hpp"

#include "plugins/delivery/cmaf/cmaf_delivery.hpp"

namespace {

constexpr const char* kNeeds[] = {CONSORT_SERVICE_EXCHANGE,   CONSORT_SERVICE_MEDIA,
                                  CONSORT_SERVICE_CACHE,      CONSORT_SERVICE_EXECUTOR,
                                  CONSORT_SERVICE_RENDITIONS, nullptr};

constexpr auto kDescriptor = consort::describe({
    .id = "org.consort.delivery.cmaf",
    .name = "cmaf",
    .version = "1.0.0",
    .vendor = "Consort",
    .license = "Apache-2.0",
    .description = "CMAF segments of the source's own tracks and of every encoded rendition.",
    .maturity = "beta",
    .hardening = "Requests and media indexes are untrusted; numbers and names are checked.",
    .needs = kNeeds,
});

class CmafPlugin {
  public:
    explicit CmafPlugin(consort::Context& host) : delivery_(host) {
        host.offer_delivery("cmaf", delivery_);
    }

  private:
    consort::delivery::CmafDelivery delivery_;
};

}  // namespace

CONSORT_PLUGIN(CmafPlugin, kDescriptor);
