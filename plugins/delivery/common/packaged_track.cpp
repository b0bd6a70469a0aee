#include "plugins/delivery/common/packaged_track.hpp"

#include <limits>

#include "plugins/delivery/common/timeline.hpp"

namespace consort::delivery {

FragmentTrack PackagedTrack::fragment(std::uint32_t id, std::span<const Sample> samples,
                                      std::span<const FragmentRun> runs) const noexcept {
    FragmentTrack out;
    out.id = id;
    out.default_duration = default_duration;
    out.default_flags = default_sample_flags(track);
    out.start_offset = start_offset(track);
    out.samples = samples;
    out.runs = runs;
    return out;
}

Result<PackagedTrack> package_track(const MediaView& media, std::uint32_t index) {
    auto track = media.track(index);
    if (!track) return std::move(track).error();
    PackagedTrack out;
    out.index = index;
    out.track = *track;
    out.support = codec_support(out.track);
    if ((out.track.flags & CONSORT_TRACK_CONSTANT_DURATION) != 0 && out.track.sample_count > 0) {
        Sample first{};
        if (auto read = media.samples(index, 0, 1, {&first, 1}); !read) {
            return std::move(read).error();
        }
        out.default_duration = first.duration;
    }
    return out;
}

namespace {

// Valid until the next call on this thread: the memory is kept from segment to segment.
Result<std::span<const Sample>> samples_of(const MediaView& media, const PackagedTrack& track,
                                           std::uint64_t first, std::uint64_t count) {
    if (count == 0 || count > std::numeric_limits<std::uint32_t>::max()) {
        return Error{CONSORT_E_INVALID, "a fragment of no samples"};
    }
    thread_local std::vector<Sample> samples;
    samples.resize(count);
    if (auto read = media.samples(track.index, first, count, samples); !read) {
        return std::move(read).error();
    }
    return std::span<const Sample>(samples);
}

}  // namespace

Result<Assembly> assemble_fragment(const MediaView& media, const PackagedTrack& track,
                                   std::uint64_t first, std::uint64_t count,
                                   std::uint32_t sequence_number) {
    const auto samples = samples_of(media, track, first, count);
    if (!samples) return samples.error();
    Assembly out;
    for (const Sample& sample : *samples) append_run(out.runs, sample);
    out.payload = total_length(out.runs);
    const FragmentRun all{0, static_cast<std::uint32_t>(count), 0};
    const FragmentTrack fragment = track.fragment(1, *samples, {&all, 1});
    write_fragment_header(out.header, sequence_number, {&fragment, 1}, out.payload);
    return out;
}

namespace {

// Of at least two samples of sound that differ in size.
Result<SampleVariety> variety_of(const MediaView& media, const PackagedTrack& track,
                                 std::uint64_t first, std::uint64_t count) {
    const Track& of = track.track;
    SampleVariety variety;
    if (track.default_duration != 0) {
        const bool last_differs = of.media_duration != of.sample_count * track.default_duration;
        variety.durations = last_differs && first + count == of.sample_count;
        return variety;
    }
    Sample begin{}, last{};
    auto read = media.samples(track.index, first, 1, {&begin, 1});
    if (read) read = media.samples(track.index, first + count - 1, 1, {&last, 1});
    if (!read) return std::move(read).error();
    const std::uint64_t elapsed = static_cast<std::uint64_t>(last.decode_time) -
                                  static_cast<std::uint64_t>(begin.decode_time);
    variety.durations = last.duration != begin.duration || elapsed != (count - 1) * begin.duration;
    variety.own_duration = !variety.durations;
    return variety;
}

}  // namespace

Result<std::uint64_t> fragment_size_bound(const MediaView& media, const PackagedTrack& track,
                                          std::uint64_t first, std::uint64_t count,
                                          std::uint64_t payload) {
    const bool sound = track.track.kind == CONSORT_TRACK_AUDIO &&
                       (track.track.flags & CONSORT_TRACK_ALL_SYNC) != 0;
    // What divides evenly may be samples of one size, which are written shorter.
    if (sound && count > 1 && payload % count != 0) {
        const auto variety = variety_of(media, track, first, count);
        if (!variety) return variety.error();
        return fragment_header_bound(count, *variety, payload) + payload;
    }
    const auto samples = samples_of(media, track, first, count);
    if (!samples) return samples.error();
    const FragmentRun all{0, static_cast<std::uint32_t>(count), 0};
    const FragmentTrack fragment = track.fragment(1, *samples, {&all, 1});
    return fragment_header_size({&fragment, 1}, payload) + payload;
}

Result<std::uint64_t> fragment_size_bound(const MediaView& media, const PackagedTrack& track,
                                          std::uint64_t first, std::uint64_t count) {
    const auto payload = payload_size(media, track, first, count);
    if (!payload) return payload.error();
    return fragment_size_bound(media, track, first, count, *payload);
}

Result<std::uint64_t> payload_size(const MediaView& media, const PackagedTrack& track,
                                   std::uint64_t first, std::uint64_t count) {
    if (count > track.track.sample_count) return Error{CONSORT_E_INVALID, "no such samples"};
    const auto before = media.bytes_before(track.index, first);
    if (!before) return before.error();
    const auto after = media.bytes_before(track.index, first + count);
    if (!after) return after.error();
    return *after - *before;
}

}  // namespace consort::delivery
