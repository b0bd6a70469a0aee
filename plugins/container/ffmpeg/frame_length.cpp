#include "plugins/container/ffmpeg/frame_length.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavcodec/vorbis_parser.h>
}

#include <algorithm>

#include "plugins/container/ffmpeg/codec_config.hpp"
#include "plugins/container/ffmpeg/mpeg_audio.hpp"

namespace consort::container_ffmpeg {

void FrameLength::FreeVorbis::operator()(AVVorbisParseContext* context) const noexcept {
    av_vorbis_parse_free(&context);
}

FrameLength::FrameLength(const AVCodecParameters& codec, const TrackInfo& info)
    : codec_(codec.codec_id) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(info.configuration.data());
    if (codec_ == AV_CODEC_ID_AAC) {
        const auto config = AacConfig::parse({bytes, info.configuration.size()});
        constant_ = 1'024;
        if (config) constant_ = config->frame_samples * (config->output_rate / config->core_rate);
    } else if (codec_ == AV_CODEC_ID_AC3) {
        constant_ = 1'536;
    } else if (codec_ == AV_CODEC_ID_VORBIS && codec.extradata_size > 0) {
        vorbis_.reset(av_vorbis_parse_init(codec.extradata, codec.extradata_size));
    } else {
        const int bits = av_get_exact_bits_per_sample(codec.codec_id);
        if (bits >= 8)
            bytes_a_sample_ = static_cast<std::uint32_t>(bits / 8) * info.values.channels;
    }
}

std::uint32_t FrameLength::operator()(std::span<const std::uint8_t> packet, std::int64_t told) {
    std::uint32_t length = constant_;
    if (codec_ == AV_CODEC_ID_OPUS) length = opus_samples(packet);
    if (codec_ == AV_CODEC_ID_FLAC) length = flac_samples(packet);
    if (codec_ == AV_CODEC_ID_MP3 || codec_ == AV_CODEC_ID_MP2 || codec_ == AV_CODEC_ID_MP1)
        if (const auto header = MpegAudioHeader::parse(packet)) length = header->frame_samples;
    if (vorbis_ != nullptr) {
        const int samples =
            av_vorbis_parse_frame(vorbis_.get(), packet.data(), static_cast<int>(packet.size()));
        if (samples > 0) length = static_cast<std::uint32_t>(samples);
    }
    if (bytes_a_sample_ != 0) length = static_cast<std::uint32_t>(packet.size()) / bytes_a_sample_;
    if (length != 0) return length;
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(told, 1, 1 << 24));
}

std::uint32_t opus_samples(std::span<const std::uint8_t> packet) {
    if (packet.empty()) return 0;
    const unsigned config = packet[0] >> 3;
    unsigned frame = 0;
    if (config < 12) {
        static constexpr unsigned kSilk[4] = {480, 960, 1'920, 2'880};
        frame = kSilk[config & 3];
    } else if (config < 16) {
        frame = (config & 1) != 0 ? 960 : 480;
    } else {
        frame = 120u << (config & 3);
    }
    unsigned count = 1;
    const unsigned code = packet[0] & 3;
    if (code == 1 || code == 2) count = 2;
    if (code == 3) count = packet.size() > 1 ? packet[1] & 63u : 0;
    return std::min(frame * count, 5'760u);
}

std::uint32_t flac_samples(std::span<const std::uint8_t> b) {
    if (b.size() < 6 || b[0] != 0xff || (b[1] & 0xfc) != 0xf8) return 0;
    const unsigned code = b[2] >> 4;
    if (code == 0) return 0;
    if (code == 1) return 192;
    if (code <= 5) return 576u << (code - 2);
    if (code >= 8) return 256u << (code - 8);
    // The size follows the frame or sample number, which is coded like UTF-8.
    std::size_t at = 4;
    unsigned lead = b[at++];
    for (unsigned bit = 0x40; lead >= 0x80 && (lead & bit) != 0; bit >>= 1) ++at;
    if (at + (code == 7 ? 2 : 1) > b.size()) return 0;
    return code == 6 ? b[at] + 1u : (unsigned{b[at]} << 8 | b[at + 1]) + 1;
}

}  // namespace consort::container_ffmpeg
