// Wires the Flac encoder into the host: one component, `consort.encoder/1`.
#include "consort/plugin.hpp"

#include <memory>

#include "plugins/codec/flac/flac_encoder.hpp"

namespace {

constexpr auto kDescriptor = consort::describe({
    .id = "org.consort.codec.flac",
    .name = "flac",
    .version = "1.0.0",
    .vendor = "Consort",
    .description = "Codes sound as FLAC without loss, in any range of whole frames.",
    .maturity = "beta",
    .hardening = "Gets PCM only; odd formats, rates and layouts are refused with a sentence.",
});

class FlacPlugin {
  public:
    explicit FlacPlugin(consort::Context& context) {
        consort::codec::silence_libav();
        context.offer_encoder("flac", std::make_unique<consort::codec::FlacEncoder>());
    }
};

}  // namespace

CONSORT_PLUGIN(FlacPlugin, kDescriptor);
