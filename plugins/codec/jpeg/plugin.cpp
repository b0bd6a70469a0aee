// Wires sheets of thumbnails into the host: one component, `consort.encoder/1`.
#include "consort/plugin.hpp"

#include <memory>

#include "plugins/codec/jpeg/jpeg_encoder.hpp"

namespace {

constexpr auto kDescriptor = consort::describe({
    .id = "org.consort.codec.jpeg",
    .name = "jpeg",
    .version = "1.0.0",
    .vendor = "Consort",
    .description = "Makes sheets of thumbnails of films, as JPEG.",
    .maturity = "beta",
    .hardening =
        "Untrusted films: sizes and counts are bounded before anything is decoded; damaged films "
        "are tested under sanitizers.",
});

class JpegPlugin {
  public:
    explicit JpegPlugin(consort::Context& context) {
        context.offer_encoder("jpeg", std::make_unique<consort::jpeg::JpegEncoder>());
    }
};

}  // namespace

CONSORT_PLUGIN(JpegPlugin, kDescriptor);
