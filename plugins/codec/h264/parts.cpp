#include "plugins/codec/h264/parts.hpp"

#include <algorithm>

namespace consort::h264 {
namespace {

constexpr std::int64_t kPartSeconds = 3;
// A part begins on a picture of the source that can be decoded from only within so much of its even
// share: a few pictures decoded for nothing cost less than a core that waits for the longer part.
constexpr std::int64_t kNearness = 12;

void cut_evenly(const video::PictureList& list, video::PictureRange range, std::int64_t target,
                std::vector<video::PictureRange>& parts) {
    const std::int64_t start = list.time(range.first);
    const std::int64_t end = list.time(range.end - 1) + list.duration(range.end - 1);
    const std::int64_t count = std::max<std::int64_t>((end - start + target - 1) / target, 1);
    const std::int64_t length = (end - start) / count;
    std::size_t first = range.first;
    for (std::int64_t i = 1; i < count; ++i) {
        const std::int64_t time = start + i * length;
        std::size_t cut = list.sync_picture_near(time, length / kNearness);
        if (cut >= range.end) cut = list.range(time, time).first;
        if (cut <= first || cut >= range.end) continue;
        parts.push_back({first, cut});
        first = cut;
    }
    parts.push_back({first, range.end});
}

}  // namespace

std::vector<video::PictureRange> cut_into_parts(const video::PictureList& list,
                                                video::PictureRange range, std::uint32_t timescale,
                                                std::span<const std::size_t> alone) {
    std::vector<video::PictureRange> parts;
    if (range.size() == 0) return parts;
    const std::int64_t target = kPartSeconds * timescale;
    std::size_t first = range.first;
    for (auto next = std::ranges::upper_bound(alone, first);
         next != alone.end() && *next < range.end; ++next) {
        if (*next == first) continue;
        cut_evenly(list, {first, *next}, target, parts);
        first = *next;
    }
    cut_evenly(list, {first, range.end}, target, parts);
    return parts;
}

}  // namespace consort::h264
