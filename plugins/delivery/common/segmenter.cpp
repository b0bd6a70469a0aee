#include "plugins/delivery/common/segmenter.hpp"

#include <algorithm>

#include "plugins/delivery/common/samples.hpp"
#include "plugins/delivery/common/timeline.hpp"

namespace consort::delivery {

Result<SegmentTable> SegmentTable::cut(const MediaView& media, std::uint32_t index,
                                       const Track& track, std::uint32_t target_seconds) {
    if (track.sample_count == 0 || track.timescale == 0) {
        return Error{CONSORT_E_CORRUPT, "the track holds no samples"};
    }
    const std::uint64_t target = std::uint64_t{target_seconds} * track.timescale;
    if (target == 0) return Error{CONSORT_E_INVALID, "segments must last at least a second"};

    SegmentTable table;
    Sample first{};
    if (auto read = media.samples(index, 0, 1, {&first, 1}); !read) return std::move(read).error();
    const bool even = track.kind == CONSORT_TRACK_AUDIO &&
                      (track.flags & CONSORT_TRACK_CONSTANT_DURATION) != 0 && first.duration != 0;
    Result<void> done;
    if (even) {
        table.cut_evenly(track, first.duration, target);
    } else if (track.kind == CONSORT_TRACK_AUDIO) {
        done = table.cut_by_times(media, index, track, target);
    } else {
        done = table.cut_by_samples(media, index, track, target);
    }
    if (!done) return std::move(done).error();
    table.finish(track, target);
    return table;
}

void SegmentTable::cut_evenly(const Track& track, std::uint32_t duration, std::uint64_t target) {
    const std::uint64_t presented = presented_duration(track);
    const auto skipped = static_cast<std::uint64_t>(std::max<std::int64_t>(track.edit_start, 0));
    starts_.reserve(presented / target + 2);
    starts_.push_back({0, 0});
    for (std::uint64_t at = target; at < presented; at += target) {
        const std::uint64_t sample = (at + skipped + duration / 2) / duration;
        if (sample >= track.sample_count) break;
        const std::uint64_t time = sample * duration;
        if (sample > starts_.back().sample && time > skipped) {
            starts_.push_back({sample, time - skipped});
        }
    }
}

Result<void> SegmentTable::cut_by_times(const MediaView& media, std::uint32_t index,
                                        const Track& track, std::uint64_t target) {
    const std::uint64_t presented = presented_duration(track);
    const std::int64_t skipped = std::max<std::int64_t>(track.edit_start, 0);
    starts_.push_back({0, 0});
    for (std::uint64_t at = target; at < presented; at += target) {
        const auto wanted = static_cast<std::int64_t>(at) + skipped;
        std::uint64_t number = media.sample_at(index, wanted);
        Sample around[2]{};  // the one that sounds then, and the next
        const std::uint64_t count = std::min<std::uint64_t>(2, track.sample_count - number);
        if (auto read = media.samples(index, number, count, around); !read) return read;
        std::int64_t time = around[0].decode_time;
        if (time + around[0].duration / 2 < wanted) {
            if (count < 2) break;
            ++number;
            time = around[1].decode_time;
        }
        const std::int64_t start = time - skipped;
        if (start <= 0 || number <= starts_.back().sample) continue;
        if (static_cast<std::uint64_t>(start) >= presented) break;
        starts_.push_back({number, static_cast<std::uint64_t>(start)});
    }
    return {};
}

Result<void> SegmentTable::cut_by_samples(const MediaView& media, std::uint32_t index,
                                          const Track& track, std::uint64_t target) {
    const bool all_sync = (track.flags & CONSORT_TRACK_ALL_SYNC) != 0;
    const auto limit = static_cast<std::int64_t>(presented_duration(track));
    auto next = static_cast<std::int64_t>(target);
    const auto step = static_cast<std::int64_t>(target);
    starts_.push_back({0, 0});
    return for_each_sample(
        media, index, 0, track.sample_count, [&](std::uint64_t number, const Sample& sample) {
            const std::int64_t time =
                sample.decode_time + sample.composition_offset - track.edit_start;
            if (starts_.size() > 1 && time < static_cast<std::int64_t>(starts_.back().time)) {
                leading_ = true;
            }
            if (!all_sync && (sample.flags & CONSORT_SAMPLE_SYNC) == 0) return;
            if (number == 0 || time + sample.duration / 2 < next || time <= 0 || time >= limit) {
                return;
            }
            starts_.push_back({number, static_cast<std::uint64_t>(time)});
            next = ((time + sample.duration / 2) / step + 1) * step;
        });
}

void SegmentTable::finish(const Track& track, std::uint64_t target) {
    const std::uint64_t presented = presented_duration(track);
    while (starts_.size() > 1 &&
           (starts_.back().time >= presented || (presented - starts_.back().time) * 2 < target)) {
        starts_.pop_back();
    }
    starts_.push_back({track.sample_count, presented});
}

Segment SegmentTable::operator[](std::size_t number) const noexcept {
    const Start& from = starts_[number];
    const Start& to = starts_[number + 1];
    return {from.sample, to.sample - from.sample, from.time, to.time - from.time};
}

std::uint64_t SegmentTable::longest() const noexcept {
    std::uint64_t longest = 0;
    for (std::size_t i = 0; i + 1 < starts_.size(); ++i) {
        longest = std::max(longest, starts_[i + 1].time - starts_[i].time);
    }
    return longest;
}

}  // namespace consort::delivery
