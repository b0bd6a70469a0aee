#include "plugins/container/ffmpeg/mp4_index.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "plugins/container/ffmpeg/codec_config.hpp"
#include "plugins/container/ffmpeg/libav.hpp"
#include "plugins/container/ffmpeg/packet_index.hpp"

namespace consort::container_ffmpeg {
namespace {

constexpr std::uint32_t kPcmFrames = 2'048;

std::uint64_t scaled(std::uint64_t value, std::uint64_t to, std::uint64_t from) {
    return static_cast<std::uint64_t>(
        std::llroundl(static_cast<long double>(value) * static_cast<long double>(to) /
                      static_cast<long double>(from)));
}

const Mp4Track* track_of(const Mp4Movie& movie, const AVStream& stream) {
    for (const Mp4Track& track : movie.tracks)
        if (track.id == static_cast<std::uint32_t>(stream.id)) return &track;
    return nullptr;
}

// The last frame of these is as long as any other, though files cut its duration short.
bool equal_frames(AVCodecID codec) {
    return codec == AV_CODEC_ID_AAC || codec == AV_CODEC_ID_MP3 || codec == AV_CODEC_ID_OPUS ||
           codec == AV_CODEC_ID_AC3 || codec == AV_CODEC_ID_EAC3;
}

std::uint64_t fill_samples(const Mp4Track& from, const std::vector<Mp4Sample>& samples,
                           const AVCodecParameters& codec, IndexedTrack& track) {
    const bool audio = codec.codec_type == AVMEDIA_TYPE_AUDIO;
    const std::uint32_t rate = track.info.values.timescale;
    std::uint64_t told = 0, before = 0;
    track.samples.reserve(samples.size());
    for (const Mp4Sample& sample : samples) {
        told += sample.duration;
        const std::uint64_t now =
            rate == from.timescale ? told : scaled(told, rate, from.timescale);
        const auto duration =
            static_cast<std::uint32_t>(std::min<std::uint64_t>(now - before, UINT32_MAX));
        track.samples.push_back({sample.offset, 0, sample.size, duration,
                                 audio ? 0 : sample.composition_offset,
                                 audio || sample.sync ? CONSORT_SAMPLE_SYNC : 0});
        before = now;
    }
    const std::size_t count = track.samples.size();
    if (equal_frames(codec.codec_id) && count > 1)
        track.samples[count - 1].duration =
            std::max(track.samples[count - 1].duration, track.samples[count - 2].duration);
    return before;
}

Result<std::uint64_t> fill_pcm(const Mp4Track& from, const AVCodecParameters& codec,
                               std::uint64_t source_size, IndexedTrack& track) {
    auto chunks = chunks_of(from);
    if (!chunks) return chunks.error();
    const auto frame = static_cast<std::uint32_t>(codec.block_align);
    std::uint64_t total = 0;
    for (const Mp4Chunk& chunk : *chunks) {
        // Bounds the loop by the file's size, whatever the tables claim.
        if (chunk.offset > source_size || chunk.samples > (source_size - chunk.offset) / frame)
            return Error{CONSORT_E_CORRUPT, "The file ends within its sound; it is incomplete."};
        for (std::uint64_t done = 0; done < chunk.samples; done += kPcmFrames) {
            const auto count = static_cast<std::uint32_t>(
                std::min<std::uint64_t>(kPcmFrames, chunk.samples - done));
            if (track.samples.size() >= kMostSamples)
                return Error{CONSORT_E_UNSUPPORTED, "The file is too long to be indexed."};
            track.samples.push_back(
                {chunk.offset + done * frame, 0, count * frame, count, 0, CONSORT_SAMPLE_SYNC});
            total += count;
        }
    }
    return total;
}

// Apple's own note of delay and length (" 00000000 00000840 000001CA 00000000003F31F6 …"): exact
// where the edit list counts milliseconds, and often the only one.
void apply_itunes(const AVFormatContext& format, IndexedTrack& track) {
    const AVDictionaryEntry* note = av_dict_get(format.metadata, "iTunSMPB", nullptr, 0);
    unsigned delay = 0, padding = 0;
    unsigned long long length = 0;
    if (note == nullptr ||
        std::sscanf(note->value, " %*8X %8X %8X %16llX", &delay, &padding, &length) != 3)
        return;
    std::uint64_t total = 0;
    for (const consort_sample& sample : track.samples) total += sample.duration;
    if (length == 0 || delay > total || length > total - delay) return;
    track.edit_start = delay;
    track.edit_duration = length;
}

}  // namespace

void apply_edits(const Mp4Movie& movie, const Mp4Track& from, std::uint64_t ended,
                 IndexedTrack& track) {
    const std::uint64_t rate = track.info.values.timescale;
    const Mp4Edit* edit = nullptr;
    std::size_t edits = 0;
    for (const Mp4Edit& each : from.edits) {
        if (each.media_time >= 0) {
            if (edit == nullptr) edit = &each;
            ++edits;
        } else if (edit == nullptr && movie.timescale != 0) {
            track.start_ns += static_cast<std::int64_t>(static_cast<double>(each.duration) * 1e9 /
                                                        movie.timescale);
        }
    }
    track.edit_start = 0;
    track.edit_duration = 0;
    if (edit == nullptr || from.timescale == 0) {
        if (track.info.values.kind == CONSORT_TRACK_AUDIO) track.edit_duration = ended;
        return;
    }
    constexpr std::int64_t kMost = std::int64_t{1} << 50;
    const std::uint64_t start =
        scaled(static_cast<std::uint64_t>(std::min(edit->media_time, kMost)), rate, from.timescale);
    track.edit_start = static_cast<std::int64_t>(start);
    // Of several edits only the first place is kept: the rest of the media is shown from there.
    if (track.info.values.kind != CONSORT_TRACK_AUDIO && (edits > 1 || edit->duration == 0)) return;
    const std::uint64_t rest = ended > start ? ended - start : 0;
    track.edit_duration = rest;
    if (edits > 1 || edit->duration == 0 || movie.timescale == 0 ||
        edit->duration > std::uint64_t{kMost})
        return;
    const std::uint64_t told = scaled(edit->duration, rate, movie.timescale);
    const std::uint64_t tick = rate / movie.timescale + 1;
    const bool same = told + tick >= rest && told <= rest + tick;
    if (!same || track.info.values.kind != CONSORT_TRACK_AUDIO) track.edit_duration = told;
}

Result<void> index_mp4(ByteWindow& bytes, std::string_view name, const IndexSink& sink) {
    auto movie = read_movie(bytes);
    if (!movie) return movie.error();
    if (movie->fragmented) return index_packets(bytes, name, Format::kMov, sink, &*movie);

    auto demuxer = Demuxer::open(bytes, name, {.format = "mov"});
    if (!demuxer) return demuxer.error();
    std::vector<IndexedTrack> tracks;
    for (unsigned i = 0; i < (*demuxer)->stream_count(); ++i) {
        const AVStream& stream = (*demuxer)->stream(i);
        const Mp4Track* from = track_of(*movie, stream);
        if (!is_track(stream) || from == nullptr || from->timescale == 0) continue;
        const AVCodecParameters& codec = *stream.codecpar;
        IndexedTrack track;
        track.info = describe(stream);
        if (codec.codec_type == AVMEDIA_TYPE_VIDEO) track.info.values.timescale = from->timescale;
        std::uint64_t ended = 0;
        if (av_get_exact_bits_per_sample(codec.codec_id) >= 8 && codec.block_align > 0) {
            auto done = fill_pcm(*from, codec, bytes.size(), track);
            if (!done) return done.error();
            ended = *done;
        } else {
            auto samples = samples_of(*from, bytes.size());
            if (!samples) return samples.error();
            ended = fill_samples(*from, *samples, codec, track);
        }
        if (track.samples.empty()) continue;
        apply_edits(*movie, *from, ended, track);
        if (codec.codec_id == AV_CODEC_ID_AAC) apply_itunes((*demuxer)->context(), track);
        if (codec.codec_id == AV_CODEC_ID_VP9) {
            std::array<std::uint8_t, 64> head{};
            const std::size_t got =
                bytes.read(track.samples.front().offset, head.data(), head.size());
            if (auto made =
                    vp9_config(std::span(head).first(got), track.info.values.width,
                               track.info.values.height, av_q2d(stream.avg_frame_rate), codec)) {
                track.info.configuration = std::move(*made);
                track.info.codec_string = codec_string("vp9", track.info.configuration);
            }
        }
        tracks.push_back(std::move(track));
    }
    return emit(sink, tracks);
}

}  // namespace consort::container_ffmpeg
