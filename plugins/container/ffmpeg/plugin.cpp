// Wires the FFmpeg container into the host: `consort.container/1`, and `consort.image/1` for
// covers.
#include "consort/plugin.hpp"

#include <memory>

#include "plugins/container/ffmpeg/ffmpeg_container.hpp"
#include "plugins/container/ffmpeg/picture_scale.hpp"

namespace {

constexpr auto kDescriptor = consort::describe({
    .id = "org.consort.container.ffmpeg",
    .name = "ffmpeg",
    .version = "1.0.0",
    .vendor = "Consort",
    .description = "Understands MP4, MOV, Matroska, WebM, Ogg, FLAC, MP3, ADTS, WAV and AIFF.",
    .maturity = "beta",
    .hardening = "Untrusted media files and pictures: truncated, damaged and wrongly named ones "
                 "are tested under "
                 "sanitizers; no file can make it open another file or the network.",
});

class FfmpegPlugin {
  public:
    explicit FfmpegPlugin(consort::Context& context) {
        context.offer_container("ffmpeg",
                                std::make_unique<consort::container_ffmpeg::FfmpegContainer>());
        context.offer_image("ffmpeg", std::make_unique<consort::container_ffmpeg::PictureScaler>());
    }
};

}  // namespace

CONSORT_PLUGIN(FfmpegPlugin, kDescriptor);
