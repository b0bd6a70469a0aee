// Wires the Vorbis encoder into the host: one component, `consort.encoder/1`.
#include "consort/plugin.hpp"

#include <memory>

#include "plugins/codec/vorbis/vorbis_encoder.hpp"

namespace {

constexpr auto kDescriptor = consort::describe({
    .id = "org.consort.codec.vorbis",
    .name = "vorbis",
    .version = "1.0.0",
    .vendor = "Consort",
    .description = "Codes sound as Vorbis, from the beginning on.",
    .maturity = "beta",
    .hardening = "Gets PCM only; odd formats, rates and layouts are refused with a sentence.",
});

class VorbisPlugin {
  public:
    explicit VorbisPlugin(consort::Context& context) {
        consort::codec::silence_libav();
        context.offer_encoder("vorbis", std::make_unique<consort::codec::VorbisEncoder>());
    }
};

}  // namespace

CONSORT_PLUGIN(VorbisPlugin, kDescriptor);
