// Wires FFmpeg's sound decoders into the host: one component, `consort.decoder/1`.
#include "consort/plugin.hpp"

#include <memory>

#include "plugins/codec/ffmpeg/ffmpeg_decoder.hpp"

namespace {

constexpr auto kDescriptor = consort::describe({
    .id = "org.consort.codec.ffmpeg",
    .name = "ffmpeg-decoder",
    .version = "1.0.0",
    .vendor = "Consort",
    .description = "Decodes every kind of sound that FFmpeg knows, from any place on.",
    .maturity = "beta",
    .hardening = "Untrusted samples: damaged, truncated and wrongly described ones become silence; "
                 "tested under sanitizers and fuzzed.",
});

class FfmpegDecoderPlugin {
  public:
    explicit FfmpegDecoderPlugin(consort::Context& context) {
        consort::codec::silence_libav();
        context.offer_decoder("ffmpeg",
                              std::make_unique<consort::codec::FfmpegDecoder>(context.log()));
    }
};

}  // namespace

CONSORT_PLUGIN(FfmpegDecoderPlugin, kDescriptor);
