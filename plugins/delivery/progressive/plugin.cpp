// delivery/progressive: the file itself, and one fragmented MP4 file with a byte-range playlist.
#include "consort/plugin.hpp"

#include "plugins/delivery/progressive/progressive_delivery.hpp"

namespace {

constexpr consort::ConfigKey kConfig[] = {
    {"fragment_seconds", CONSORT_CONFIG_INTEGER, 0, "10", 1, 60,
     "Target duration of a fragment of the MP4 file, in seconds."},
};

constexpr const char* kNeeds[] = {CONSORT_SERVICE_CONFIG,     CONSORT_SERVICE_EXCHANGE,
                                  CONSORT_SERVICE_MEDIA,      CONSORT_SERVICE_CACHE,
                                  CONSORT_SERVICE_EXECUTOR,   CONSORT_SERVICE_CATALOG,
                                  CONSORT_SERVICE_RENDITIONS, nullptr};

constexpr auto kDescriptor = consort::describe({
    .id = "org.consort.delivery.progressive",
    .name = "progressive",
    .version = "1.0.0",
    .vendor = "Consort",
    .license = "Apache-2.0",
    .description = "The file itself, and its media as one fragmented MP4 file, both with ranges.",
    .maturity = "beta",
    .hardening = "Requests and media indexes are untrusted; numbers and names are checked.",
    .needs = kNeeds,
    .config = kConfig,
});

class ProgressivePlugin {
  public:
    explicit ProgressivePlugin(consort::Context& host)
        : delivery_(host,
                    static_cast<std::uint32_t>(host.config().integer("fragment_seconds", 10))) {
        host.offer_delivery("progressive", delivery_);
    }

  private:
    consort::delivery::ProgressiveDelivery delivery_;
};

}  // namespace

CONSORT_PLUGIN(ProgressivePlugin, kDescriptor);
