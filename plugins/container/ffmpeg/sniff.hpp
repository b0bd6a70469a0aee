// Tells a container by its first bytes; names of files are not asked.
#pragma once

#include <cstdint>

#include "plugins/container/ffmpeg/byte_window.hpp"

namespace consort::container_ffmpeg {

enum class Format { kUnknown, kMov, kMatroska, kOgg, kFlac, kMp3, kAdts, kWav, kAiff };

struct Sniffed {
    Format format = Format::kUnknown;
    std::uint64_t start = 0;  // of the container itself, behind ID3v2 tags and junk
};

Sniffed sniff(ByteWindow& bytes);

const char* demuxer_of(Format format);  // libavformat's name
const char* name_of(Format format);     // as the catalog shows it
}  // namespace consort::container_ffmpeg
