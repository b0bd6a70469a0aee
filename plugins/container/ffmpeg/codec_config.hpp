// Codec configurations as ISO BMFF keeps them, and the codec strings of RFC 6381.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct AVCodecParameters;

namespace consort::container_ffmpeg {

using Bytes = std::span<const std::uint8_t>;

// What media.h calls `configuration`, made from FFmpeg's extradata. Nothing if the stream can't be
// put into ISO BMFF as it is (Annex B video, for example): the text says why.
struct Configuration {
    std::string bytes;
    std::string unusable;  // empty: fine
};
Configuration configuration_of(const AVCodecParameters& codec);

// "mp4a.40.2"; empty if the codec has none or the configuration does not tell.
std::string codec_string(std::string_view codec, std::string_view configuration);

// AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1), as far as we need it.
struct AacConfig {
    unsigned object_type = 0;  // 5 and 29: SBR, SBR with PS signalled
    unsigned core_object_type = 0;
    unsigned core_rate = 0, output_rate = 0;
    unsigned channel_configuration = 0;
    unsigned frame_samples = 1'024;  // of the core
    static std::optional<AacConfig> parse(Bytes bytes);
};
// The two bytes that an ADTS header stands for.
std::string aac_config_bytes(unsigned object_type, unsigned rate_index, unsigned channels);

// vpcC without version and flags, from a key frame (VP9 bitstream, 6.2).
std::optional<std::string> vp9_config(Bytes key_frame, unsigned width, unsigned height, double rate,
                                      const AVCodecParameters& codec);
// dfLa's payload without version and flags, from a STREAMINFO of 34 bytes.
std::string flac_config(Bytes stream_info);
// STREAMINFO's total, 0 if it does not know it, from such a payload; nothing if that is too short.
std::optional<std::uint64_t> flac_total_samples(std::string_view configuration);

}  // namespace consort::container_ffmpeg
