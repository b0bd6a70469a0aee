#include "plugins/codec/common/video/picture_list.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

namespace consort::video {
namespace {

constexpr std::uint64_t kMostSamples = 16'000'000;  // 7 days at 25 pictures a second
constexpr std::int64_t kMostTime = std::int64_t{1} << 55;
constexpr int kDeepest = 16;  // of any codec's reordering

constexpr auto by_time = [](const auto& a, const auto& b) { return a.time < b.time; };

}  // namespace

Result<PictureList> PictureList::of(const MediaView& media, std::uint32_t index) {
    const auto track = media.track(index);
    if (!track) return track.error();
    if (track->kind != CONSORT_TRACK_VIDEO)
        return Error{CONSORT_E_UNSUPPORTED, "The track holds no pictures."};
    if (track->sample_count > kMostSamples)
        return Error{CONSORT_E_UNSUPPORTED, "The film has too many pictures to be encoded."};

    PictureList list;
    list.edit_start_ = std::clamp(track->edit_start, -kMostTime, kMostTime);
    list.pictures_.reserve(track->sample_count);
    std::vector<std::int64_t> times;
    times.reserve(track->sample_count);
    std::array<Sample, 256> samples{};
    std::int64_t last_duration = 0;
    for (std::uint64_t first = 0; first < track->sample_count;) {
        const std::uint64_t count =
            std::min<std::uint64_t>(samples.size(), track->sample_count - first);
        if (auto read = media.samples(index, first, count, samples); !read)
            return std::move(read).error();
        for (std::uint64_t i = 0; i < count; ++i) {
            const Picture picture{list.stamp(samples[i]), first + i};
            list.pictures_.push_back(picture);
            times.push_back(picture.time);
            if ((samples[i].flags & CONSORT_SAMPLE_SYNC) != 0 ||
                (track->flags & CONSORT_TRACK_ALL_SYNC) != 0)
                list.syncs_.push_back(picture);
            last_duration = samples[i].duration;
        }
        first += count;
    }
    if (list.pictures_.empty())
        return Error{CONSORT_E_CORRUPT, "The track holds no samples; the file may be incomplete."};
    // Without any mark, decoding from the first sample is the only thing to try.
    if (list.syncs_.empty()) list.syncs_.push_back(list.pictures_.front());
    list.measure_reordering(std::move(times));
    std::stable_sort(list.pictures_.begin(), list.pictures_.end(), by_time);
    std::stable_sort(list.syncs_.begin(), list.syncs_.end(), by_time);
    const auto twin = [](const Picture& a, const Picture& b) { return a.time == b.time; };
    list.pictures_.erase(std::unique(list.pictures_.begin(), list.pictures_.end(), twin),
                         list.pictures_.end());
    list.duration_ = list.pictures_.back().time + last_duration;
    list.trim(*track);
    if (list.pictures_.empty() || list.duration_ <= 0)
        return Error{CONSORT_E_CORRUPT, "The track's edit list shows none of its pictures."};
    return list;
}

void PictureList::trim(const Track& track) {
    if (track.edit_duration != 0 && track.edit_duration < static_cast<std::uint64_t>(duration_))
        duration_ = static_cast<std::int64_t>(track.edit_duration);
    const auto end =
        std::lower_bound(pictures_.begin(), pictures_.end(), Picture{duration_, 0}, by_time);
    pictures_.erase(end, pictures_.end());
    auto begin = std::lower_bound(pictures_.begin(), pictures_.end(), Picture{0, 0}, by_time);
    // The one that is up when the presentation begins.
    if (begin != pictures_.begin() && (begin == pictures_.end() || begin->time > 0)) --begin;
    pictures_.erase(pictures_.begin(), begin);
}

void PictureList::measure_reordering(std::vector<std::int64_t> times) {
    // A picture waits for those decoded after it and shown before it.
    for (std::size_t i = 0; i < times.size(); ++i) {
        int earlier = 0;
        const std::size_t end = std::min(times.size(), i + 1 + 2 * kDeepest);
        for (std::size_t j = i + 1; j < end; ++j) earlier += times[j] < times[i] ? 1 : 0;
        reorder_depth_ = std::max(reorder_depth_, std::min(earlier, kDeepest));
    }
}

std::int64_t PictureList::duration(std::size_t picture) const noexcept {
    return (picture + 1 < size() ? pictures_[picture + 1].time : duration_) - time(picture);
}

PictureRange PictureList::range(std::int64_t start, std::int64_t end) const noexcept {
    const auto at = [&](std::int64_t when) -> std::size_t {
        if (when <= 0) return 0;
        const auto found =
            std::lower_bound(pictures_.begin(), pictures_.end(), Picture{when, 0}, by_time);
        return std::max<std::size_t>(static_cast<std::size_t>(found - pictures_.begin()), 1);
    };
    const std::size_t first = at(start);
    return {first, std::max(first, at(end))};
}

SampleRange PictureList::needed(PictureRange pictures) const noexcept {
    if (pictures.size() == 0) return {};
    SampleRange samples{sync_at(pictures_[pictures.first].time), 0};
    for (std::size_t i = pictures.first; i < pictures.end; ++i)
        samples.end = std::max(samples.end, pictures_[i].sample + 1);
    if (const std::uint64_t own = pictures_[pictures.first].sample; own < samples.first)
        samples.first = sync_before(own + 1);
    return samples;
}

std::uint64_t PictureList::sync_at(std::int64_t time) const noexcept {
    auto after = std::upper_bound(syncs_.begin(), syncs_.end(), Picture{time, 0}, by_time);
    if (after != syncs_.begin()) --after;
    return after->sample;
}

std::uint64_t PictureList::sync_before(std::uint64_t sample) const noexcept {
    std::uint64_t found = 0;
    for (const Picture& sync : syncs_)
        if (sync.sample < sample) found = std::max(found, sync.sample);
    return found;
}

std::size_t PictureList::sync_picture_near(std::int64_t time, std::int64_t reach) const noexcept {
    auto at = std::lower_bound(syncs_.begin(), syncs_.end(), Picture{time - reach, 0}, by_time);
    std::size_t nearest = size();
    for (; at != syncs_.end() && at->time <= time + reach; ++at) {
        const std::size_t picture = with_stamp(at->time);
        if (picture == size()) continue;
        if (nearest == size() || std::abs(at->time - time) < std::abs(this->time(nearest) - time))
            nearest = picture;
    }
    return nearest;
}

std::size_t PictureList::with_stamp(std::int64_t stamp) const noexcept {
    const auto found =
        std::lower_bound(pictures_.begin(), pictures_.end(), Picture{stamp, 0}, by_time);
    return found != pictures_.end() && found->time == stamp
               ? static_cast<std::size_t>(found - pictures_.begin())
               : size();
}

}  // namespace consort::video
