#include "plugins/container/ffmpeg/ffmpeg_container.hpp"

#include <string>

#include "plugins/container/ffmpeg/byte_window.hpp"
#include "plugins/container/ffmpeg/flac_index.hpp"
#include "plugins/container/ffmpeg/frame_index.hpp"
#include "plugins/container/ffmpeg/libav.hpp"
#include "plugins/container/ffmpeg/mp4_index.hpp"
#include "plugins/container/ffmpeg/packet_index.hpp"
#include "plugins/container/ffmpeg/probe.hpp"
#include "plugins/container/ffmpeg/sniff.hpp"

namespace consort::container_ffmpeg {
namespace {

constexpr const char* kExtensions[] = {"m4a", "m4b",  "mp4",  "m4v",  "mov",  "3gp",  "3g2",
                                       "aac", "adts", "mp3",  "mp2",  "flac", "ogg",  "oga",
                                       "ogv", "opus", "wav",  "wave", "aif",  "aiff", "aifc",
                                       "mkv", "mka",  "webm", nullptr};

constexpr std::size_t kBlock = 1 << 20;  // read at once while a whole file is indexed
constexpr std::size_t kPiece = 64 << 10;
constexpr std::size_t kSmall = 16 << 10;

Result<Sniffed> recognised(ByteWindow& bytes, std::string_view name) {
    const std::string called = "'" + std::string(name) + "'";
    if (bytes.size() == 0) return Error{CONSORT_E_CORRUPT, called + " is empty."};
    const Sniffed found = sniff(bytes);
    if (bytes.error().status < 0) return bytes.error();
    if (found.format == Format::kUnknown)
        return Error{CONSORT_E_UNSUPPORTED,
                     called + " is not in a format that Consort knows, whatever its name says."};
    return found;
}

}  // namespace

FfmpegContainer::FfmpegContainer() { silence_libav(); }

const char* const* FfmpegContainer::extensions() const noexcept { return kExtensions; }

Result<void> FfmpegContainer::probe(Input& input, const ProbeSink& sink) {
    ByteWindow bytes(input, kPiece, kSmall);
    auto found = recognised(bytes, input.name());
    if (!found) return found.error();
    return container_ffmpeg::probe(bytes, input.name(), *found, sink);
}

Result<void> FfmpegContainer::cover(Input& input, const CoverReady& ready) {
    ByteWindow bytes(input, kPiece, kSmall);
    auto found = recognised(bytes, input.name());
    if (!found) return found.error();
    return container_ffmpeg::cover(bytes, input.name(), *found, ready);
}

Result<void> FfmpegContainer::index(Input& input, const IndexSink& sink) {
    ByteWindow bytes(input, kBlock, kPiece);
    auto found = recognised(bytes, input.name());
    if (!found) return found.error();
    switch (found->format) {
        case Format::kMp3:
            return index_mp3(bytes, found->start, sink);
        case Format::kAdts:
            return index_adts(bytes, found->start, sink);
        case Format::kWav:
        case Format::kAiff:
            return index_pcm(bytes, input.name(), found->format, sink);
        case Format::kMov:
            return index_mp4(bytes, input.name(), sink);
        case Format::kFlac:
            return index_flac(input, bytes, sink);
        default:
            return index_packets(bytes, input.name(), found->format, sink);
    }
}

}  // namespace consort::container_ffmpeg
