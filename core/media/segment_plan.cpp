#include "core/media/segment_plan.hpp"

#include <algorithm>

namespace consort::media {
namespace {

constexpr std::uint64_t kMaxSegments = 1 << 20;
constexpr std::uint64_t kMaxPictures = 16'000'000;
constexpr std::size_t kChunk = 1'024;

std::uint64_t presented(const consort_track& track) {
    // Of reordered pictures the last is shown after the samples' durations have run out, so an edit
    // may end behind media_duration.
    if (track.edit_duration != 0) return track.edit_duration;
    const auto skipped = static_cast<std::uint64_t>(std::max<std::int64_t>(track.edit_start, 0));
    return track.media_duration > skipped ? track.media_duration - skipped : track.media_duration;
}

struct Times {
    std::vector<std::int64_t> syncs, pictures;
};

Times times_of(const IndexFile& index, std::uint32_t number, const consort_track& track) {
    Times times;
    times.pictures.reserve(track.sample_count);
    std::vector<consort_sample> samples(kChunk);
    for (std::uint64_t first = 0; first < track.sample_count; first += kChunk) {
        const std::uint64_t count = std::min<std::uint64_t>(kChunk, track.sample_count - first);
        if (!index.samples(number, first, count, samples.data())) break;
        for (std::uint64_t i = 0; i < count; ++i) {
            const consort_sample& sample = samples[i];
            const std::int64_t time =
                sample.decode_time + sample.composition_offset - track.edit_start;
            times.pictures.push_back(time);
            if ((sample.flags & CONSORT_SAMPLE_SYNC) != 0 ||
                (track.flags & CONSORT_TRACK_ALL_SYNC) != 0)
                times.syncs.push_back(time);
        }
    }
    std::ranges::sort(times.syncs);
    std::ranges::sort(times.pictures);
    return times;
}

bool frequent(const std::vector<std::int64_t>& syncs, std::int64_t end, std::int64_t most) {
    std::int64_t before = 0;
    for (const std::int64_t sync : syncs) {
        if (sync - before > most) return false;
        before = std::max(before, sync);
    }
    return end - before <= most;
}

}  // namespace

std::vector<std::int64_t> audio_segments(const consort_track& coded, std::uint32_t sample_duration,
                                         std::uint32_t seconds) {
    const auto end = static_cast<std::int64_t>(coded.media_duration);
    std::vector<std::int64_t> starts{0};
    const std::uint64_t target = std::uint64_t{seconds} * coded.timescale, shown = presented(coded);
    const auto skipped = static_cast<std::uint64_t>(std::max<std::int64_t>(coded.edit_start, 0));
    if (sample_duration != 0 && target != 0 && shown > target) {
        // The nearest whole sample to each multiple of `target`: quotient and remainder step along,
        // for there are many segments, and renditions, and dividing takes long.
        const std::uint64_t step = target / sample_duration, odd = target % sample_duration;
        std::uint64_t sample = (skipped + sample_duration / 2) / sample_duration;
        std::uint64_t remainder = (skipped + sample_duration / 2) % sample_duration;
        starts.reserve(std::min(shown / target + 2, kMaxSegments + 1));
        for (std::uint64_t at = target; at < shown && starts.size() < kMaxSegments; at += target) {
            if ((shown - at) * 2 < target) break;
            sample += step;
            remainder += odd;
            if (remainder >= sample_duration) {
                remainder -= sample_duration;
                ++sample;
            }
            const auto start = static_cast<std::int64_t>(sample * sample_duration);
            if (start >= end) break;
            if (start > starts.back()) starts.push_back(start);
        }
    }
    starts.push_back(end);
    return starts;
}

Result<std::vector<std::int64_t>> picture_segments(const IndexFile& index, std::uint32_t number,
                                                   std::uint32_t seconds) {
    const consort_track track = index.track(number);
    if (track.sample_count > kMaxPictures)
        return Error{CONSORT_E_UNSUPPORTED, "The film has too many pictures to be encoded."};
    const Times times = times_of(index, number, track);
    const auto end = static_cast<std::int64_t>(presented(track));
    const std::int64_t target = std::int64_t{seconds} * track.timescale;
    if (times.pictures.empty() || end <= 0 || target <= 0)
        return Error{CONSORT_E_CORRUPT, "The track holds no pictures; the file may be incomplete."};

    const bool grid = frequent(times.syncs, end, 2 * target);
    std::vector<std::int64_t> starts{0};
    // A picture half its duration before the mark is at the mark.
    const std::int64_t half = end / static_cast<std::int64_t>(times.pictures.size()) / 2;
    std::int64_t next = target;
    for (const std::int64_t time : grid ? times.syncs : times.pictures) {
        if (time + half < next || time >= end) continue;
        if (starts.size() >= kMaxSegments || (end - time) * 2 < target) break;
        starts.push_back(time);
        next = ((time + half) / target + 1) * target;
    }
    starts.push_back(end);
    return starts;
}

}  // namespace consort::media
