// Wires the AAC encoder into the host: one component, `consort.encoder/1`.
#include "consort/plugin.hpp"

#include <memory>

#include "plugins/codec/aac/aac_encoder.hpp"

namespace {

constexpr auto kDescriptor = consort::describe({
    .id = "org.consort.codec.aac",
    .name = "aac",
    .version = "1.0.0",
    .vendor = "Consort",
    .description = "Codes sound as AAC-LC, in any range of whole frames.",
    .maturity = "beta",
    .hardening = "Gets PCM only; odd formats, rates and layouts are refused with a sentence.",
});

class AacPlugin {
  public:
    explicit AacPlugin(consort::Context& context) {
        consort::codec::silence_libav();
        context.offer_encoder("aac", std::make_unique<consort::codec::AacEncoder>());
    }
};

}  // namespace

CONSORT_PLUGIN(AacPlugin, kDescriptor);
