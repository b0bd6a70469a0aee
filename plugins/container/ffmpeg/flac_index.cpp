#include "plugins/container/ffmpeg/flac_index.hpp"

extern "C" {
#include <libavformat/avformat.h>
}

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "plugins/container/ffmpeg/codec_config.hpp"
#include "plugins/container/ffmpeg/flac_header.hpp"
#include "plugins/container/ffmpeg/indexed_track.hpp"
#include "plugins/container/ffmpeg/libav.hpp"
#include "plugins/container/ffmpeg/packet_index.hpp"

namespace consort::container_ffmpeg {
namespace {

// FFmpeg weighs a header against so many behind it.
constexpr int kWeighed = 4;
constexpr int kMostImpostors = 2;
constexpr unsigned kBits32 = 7;  // code for samples of 32 bits; old versions of FFmpeg refuse it
// Read at once, and kept behind that: no more than stays in a processor's cache.
constexpr std::size_t kBlock = 1 << 20;
constexpr std::size_t kBehind = 64 << 10;
constexpr std::size_t kNeeded = FlacHeader::kMost + 1;  // a header and what it is told by

struct Frame {
    std::uint64_t at = 0;
    FlacHeader header{};
    bool subframe = false;  // one begins behind the header

    std::uint64_t next_number() const {
        return header.number + std::uint64_t{header.variable ? header.samples : 1};
    }
    consort_sample sample(std::uint64_t end) const {
        return {
            at, 0, static_cast<std::uint32_t>(end - at), header.samples, 0, CONSORT_SAMPLE_SYNC};
    }
};

std::optional<Frame> frame_at(std::uint64_t at, std::span<const std::uint8_t> bytes) {
    const auto header = FlacHeader::parse(bytes);
    if (!header) return std::nullopt;
    if (bytes.size() <= header->bytes) return Frame{at, *header, false};
    // RFC 9639, 9.2.1: a zero and the subframe's type.
    const unsigned type = bytes[header->bytes] >> 1;
    const bool known = type <= 1 || (type >= 8 && type <= 12) || (type >= 32 && type <= 63);
    return Frame{at, *header, known};
}

// Where a sync code begins, of the first `places`; one more byte follows those.
std::optional<std::size_t> find_sync(const std::uint8_t* bytes, std::size_t places) {
    for (std::size_t at = 0; at < places; ++at) {
        const void* hit = std::memchr(bytes + at, 0xff, places - at);
        if (hit == nullptr) break;
        at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(hit) - bytes);
        if (flac_sync(bytes[at], bytes[at + 1])) return at;
    }
    return std::nullopt;
}

// The first header that begins at `at` or behind it, and before `limit`.
std::optional<Frame> find_frame(ByteWindow& bytes, std::uint64_t at, std::uint64_t limit) {
    while (at < limit) {
        const auto here = bytes.view(at, kNeeded);
        if (here.size() < 2) break;
        const auto places =
            static_cast<std::size_t>(std::min<std::uint64_t>(here.size() - 1, limit - at));
        const auto sync = find_sync(here.data(), places);
        at += sync.value_or(places);
        if (!sync) continue;
        // The window moves on if it ends within the header.
        if (auto found = frame_at(at, bytes.view(at, kNeeded))) return found;
        ++at;
    }
    return std::nullopt;
}

// One after the other; `first` tells what all have in common.
bool follows(const Frame& frame, const Frame& before, const Frame& first) {
    const FlacHeader& header = frame.header;
    return header.number == before.next_number() && frame.subframe &&
           header.variable == first.header.variable &&
           header.sample_rate == first.header.sample_rate &&
           header.channels == first.header.channels && header.bits_code == first.header.bits_code &&
           // Of equal blocks only the last may be shorter.
           (header.variable || (before.header.samples == first.header.samples &&
                                header.samples <= first.header.samples));
}

// What looks like a header within a frame, and what FFmpeg surely takes for none: no frame ends
// before it, and its number links it to none of the headers around, whether it counts frames or
// samples, even if some of them are missing.
bool impostor(ByteWindow& bytes, const Frame& frame, const Frame& before) {
    const std::int64_t block = before.header.samples, number = frame.header.number;
    const std::int64_t near = kWeighed * (before.header.variable ? std::int64_t{1} << 16 : 2);
    for (int k = -kWeighed; k <= kWeighed; ++k) {
        const std::int64_t distance = number + k * block - before.header.number;
        if (std::abs(distance) <= near || std::abs(distance + frame.header.samples) <= near)
            return false;
    }
    const auto size = static_cast<std::size_t>(frame.at - before.at);
    const auto between = bytes.view(before.at, size);
    return between.size() >= size && flac_crc16(between.first(size)) != 0;
}

}  // namespace

std::optional<std::vector<consort_sample>> flac_frames(ByteWindow& bytes, std::uint64_t at,
                                                       const FlacStream& stream) {
    const auto first = frame_at(at, bytes.view(at, kNeeded));
    if (!first || !first->subframe || first->header.number != 0 ||
        first->header.sample_rate != stream.sample_rate ||
        first->header.channels != stream.channels || first->header.bits_code == kBits32)
        return std::nullopt;
    std::vector<consort_sample> samples;
    Frame frame = *first;
    std::uint64_t from = frame.at + 1;
    int impostors = 0;
    while (const auto found = find_frame(bytes, from, frame.at + kMostFrame)) {
        from = found->at + 1;
        if (!follows(*found, frame, *first)) {
            if (++impostors > kMostImpostors || !impostor(bytes, *found, frame))
                return std::nullopt;
            continue;
        }
        if (samples.size() >= kMostSamples || (samples.size() % 256 == 0 && bytes.canceled()))
            return std::nullopt;
        samples.push_back(frame.sample(found->at));
        frame = *found;
        impostors = 0;
    }
    // At the end FFmpeg would make frames even of impostors.
    if (bytes.error().status < 0 || impostors != 0 || bytes.size() - frame.at > kMostFrame)
        return std::nullopt;
    samples.push_back(frame.sample(bytes.size()));
    return samples;
}

Result<void> index_flac(const Input& input, ByteWindow& bytes, const IndexSink& sink) {
    {
        auto demuxer = Demuxer::open(bytes, input.name(), {.format = demuxer_of(Format::kFlac)});
        if (!demuxer) return demuxer.error();
        // Pictures are streams too; the sound is the first.
        std::vector<IndexedTrack> tracks(1);
        IndexedTrack& track = tracks[0];
        track.info = describe((*demuxer)->stream(0));
        const auto total = flac_total_samples(track.info.configuration);
        const auto start = avio_tell((*demuxer)->context().pb);
        if (total && start >= 0 && track.info.values.sample_rate != 0) {
            ByteWindow frames(input, kBlock, kBlock, kBehind);
            auto samples = flac_frames(frames, static_cast<std::uint64_t>(start),
                                       {track.info.values.sample_rate, track.info.values.channels});
            if (frames.error().status < 0) return frames.error();
            if (input.canceled())
                return Error{CONSORT_E_CANCELED, "Nobody wants the result any more."};
            if (samples) {
                track.samples = std::move(*samples);
                track.edit_duration = *total;
                return emit(sink, tracks);
            }
        }
    }
    return index_packets(bytes, input.name(), Format::kFlac, sink);
}

}  // namespace consort::container_ffmpeg
