// Codecs and containers under one name each, whoever speaks of them: FFmpeg, RFC 6381, media types.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace consort::stream {

// "mp4a.40.2" and "aac" are "aac", "avc1.64001f" is "h264", "pcm_s16le" is "pcm", "fLaC" is "flac".
// What is not known comes back in lower case, up to its first dot.
std::string codec_name(std::string_view codec);

// "audio/mp4" and "video/mp4" are "mp4", "audio/x-matroska" is "mkv". What is not known comes back
// as its subtype without "x-".
std::string container_name(std::string_view media_type);

// Comma-separated words, trimmed, through `name`; empty ones are left out, and repeated ones.
std::vector<std::string> name_list(std::string_view words, std::string (*name)(std::string_view));

bool is_lossless(std::string_view codec_name) noexcept;

}  // namespace consort::stream
