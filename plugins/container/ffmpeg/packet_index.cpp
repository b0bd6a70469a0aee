#include "plugins/container/ffmpeg/packet_index.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <algorithm>
#include <memory>
#include <optional>

#include "plugins/container/ffmpeg/codec_config.hpp"
#include "plugins/container/ffmpeg/frame_length.hpp"
#include "plugins/container/ffmpeg/indexed_track.hpp"
#include "plugins/container/ffmpeg/libav.hpp"
#include "plugins/container/ffmpeg/mp4_index.hpp"
#include "plugins/container/ffmpeg/timing.hpp"

namespace consort::container_ffmpeg {
namespace {

// A packet begins at most this far behind where its container unit begins: an Ogg page's header
// and laced segments, a Matroska block's header.
constexpr std::size_t kSearch = 128 << 10;

std::uint32_t le32(const std::uint8_t* p) {
    return p[0] | std::uint32_t{p[1]} << 8 | std::uint32_t{p[2]} << 16 | std::uint32_t{p[3]} << 24;
}

std::optional<std::uint64_t> locate(ByteWindow& bytes, std::span<const std::uint8_t> packet,
                                    std::int64_t hint, std::uint64_t cursor) {
    if (bytes.equals(cursor, packet)) return cursor;
    const std::uint64_t from = hint >= 0 ? static_cast<std::uint64_t>(hint) : cursor;
    if (hint >= 0 && bytes.equals(from, packet)) return from;
    // Packets of one page share its position; those before were found already.
    const std::uint64_t start = cursor > from && cursor - from < kSearch ? cursor : from;
    return bytes.find(packet, start, kSearch);
}

struct Stream {
    IndexedTrack track;
    std::unique_ptr<FrameLength> length;  // audio
    AudioClock audio;
    VideoClock video;
    TextClock text;
    AVRational time_base{};
    bool is_audio = false;
};

std::unique_ptr<Stream> prepare(const AVStream& from) {
    auto stream = std::make_unique<Stream>();
    stream->track.info = describe(from);
    stream->time_base = from.time_base;
    stream->is_audio = from.codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
    if (stream->is_audio) {
        stream->length = std::make_unique<FrameLength>(*from.codecpar, stream->track.info);
        stream->audio.rate = stream->track.info.values.timescale;
        if (from.codecpar->codec_id == AV_CODEC_ID_OPUS && from.codecpar->extradata_size >= 12)
            stream->audio.start_skip = from.codecpar->extradata[10] | from.codecpar->extradata[11]
                                                                          << 8;
    }
    return stream;
}

void take_audio(Stream& stream, const AVPacket& packet, consort_sample& sample) {
    const AVRational unit{1, static_cast<int>(stream.audio.rate)};
    const std::int64_t told =
        packet.duration > 0 ? av_rescale_q(packet.duration, stream.time_base, unit) : 0;
    sample.duration = (*stream.length)({packet.data, static_cast<std::size_t>(packet.size)}, told);
    sample.flags |= CONSORT_SAMPLE_SYNC;
    AudioClock::Packet seen;
    if (packet.pts != AV_NOPTS_VALUE) {
        seen.known = true;
        seen.time = av_rescale_q(packet.pts, stream.time_base, unit);
    }
    seen.told = told;
    std::size_t size = 0;
    const std::uint8_t* skip = av_packet_get_side_data(&packet, AV_PKT_DATA_SKIP_SAMPLES, &size);
    if (skip != nullptr && size >= 8) {
        seen.skip = le32(skip);
        seen.discard = le32(skip + 4);
    }
    stream.audio.add(seen, sample.duration, stream.track.samples);
}

void take_video(Stream& stream, const AVPacket& packet) {
    const AVRational unit{1, static_cast<int>(stream.track.info.values.timescale)};
    const std::int64_t time = packet.pts != AV_NOPTS_VALUE ? packet.pts : packet.dts;
    stream.video.add(time != AV_NOPTS_VALUE ? av_rescale_q(time, stream.time_base, unit) : 0,
                     av_rescale_q(packet.duration, stream.time_base, unit));
}

void take_text(Stream& stream, const AVPacket& packet, consort_sample& sample) {
    const AVRational unit{1, static_cast<int>(stream.track.info.values.timescale)};
    const std::int64_t time = packet.pts != AV_NOPTS_VALUE ? packet.pts : 0;
    sample.flags |= CONSORT_SAMPLE_SYNC;
    sample.duration = stream.text.add(av_rescale_q(time, stream.time_base, unit),
                                      av_rescale_q(packet.duration, stream.time_base, unit),
                                      stream.track.samples);
}

void finish(Stream& stream, const AVCodecParameters& codec, Format format) {
    IndexedTrack& track = stream.track;
    if (track.samples.empty()) return;
    if (stream.is_audio) {
        const bool vorbis = codec.codec_id == AV_CODEC_ID_VORBIS;
        stream.audio.finish(vorbis, (vorbis && format == Format::kOgg) || format == Format::kMov,
                            track);
        if (codec.codec_id == AV_CODEC_ID_FLAC)
            if (const auto total = flac_total_samples(track.info.configuration))
                track.edit_duration = *total;
    } else if (track.info.values.kind == CONSORT_TRACK_VIDEO) {
        stream.video.finish(track);
    }
}

// The edit list of a fragmented file's movie box. Durations stand in the fragments.
void edit_fragmented(const Mp4Movie& movie, int id, IndexedTrack& track) {
    if (track.samples.empty()) return;
    for (const Mp4Track& from : movie.tracks) {
        if (from.id != static_cast<std::uint32_t>(id) || from.edits.empty() || from.timescale == 0)
            continue;
        if (track.info.values.kind == CONSORT_TRACK_AUDIO) {
            const auto ended = static_cast<std::uint64_t>(track.edit_start) + track.edit_duration;
            track.start_ns = 0;
            apply_edits(movie, from, ended, track);
        } else {
            // Decode times were made anew, so the edit begins with the first picture; the file's
            // edit only says when that is.
            const std::int64_t start = track.edit_start;
            const std::uint64_t duration = track.edit_duration;
            const std::int64_t first = track.start_ns;
            track.start_ns = 0;
            apply_edits(movie, from, 0, track);
            track.start_ns +=
                first - static_cast<std::int64_t>(static_cast<double>(track.edit_start) * 1e9 /
                                                  from.timescale);
            track.edit_start = start;
            track.edit_duration = duration;
        }
    }
}

}  // namespace

Result<void> index_packets(ByteWindow& bytes, std::string_view name, Format format,
                           const IndexSink& sink, const Mp4Movie* movie) {
    DemuxerOptions options{demuxer_of(format)};
    options.stream_info = format == Format::kMatroska || format == Format::kMov;
    auto demuxer = Demuxer::open(bytes, name, options);
    if (!demuxer) return demuxer.error();

    std::vector<std::unique_ptr<Stream>> streams;
    std::uint64_t cursor = 0;
    std::size_t total = 0;
    for (;;) {
        auto packet = (*demuxer)->next();
        if (!packet) return packet.error();
        if (*packet == nullptr) break;
        const AVPacket& got = **packet;
        const auto index = static_cast<std::size_t>(got.stream_index);
        while (streams.size() < (*demuxer)->stream_count()) {
            const AVStream& from = (*demuxer)->stream(static_cast<unsigned>(streams.size()));
            streams.push_back(is_track(from) ? prepare(from) : nullptr);
        }
        if (index >= streams.size() || streams[index] == nullptr || got.size <= 0) continue;
        if (++total > kMostSamples)
            return Error{CONSORT_E_UNSUPPORTED, "The file has too many packets to be indexed."};
        Stream& stream = *streams[index];
        const std::span<const std::uint8_t> data(got.data, static_cast<std::size_t>(got.size));
        consort_sample sample{};
        sample.size = static_cast<std::uint32_t>(got.size);
        if (const auto place = locate(bytes, data, got.pos, cursor)) {
            sample.offset = *place;
            cursor = *place + sample.size;
        } else {
            auto kept = sink.inline_bytes(data.data(), data.size());
            if (!kept) return kept.error();
            sample.offset = *kept;
            sample.flags |= CONSORT_SAMPLE_INLINE;
        }
        if (stream.is_audio) {
            take_audio(stream, got, sample);
        } else if (stream.track.info.values.kind == CONSORT_TRACK_TEXT) {
            take_text(stream, got, sample);
        } else {
            if ((got.flags & AV_PKT_FLAG_KEY) != 0) sample.flags |= CONSORT_SAMPLE_SYNC;
            TrackInfo& info = stream.track.info;
            const AVStream& from = (*demuxer)->stream(static_cast<unsigned>(index));
            if (info.codec == "vp9" && info.configuration.empty())
                if (auto made = vp9_config(data, info.values.width, info.values.height,
                                           av_q2d(from.avg_frame_rate), *from.codecpar)) {
                    info.configuration = std::move(*made);
                    info.codec_string = codec_string(info.codec, info.configuration);
                }
            take_video(stream, got);
        }
        stream.track.samples.push_back(sample);
    }

    std::vector<IndexedTrack> tracks;
    for (std::size_t i = 0; i < streams.size(); ++i) {
        if (streams[i] == nullptr) continue;
        finish(*streams[i], *(*demuxer)->stream(static_cast<unsigned>(i)).codecpar, format);
        if (movie != nullptr)
            edit_fragmented(*movie, (*demuxer)->stream(static_cast<unsigned>(i)).id,
                            streams[i]->track);
        tracks.push_back(std::move(streams[i]->track));
    }
    return emit(sink, tracks);
}

}  // namespace consort::container_ffmpeg
