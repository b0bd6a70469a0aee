#include "plugins/container/ffmpeg/probe.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "plugins/container/ffmpeg/frame_index.hpp"
#include "plugins/container/ffmpeg/libav.hpp"
#include "plugins/container/ffmpeg/ogg_length.hpp"
#include "plugins/container/ffmpeg/picture_type.hpp"
#include "plugins/container/ffmpeg/tags.hpp"
#include "plugins/container/ffmpeg/track_info.hpp"

namespace consort::container_ffmpeg {
namespace {

bool is_picture(const AVStream& stream) {
    return (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0 && stream.attached_pic.size > 0;
}

std::int64_t nanoseconds(double seconds) {
    return seconds > 0 && seconds < 1e9 ? static_cast<std::int64_t>(seconds * 1e9) : 0;
}

// The bare frames of MP3 and ADTS say of themselves what libavformat would have to guess.
std::int64_t describe_frames(ByteWindow& bytes, const Sniffed& found,
                             std::vector<TrackInfo>& tracks) {
    const std::uint64_t end = frames_end(bytes);
    if (found.format == Format::kMp3) {
        const auto start = mp3_start(bytes, found.start);
        if (!start) return 0;
        TrackInfo track = mp3_track(start->header);
        const double rate = start->header.sample_rate;
        const double octets = static_cast<double>(end - std::min(end, start->first));
        double seconds = octets * 8 / start->header.bit_rate;
        if (start->info.frames != 0) {
            double samples = static_cast<double>(start->info.frames) * start->header.frame_samples;
            seconds = samples / rate;
            track.values.average_bit_rate =
                static_cast<std::uint32_t>(std::min(octets * 8 / std::max(seconds, 0.001), 4e9));
            if (start->info.gapless)
                seconds = std::max(0.0, samples - start->info.delay - start->info.padding) / rate;
        }
        tracks.push_back(std::move(track));
        return nanoseconds(seconds);
    }
    // ADTS has no header of the whole: the first frames' bytes tell the rest.
    std::uint64_t at = found.start, count = 0;
    std::uint32_t rate = 0;
    while (count < 64) {
        const auto header = AdtsHeader::parse(bytes.view(at, 16));
        if (!header || at + header->frame_bytes > end) break;
        if (count++ == 0) tracks.push_back(adts_track(*header));
        rate = header->sample_rate;
        at += header->frame_bytes;
    }
    if (count == 0 || at == found.start) return 0;
    const double bytes_a_frame = static_cast<double>(at - found.start) / static_cast<double>(count);
    const double frames = static_cast<double>(end - found.start) / bytes_a_frame;
    tracks.back().values.average_bit_rate =
        static_cast<std::uint32_t>(bytes_a_frame * 8 * rate / 1'024);
    return nanoseconds(frames * 1'024 / rate);
}

std::string content_type(Format format, const std::vector<TrackInfo>& tracks) {
    const bool video = std::any_of(tracks.begin(), tracks.end(), [](const TrackInfo& track) {
        return track.values.kind == CONSORT_TRACK_VIDEO;
    });
    switch (format) {
        case Format::kMov:
            return video ? "video/mp4" : "audio/mp4";
        case Format::kMatroska: {
            const bool webm = std::all_of(tracks.begin(), tracks.end(), [](const TrackInfo& track) {
                return track.codec == "opus" || track.codec == "vorbis" || track.codec == "vp8" ||
                       track.codec == "vp9" || track.codec == "av1";
            });
            return std::string(video ? "video/" : "audio/") + (webm ? "webm" : "x-matroska");
        }
        case Format::kOgg:
            return video ? "video/ogg" : "audio/ogg";
        case Format::kFlac:
            return "audio/flac";
        case Format::kMp3:
            return "audio/mpeg";
        case Format::kAdts:
            return "audio/aac";
        case Format::kWav:
            return "audio/wav";
        case Format::kAiff:
            return "audio/aiff";
        case Format::kUnknown:
            break;
    }
    return "application/octet-stream";
}

bool is_front(const AVStream& stream) {
    const AVDictionaryEntry* kind = av_dict_get(stream.metadata, "comment", nullptr, 0);
    return kind != nullptr && std::string_view(kind->value) == "Cover (front)";
}

}  // namespace

Result<void> probe(ByteWindow& bytes, std::string_view name, const Sniffed& found,
                   const ProbeSink& sink) {
    DemuxerOptions options{demuxer_of(found.format)};
    options.io_buffer = 16 << 10;
    options.ignore_edits = false;
    std::optional<std::int64_t> known;
    if (found.format == Format::kOgg) known = ogg_duration(bytes, found.start);
    options.seekable = !known;
    auto demuxer = Demuxer::open(bytes, name, options);
    if (!demuxer) return demuxer.error();
    const AVFormatContext& context = (*demuxer)->context();

    std::vector<TrackInfo> tracks;
    bool pictures = false;
    std::int64_t duration = context.duration > 0 ? context.duration * 1'000 : 0;
    for (unsigned i = 0; i < (*demuxer)->stream_count(); ++i) {
        const AVStream& stream = (*demuxer)->stream(i);
        pictures = pictures || is_picture(stream);
        if (!is_track(stream)) continue;
        if (stream.duration > 0)
            duration = std::max(duration, nanoseconds(static_cast<double>(stream.duration) *
                                                      av_q2d(stream.time_base)));
        if (found.format != Format::kMp3 && found.format != Format::kAdts)
            tracks.push_back(describe(stream));
    }
    if (found.format == Format::kMp3 || found.format == Format::kAdts)
        duration = describe_frames(bytes, found, tracks);
    if (known) duration = *known;
    if (bytes.error().status < 0) return bytes.error();
    if (tracks.empty())
        return Error{CONSORT_E_CORRUPT,
                     "'" + std::string(name) + "' holds neither sound nor pictures that move."};
    sink.container(name_of(found.format), content_type(found.format, tracks), duration);
    for (const TrackInfo& track : tracks) sink.track(track.view());
    for (const auto& [tag, value] : read_tags(context, found.format)) sink.tag(tag, value);
    if (pictures) sink.has_cover();
    return {};
}

Result<void> cover(ByteWindow& bytes, std::string_view name, const Sniffed& found,
                   const CoverReady& ready) {
    auto demuxer = Demuxer::open(bytes, name, {.format = demuxer_of(found.format)});
    if (!demuxer) return demuxer.error();
    const AVStream* best = nullptr;
    for (unsigned i = 0; i < (*demuxer)->stream_count(); ++i) {
        const AVStream& stream = (*demuxer)->stream(i);
        if (!is_picture(stream)) continue;
        if (best == nullptr || (is_front(stream) && !is_front(*best))) best = &stream;
    }
    if (best != nullptr) {
        const std::span<const std::byte> picture(
            reinterpret_cast<const std::byte*>(best->attached_pic.data),
            static_cast<std::size_t>(best->attached_pic.size));
        if (const char* type = picture_type(picture)) return ready(type, picture);
    }
    return Error{CONSORT_E_NOT_FOUND, "'" + std::string(name) + "' has no cover picture."};
}

}  // namespace consort::container_ffmpeg
