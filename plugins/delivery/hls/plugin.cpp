// delivery/hls: HTTP Live Streaming (RFC 8216) of the original and the ladder.
#include "consort/plugin.hpp"

#include "plugins/delivery/hls/hls_delivery.hpp"

namespace {

constexpr const char* kNeeds[] = {CONSORT_SERVICE_EXCHANGE,   CONSORT_SERVICE_MEDIA,
                                  CONSORT_SERVICE_CACHE,      CONSORT_SERVICE_EXECUTOR,
                                  CONSORT_SERVICE_RENDITIONS, nullptr};

constexpr auto kDescriptor = consort::describe({
    .id = "org.consort.delivery.hls",
    .name = "hls",
    .version = "1.0.0",
    .vendor = "Consort",
    .license = "Apache-2.0",
    .description =
        "HLS playlists of the original and the ladder; transport streams, packed audio, subtitles.",
    .maturity = "beta",
    .hardening = "Requests and media indexes are untrusted; numbers and names are checked.",
    .needs = kNeeds,
});

class HlsPlugin {
  public:
    explicit HlsPlugin(consort::Context& host) : delivery_(host) {
        host.offer_delivery("hls", delivery_);
    }

  private:
    consort::delivery::HlsDelivery delivery_;
};

}  // namespace

CONSORT_PLUGIN(HlsPlugin, kDescriptor);
