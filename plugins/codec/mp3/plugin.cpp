// Wires the Mp3 encoder into the host: one component, `consort.encoder/1`.
#include "consort/plugin.hpp"

#include <memory>

#include "plugins/codec/mp3/mp3_encoder.hpp"

namespace {

constexpr auto kDescriptor = consort::describe({
    .id = "org.consort.codec.mp3",
    .name = "mp3",
    .version = "1.0.0",
    .vendor = "Consort",
    .description = "Codes sound as MP3 with LAME, in frames that stand alone.",
    .maturity = "beta",
    .hardening = "Gets PCM only; odd formats, rates and layouts are refused with a sentence.",
});

class Mp3Plugin {
  public:
    explicit Mp3Plugin(consort::Context& context) {
        consort::codec::silence_libav();
        context.offer_encoder("mp3", std::make_unique<consort::codec::Mp3Encoder>());
    }
};

}  // namespace

CONSORT_PLUGIN(Mp3Plugin, kDescriptor);
