#include "plugins/container/ffmpeg/frame_index.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <algorithm>
#include <cstring>

#include "plugins/container/ffmpeg/codec_config.hpp"
#include "plugins/container/ffmpeg/indexed_track.hpp"
#include "plugins/container/ffmpeg/libav.hpp"

namespace consort::container_ffmpeg {
namespace {

constexpr unsigned kDecoderDelay = 529;  // samples an MP3 decoder puts out late
constexpr std::uint32_t kPcmFrames = 2'048;

// Walks frames of one kind. Bytes that are no frame are skipped, up to the next place where two
// frames follow each other.
template <class Header, class Take>
Result<void> walk(ByteWindow& bytes, std::uint64_t at, std::uint64_t end, Take take) {
    std::optional<std::uint32_t> identity;
    const auto header_at = [&](std::uint64_t where) -> std::optional<Header> {
        if (where >= end) return std::nullopt;
        auto header = Header::parse(bytes.view(where, 16));
        if (header && identity && header->identity != *identity) return std::nullopt;
        if (header && header->frame_bytes > end - where) return std::nullopt;
        return header;
    };
    bool synced = true;
    for (std::size_t count = 0; at < end;) {
        if ((count & 0x3fff) == 0 && bytes.canceled())
            return Error{CONSORT_E_CANCELED, "Nobody wants the result any more."};
        const auto header = header_at(at);
        const bool sure = header && (synced || at + header->frame_bytes == end ||
                                     header_at(at + header->frame_bytes));
        if (bytes.error().status < 0) return bytes.error();
        if (!sure) {
            synced = false;
            const auto here = bytes.view(at + 1, 16);
            if (here.empty()) break;
            const auto* next =
                static_cast<const std::uint8_t*>(std::memchr(here.data(), 0xff, here.size()));
            at += 1 + static_cast<std::uint64_t>(next != nullptr
                                                     ? next - here.data()
                                                     : static_cast<std::ptrdiff_t>(here.size()));
            continue;
        }
        synced = true;
        identity = header->identity;
        if (++count > kMostSamples)
            return Error{CONSORT_E_UNSUPPORTED, "The file has too many frames to be indexed."};
        if (auto done = take(*header, at); !done) return done;
        at += header->frame_bytes;
    }
    return {};
}

}  // namespace

std::uint64_t frames_end(ByteWindow& bytes) {
    const std::uint64_t size = bytes.size();
    if (size < 128) return size;
    const std::uint8_t tag[3] = {'T', 'A', 'G'};
    return bytes.equals(size - 128, tag) ? size - 128 : size;
}

std::optional<Mp3Start> mp3_start(ByteWindow& bytes, std::uint64_t start) {
    const auto here = bytes.view(start, 2'048);
    const auto header = MpegAudioHeader::parse(here);
    if (!header) return std::nullopt;
    Mp3Start found{*header, start, false, {}};
    const auto info = InfoFrame::parse(
        here.first(std::min<std::size_t>(here.size(), header->frame_bytes)), *header);
    if (info) {
        found.has_info = true;
        found.info = *info;
        found.first += header->frame_bytes;
    }
    return found;
}

TrackInfo mp3_track(const MpegAudioHeader& header) {
    TrackInfo info;
    info.values.kind = CONSORT_TRACK_AUDIO;
    info.values.flags = CONSORT_TRACK_DEFAULT;
    info.values.timescale = info.values.sample_rate = header.sample_rate;
    info.values.channels = header.channels;
    info.values.average_bit_rate = header.bit_rate;
    info.values.sar_den = info.values.frame_rate_den = 1;
    info.codec = header.layer == 3 ? "mp3" : header.layer == 2 ? "mp2" : "mp1";
    info.codec_string = codec_string(info.codec, {});
    return info;
}

TrackInfo adts_track(const AdtsHeader& header) {
    TrackInfo info;
    info.values.kind = CONSORT_TRACK_AUDIO;
    info.values.flags = CONSORT_TRACK_DEFAULT;
    info.values.timescale = info.values.sample_rate = header.sample_rate;
    info.values.channels = header.channel_configuration == 7 ? 8 : header.channel_configuration;
    info.values.sar_den = info.values.frame_rate_den = 1;
    info.codec = "aac";
    info.configuration =
        aac_config_bytes(header.object_type, header.rate_index, header.channel_configuration);
    info.codec_string = codec_string(info.codec, info.configuration);
    return info;
}

Result<void> index_mp3(ByteWindow& bytes, std::uint64_t start, const IndexSink& sink) {
    const std::uint64_t end = frames_end(bytes);
    const auto first = mp3_start(bytes, start);
    if (!first) return Error{CONSORT_E_CORRUPT, "There are no MP3 frames where they should begin."};
    std::vector<IndexedTrack> tracks(1);
    IndexedTrack& track = tracks[0];
    track.info = mp3_track(first->header);
    auto done = walk<MpegAudioHeader>(
        bytes, first->first, end,
        [&](const MpegAudioHeader& header, std::uint64_t at) -> Result<void> {
            track.samples.push_back(
                {at, 0, header.frame_bytes, header.frame_samples, 0, CONSORT_SAMPLE_SYNC});
            return {};
        });
    if (!done) return done;
    const std::uint64_t total = track.samples.size() * std::uint64_t{first->header.frame_samples};
    if (first->info.gapless) {
        track.edit_start = std::min<std::int64_t>(first->info.delay + kDecoderDelay,
                                                  static_cast<std::int64_t>(total));
        const std::uint64_t late =
            first->info.padding > kDecoderDelay ? first->info.padding - kDecoderDelay : 0;
        // Padding counts from the end that the encoder knew; of a cut file nothing is trimmed.
        const bool whole = first->info.frames == 0 || first->info.frames <= track.samples.size();
        const std::uint64_t shown = total - static_cast<std::uint64_t>(track.edit_start);
        if (whole && late < shown) track.edit_duration = shown - late;
    }
    return emit(sink, tracks);
}

Result<void> index_adts(ByteWindow& bytes, std::uint64_t start, const IndexSink& sink) {
    std::vector<IndexedTrack> tracks(1);
    IndexedTrack& track = tracks[0];
    auto done = walk<AdtsHeader>(
        bytes, start, frames_end(bytes),
        [&](const AdtsHeader& header, std::uint64_t at) -> Result<void> {
            if (header.blocks != 1)
                return Error{CONSORT_E_UNSUPPORTED,
                             "The file packs several AAC blocks into an ADTS frame, which can't be "
                             "taken apart without decoding. It can be played directly."};
            if (track.samples.empty()) track.info = adts_track(header);
            track.samples.push_back({at + header.header_bytes, 0,
                                     header.frame_bytes - header.header_bytes, 1'024, 0,
                                     CONSORT_SAMPLE_SYNC});
            return {};
        });
    if (!done) return done;
    return emit(sink, tracks);
}

Result<void> index_pcm(ByteWindow& bytes, std::string_view name, Format format,
                       const IndexSink& sink) {
    auto demuxer = Demuxer::open(bytes, name, {.format = demuxer_of(format)});
    if (!demuxer) return demuxer.error();
    std::vector<IndexedTrack> tracks(1);
    IndexedTrack& track = tracks[0];
    auto packet = (*demuxer)->next();
    if (!packet) return packet.error();
    if (*packet != nullptr && (*packet)->pos >= 0) {
        const AVStream& stream = (*demuxer)->stream(static_cast<unsigned>((*packet)->stream_index));
        track.info = describe(stream);
        const auto frame = static_cast<std::uint64_t>(std::max(0, stream.codecpar->block_align));
        const auto at = static_cast<std::uint64_t>((*packet)->pos);
        if (av_get_exact_bits_per_sample(stream.codecpar->codec_id) < 8 || frame == 0)
            return Error{CONSORT_E_UNSUPPORTED, "The sound in '" + std::string(name) +
                                                    "' is compressed in a way (" +
                                                    track.info.codec + ") that can't be streamed."};
        std::uint64_t frames = (bytes.size() - std::min(at, bytes.size())) / frame;
        if (stream.duration > 0) {
            const AVRational unit{1, static_cast<int>(track.info.values.timescale)};
            frames =
                std::min(frames, static_cast<std::uint64_t>(std::max<std::int64_t>(
                                     0, av_rescale_q(stream.duration, stream.time_base, unit))));
        }
        if (frames / kPcmFrames > kMostSamples)
            return Error{CONSORT_E_UNSUPPORTED, "The file is too long to be indexed."};
        for (std::uint64_t done = 0; done < frames; done += kPcmFrames) {
            const auto count =
                static_cast<std::uint32_t>(std::min<std::uint64_t>(kPcmFrames, frames - done));
            track.samples.push_back({at + done * frame, 0,
                                     count * static_cast<std::uint32_t>(frame), count, 0,
                                     CONSORT_SAMPLE_SYNC});
        }
    }
    return emit(sink, tracks);
}

}  // namespace consort::container_ffmpeg
