// Tags of every container under the names of Vorbis comments.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/container/ffmpeg/sniff.hpp"

struct AVFormatContext;

namespace consort::container_ffmpeg {

using Tags = std::vector<std::pair<std::string, std::string>>;

// Names in lower case, values in UTF-8, one entry a value, in the order of the file. "3/12" becomes
// track and tracktotal.
Tags read_tags(const AVFormatContext& format, Format kind);

// Splits what holds several values: fields that FFmpeg joins with ';' (Vorbis comments), NUL and,
// in ID3v2.3, " / ". Names of people and genres only; titles are never split.
std::vector<std::string> split_values(std::string_view name, std::string_view value, Format kind);

}  // namespace consort::container_ffmpeg
