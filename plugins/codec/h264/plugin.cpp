// Wires H.264 into the host: one component, `consort.encoder/1`.
#include "consort/plugin.hpp"

#include <memory>

#include "plugins/codec/h264/h264_encoder.hpp"

namespace {

constexpr auto kDescriptor = consort::describe({
    .id = "org.consort.codec.h264",
    .name = "h264",
    .version = "1.0.0",
    .vendor = "Consort",
    .description = "Encodes films as H.264 with libx264, any range at any time.",
    .maturity = "beta",
    .hardening =
        "Untrusted films: damaged, truncated and odd ones are tested under sanitizers; sizes and "
        "counts are bounded before anything is decoded.",
});

class H264Plugin {
  public:
    explicit H264Plugin(consort::Context& context) {
        context.offer_encoder("h264", std::make_unique<consort::h264::H264Encoder>());
    }
};

}  // namespace

CONSORT_PLUGIN(H264Plugin, kDescriptor);
