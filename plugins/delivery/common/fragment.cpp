#include "plugins/delivery/common/fragment.hpp"

#include <limits>

#include "plugins/delivery/common/box_writer.hpp"

namespace consort::delivery {
namespace {

constexpr std::uint32_t kTfhdDuration = 0x000008;
constexpr std::uint32_t kTfhdSize = 0x000010;
constexpr std::uint32_t kTfhdBaseIsMoof = 0x020000;
constexpr std::uint32_t kTrunDataOffset = 0x000001;
constexpr std::uint32_t kTrunFirstFlags = 0x000004;
constexpr std::uint32_t kTrunDuration = 0x000100;
constexpr std::uint32_t kTrunSize = 0x000200;
constexpr std::uint32_t kTrunFlags = 0x000400;
constexpr std::uint32_t kTrunComposition = 0x000800;
constexpr std::uint32_t kSyncSample = 0x02000000;
constexpr std::uint32_t kNonSyncSample = 0x01010000;

// Which fields a track's samples need, found in one pass.
struct Shape {
    std::uint32_t tfhd = kTfhdBaseIsMoof;
    std::uint32_t trun = kTrunDataOffset;
    std::uint32_t duration = 0;
    std::uint32_t size = 0;
    bool first_flags = false;  // only the first sample differs from the default flags

    std::uint64_t sample_bytes() const noexcept {
        return (trun & kTrunDuration ? 4 : 0) + (trun & kTrunSize ? 4 : 0) +
               (trun & kTrunFlags ? 4 : 0) + (trun & kTrunComposition ? 4 : 0);
    }
};

std::uint32_t sample_flags(const consort_sample& sample) noexcept {
    return sample.flags & CONSORT_SAMPLE_SYNC ? kSyncSample : kNonSyncSample;
}

Shape shape_of(const FragmentTrack& track) noexcept {
    Shape shape;
    const consort_sample& first = track.samples.front();
    bool same_duration = true, same_size = true, composition = false;
    bool odd_flags = sample_flags(first) != track.default_flags;
    bool later_odd_flags = false;
    for (const consort_sample& sample : track.samples) {
        same_duration &= sample.duration == first.duration;
        same_size &= sample.size == first.size;
        composition |= sample.composition_offset != 0;
        later_odd_flags |= &sample != &first && sample_flags(sample) != track.default_flags;
    }
    shape.duration = first.duration;
    shape.size = first.size;
    if (!same_duration) {
        shape.trun |= kTrunDuration;
    } else if (first.duration != track.default_duration) {
        shape.tfhd |= kTfhdDuration;
    }
    if (same_size) {
        shape.tfhd |= kTfhdSize;
    } else {
        shape.trun |= kTrunSize;
    }
    if (composition) shape.trun |= kTrunComposition;
    if (later_odd_flags) {
        shape.trun |= kTrunFlags;
    } else {
        shape.first_flags = odd_flags;
    }
    return shape;
}

std::uint64_t traf_size(const Shape& shape, std::uint64_t runs, std::uint64_t samples) noexcept {
    const std::uint64_t tfhd =
        16 + (shape.tfhd & kTfhdDuration ? 4 : 0) + (shape.tfhd & kTfhdSize ? 4 : 0);
    const std::uint64_t truns =
        runs * 20 + (shape.first_flags ? 4 : 0) + samples * shape.sample_bytes();
    return 8 + tfhd + 20 + truns;
}

std::uint64_t mdat_head(std::uint64_t payload_size) noexcept {
    return payload_size > std::numeric_limits<std::uint32_t>::max() - 8 ? 16 : 8;
}

void write_trun(BoxWriter& out, const FragmentTrack& track, const FragmentRun& run,
                const Shape& shape, std::uint64_t payload_at) {
    const bool first_flags = shape.first_flags && run.first == 0;
    auto trun = out.full_box("trun", 1, shape.trun | (first_flags ? kTrunFirstFlags : 0));
    out.u32(run.count);
    out.i32(static_cast<std::int32_t>(payload_at + run.data_offset));
    if (first_flags) out.u32(sample_flags(track.samples.front()));
    for (const consort_sample& sample : track.samples.subspan(run.first, run.count)) {
        if (shape.trun & kTrunDuration) out.u32(sample.duration);
        if (shape.trun & kTrunSize) out.u32(sample.size);
        if (shape.trun & kTrunFlags) out.u32(sample_flags(sample));
        if (shape.trun & kTrunComposition) out.i32(sample.composition_offset);
    }
}

void write_traf(BoxWriter& out, const FragmentTrack& track, const Shape& shape,
                std::uint64_t payload_at) {
    auto traf = out.box("traf");
    {
        auto tfhd = out.full_box("tfhd", 0, shape.tfhd);
        out.u32(track.id);
        if (shape.tfhd & kTfhdDuration) out.u32(shape.duration);
        if (shape.tfhd & kTfhdSize) out.u32(shape.size);
    }
    {
        auto tfdt = out.full_box("tfdt", 1, 0);
        out.u64(static_cast<std::uint64_t>(track.samples.front().decode_time + track.start_offset));
    }
    for (const FragmentRun& run : track.runs) write_trun(out, track, run, shape, payload_at);
}

}  // namespace

std::uint64_t fragment_header_size(std::span<const FragmentTrack> tracks,
                                   std::uint64_t payload_size) noexcept {
    std::uint64_t size = 8 + 16 + mdat_head(payload_size);
    for (const FragmentTrack& track : tracks) {
        if (track.samples.empty()) continue;
        size += traf_size(shape_of(track), track.runs.size(), track.samples.size());
    }
    return size;
}

std::uint64_t fragment_header_bound(std::uint64_t count, SampleVariety variety,
                                    std::uint64_t payload_size) noexcept {
    Shape shape;
    shape.trun |= kTrunSize;
    if (variety.durations) shape.trun |= kTrunDuration;
    if (variety.own_duration) shape.tfhd |= kTfhdDuration;
    if (variety.composition) shape.trun |= kTrunComposition;
    if (variety.flags) shape.trun |= kTrunFlags;
    return 8 + 16 + mdat_head(payload_size) + traf_size(shape, 1, count);
}

void write_fragment_header(std::string& bytes, std::uint32_t sequence_number,
                           std::span<const FragmentTrack> tracks, std::uint64_t payload_size) {
    const std::uint64_t size = fragment_header_size(tracks, payload_size);
    bytes.reserve(bytes.size() + size);
    BoxWriter out(bytes);
    {
        auto moof = out.box("moof");
        {
            auto mfhd = out.full_box("mfhd", 0, 0);
            out.u32(sequence_number);
        }
        for (const FragmentTrack& track : tracks) {
            if (!track.samples.empty()) write_traf(out, track, shape_of(track), size);
        }
    }
    if (mdat_head(payload_size) == 8) {
        out.u32(static_cast<std::uint32_t>(payload_size + 8));
        out.bytes("mdat");
    } else {
        out.u32(1);
        out.bytes("mdat");
        out.u64(payload_size + 16);
    }
}

}  // namespace consort::delivery
