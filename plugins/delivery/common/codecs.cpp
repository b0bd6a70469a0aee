#include "plugins/delivery/common/codecs.hpp"

#include <cstdio>
#include <string_view>

#include "consort/text.hpp"

namespace consort::delivery {
namespace {

std::string given_or(const consort_track& track, std::string_view fallback) {
    const std::string_view given = view(track.codec_string);
    return std::string(given.empty() ? fallback : given);
}

// ISO/IEC 14496-15: "avc1." and profile, constraints, level, from the bytes 1 to 3 of avcC.
std::string avc_string(const consort_track& track) {
    const std::string_view avcc = view(track.configuration);
    if (avcc.size() < 4) return "avc1";
    char text[16];
    std::snprintf(text, sizeof text, "avc1.%02x%02x%02x", static_cast<unsigned char>(avcc[1]),
                  static_cast<unsigned char>(avcc[2]), static_cast<unsigned char>(avcc[3]));
    return text;
}

std::string with_entry(std::string name, std::string_view entry) {
    if (name.size() > 4 && name[4] == '.') name.replace(0, 4, entry);
    return name;
}

CodecSupport fragmented(const consort_track& track, std::string codecs,
                        std::size_t least_configuration) {
    if (view(track.configuration).size() < least_configuration) {
        return {Packaging::kNone,
                {},
                "The file does not say how its " + std::string(view(track.codec)) +
                    " track is configured, so no player could decode it; make the file again."};
    }
    return {Packaging::kFragmented, std::move(codecs), {}};
}

}  // namespace

CodecSupport codec_support(const consort_track& track) {
    const std::string_view codec = view(track.codec);
    if (track.sample_count == 0 || track.timescale == 0) {
        return {Packaging::kNone, {}, "This track of the file holds no media."};
    }
    if (codec == "aac") return fragmented(track, given_or(track, "mp4a.40.2"), 2);
    if (codec == "flac") return fragmented(track, "fLaC", 4 + 34);
    if (codec == "alac") return fragmented(track, "alac", 24);
    if (codec == "opus") return fragmented(track, "Opus", 11);
    if (codec == "h264") return fragmented(track, avc_string(track), 7);
    if (codec == "hevc") {
        return fragmented(track, with_entry(given_or(track, "hvc1"), "hvc1"), 23);
    }
    if (codec == "vp9") return fragmented(track, given_or(track, "vp09.00.10.08"), 8);
    if (codec == "av1") return fragmented(track, given_or(track, "av01.0.04M.08"), 4);
    if (codec == "mp3") return {Packaging::kPackedAudio, "mp4a.40.34", {}};
    if (codec == "vorbis") {
        return {Packaging::kNone,
                {},
                "Vorbis has no place in HLS or MP4; play the file itself, or store it as FLAC or "
                "Opus."};
    }
    if (codec.starts_with("pcm_")) {
        return {Packaging::kNone,
                {},
                "Uncompressed audio (PCM) has no place in HLS; play the file itself, or store it "
                "as FLAC, which is the same sound."};
    }
    return {
        Packaging::kNone,
        {},
        "The codec " + std::string(codec.empty() ? "of this track" : codec) +
            " cannot be packaged as it is; play the file itself, or store it in another codec."};
}

}  // namespace consort::delivery
