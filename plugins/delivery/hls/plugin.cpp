// delivery/hls: HTTP Live Streaming (RFC 8216) of the original codecs.
#include "consort/plugin.hpp"

#include "plugins/delivery/hls/hls_delivery.hpp"

namespace {

constexpr consort::ConfigKey kConfig[] = {
    {"segment_seconds", CONSORT_CONFIG_INTEGER, 0, "6", 1, 60,
     "Target duration of a segment, in seconds."},
};

constexpr const char* kNeeds[] = {CONSORT_SERVICE_CONFIG,   CONSORT_SERVICE_EXCHANGE,
                                  CONSORT_SERVICE_MEDIA,    CONSORT_SERVICE_CACHE,
                                  CONSORT_SERVICE_EXECUTOR, nullptr};

constexpr auto kDescriptor = consort::describe({
    .id = "org.consort.delivery.hls",
    .name = "hls",
    .version = "1.0.0",
    .vendor = "Consort",
    .license = "Apache-2.0",
    .description = "HLS playlists and segments of the original codecs, without encoding anew.",
    .maturity = "beta",
    .hardening = "Requests and media indexes are untrusted; numbers and names are checked.",
    .needs = kNeeds,
    .config = kConfig,
});

class HlsPlugin {
  public:
    explicit HlsPlugin(consort::Context& host)
        : delivery_(host, static_cast<std::uint32_t>(host.config().integer("segment_seconds", 6))) {
        host.offer_delivery("hls", delivery_);
    }

  private:
    consort::delivery::HlsDelivery delivery_;
};

}  // namespace

CONSORT_PLUGIN(HlsPlugin, kDescriptor);
