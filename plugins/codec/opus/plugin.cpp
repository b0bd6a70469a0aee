// Wires the Opus encoder into the host: one component, `consort.encoder/1`.
#include "consort/plugin.hpp"

#include <memory>

#include "plugins/codec/opus/opus_encoder.hpp"

namespace {

constexpr auto kDescriptor = consort::describe({
    .id = "org.consort.codec.opus",
    .name = "opus",
    .version = "1.0.0",
    .vendor = "Consort",
    .description = "Codes sound as Opus, in any range of whole frames.",
    .maturity = "beta",
    .hardening = "Gets PCM only; odd formats, rates and layouts are refused with a sentence.",
});

class OpusPlugin {
  public:
    explicit OpusPlugin(consort::Context& context) {
        consort::codec::silence_libav();
        context.offer_encoder("opus", std::make_unique<consort::codec::OpusEncoder>());
    }
};

}  // namespace

CONSORT_PLUGIN(OpusPlugin, kDescriptor);
