#include "plugins/container/ffmpeg/sniff.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "plugins/container/ffmpeg/mpeg_audio.hpp"

namespace consort::container_ffmpeg {
namespace {

// How far behind tags a raw stream may begin, and how many frames must follow each other.
constexpr std::uint64_t kJunk = 64 << 10;
constexpr int kFrames = 3;

bool has(std::span<const std::uint8_t> bytes, std::size_t at, std::string_view text) {
    return bytes.size() >= at + text.size() &&
           std::memcmp(bytes.data() + at, text.data(), text.size()) == 0;
}

Format by_magic(std::span<const std::uint8_t> head) {
    if (has(head, 0, "fLaC")) return Format::kFlac;
    if (has(head, 0, "OggS")) return Format::kOgg;
    if (has(head, 0, "\x1a\x45\xdf\xa3")) return Format::kMatroska;
    if ((has(head, 0, "RIFF") || has(head, 0, "RF64")) && has(head, 8, "WAVE")) return Format::kWav;
    if (has(head, 0, "FORM") && (has(head, 8, "AIFF") || has(head, 8, "AIFC")))
        return Format::kAiff;
    for (const char* box : {"ftyp", "moov", "mdat", "free", "skip", "wide", "pnot"})
        if (has(head, 4, box)) return Format::kMov;
    return Format::kUnknown;
}

// Frames that follow each other from `at` on, up to kFrames; a good frame that ends the source
// counts as all of them.
template <class Header>
int chain(ByteWindow& bytes, std::uint64_t at) {
    std::uint32_t identity = 0;
    for (int count = 0; count < kFrames; ++count) {
        const auto header = Header::parse(bytes.view(at, 16));
        if (!header || (count != 0 && header->identity != identity)) return count;
        identity = header->identity;
        at += header->frame_bytes;
        if (at >= bytes.size()) return at == bytes.size() ? kFrames : count;
    }
    return kFrames;
}

}  // namespace

Sniffed sniff(ByteWindow& bytes) {
    std::uint64_t at = 0;
    for (;;) {
        const std::uint64_t tag = id3v2_size(bytes.view(at, 16));
        if (tag == 0 || at + tag >= bytes.size()) break;
        at += tag;
    }
    const Format known = by_magic(bytes.view(at, 16));
    if (known != Format::kUnknown) return {known, at};
    const std::uint64_t last = std::min(bytes.size(), at + kJunk);
    while (at < last) {
        const auto here = bytes.view(at, 16);
        if (here.empty()) break;
        const auto* sync = static_cast<const std::uint8_t*>(
            std::memchr(here.data(), 0xff, std::min<std::size_t>(here.size(), last - at)));
        if (sync == nullptr) {
            at += here.size();
            continue;
        }
        at += static_cast<std::uint64_t>(sync - here.data());
        if (chain<AdtsHeader>(bytes, at) == kFrames) return {Format::kAdts, at};
        if (chain<MpegAudioHeader>(bytes, at) == kFrames) return {Format::kMp3, at};
        ++at;
    }
    return {};
}

const char* demuxer_of(Format format) {
    switch (format) {
        case Format::kMov:
            return "mov";
        case Format::kMatroska:
            return "matroska";
        case Format::kOgg:
            return "ogg";
        case Format::kFlac:
            return "flac";
        case Format::kMp3:
            return "mp3";
        case Format::kAdts:
            return "aac";
        case Format::kWav:
            return "wav";
        case Format::kAiff:
            return "aiff";
        case Format::kUnknown:
            break;
    }
    return "";
}

const char* name_of(Format format) { return format == Format::kAdts ? "adts" : demuxer_of(format); }

}  // namespace consort::container_ffmpeg
