#include "plugins/radio/hls/live_window.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "plugins/radio/hls/cmaf.hpp"

namespace consort::radio {

namespace {

constexpr std::int64_t most_clock_error_ms = 1'000;
constexpr unsigned most_off_chunks = 20;
constexpr std::size_t least_parts = 2;  // of a segment, whatever ends it

}  // namespace

std::uint64_t LiveWindow::next_number() const noexcept {
    return open() ? segments_.back().number : next_number_;
}

std::uint32_t LiveWindow::next_part() const noexcept {
    return open() ? static_cast<std::uint32_t>(segments_.back().parts.size()) : 0;
}

std::size_t LiveWindow::first_shown() const noexcept {
    std::uint64_t frames = 0;
    std::size_t first = segments_.size();
    while (first > 0 && static_cast<double>(frames) < shown_seconds * rate_) {
        --first;
        if (segments_[first].complete) frames += segments_[first].frames;
    }
    return first;
}

const LiveSegment* LiveWindow::find(std::uint64_t number) const noexcept {
    if (segments_.empty() || number < segments_.front().number) return nullptr;
    const std::uint64_t index = number - segments_.front().number;
    return index < segments_.size() ? &segments_[static_cast<std::size_t>(index)] : nullptr;
}

std::shared_ptr<const LiveInit> LiveWindow::find_init(std::uint64_t number) const noexcept {
    for (const LiveSegment& segment : segments_)
        if (segment.init && segment.init->number == number) return segment.init;
    return nullptr;
}

std::uint64_t LiveWindow::media_time(std::uint64_t frame) const noexcept {
    const auto began = static_cast<std::uint64_t>(std::max<std::int64_t>(began_ms_, 0));
    return began / 1'000 * rate_ + began % 1'000 * rate_ / 1'000 + frame;
}

void LiveWindow::add(const SharedChunk& chunk, std::int64_t now_ms, bool asked) {
    const std::size_t count = chunk->frame_offsets.size();
    if (count == 0 || chunk->frames < count || chunk->rate == 0) return;
    if (chunk->coding && (!cmaf_carries(*chunk->coding) || chunk->coding->rate != chunk->rate))
        return;
    if (last_ == nullptr) {
        set_sizes(*chunk);
        anchor_ms_ = INT64_MIN;
    } else {
        const bool follows =
            chunk->run == last_->run && chunk->first == last_->first + last_->frames;
        if (!follows) {
            end_segment();
            new_run_ = true;
        } else if (chunk->track != last_->track) {
            turn(*chunk);
        }
    }
    set_clock(*chunk, now_ms);
    if (last_ == nullptr)
        began_ms_ = anchor_ms_ - static_cast<std::int64_t>(chunk->first / rate_ * 1'000 +
                                                           chunk->first % rate_ * 1'000 / rate_);
    add_frames(chunk);
    last_ = chunk;
    prune(asked);
}

void LiveWindow::set_sizes(const Chunk& chunk) {
    rate_ = chunk.rate;
    const auto frame = static_cast<std::uint32_t>(chunk.frames / chunk.frame_offsets.size());
    const auto in_part = static_cast<std::uint32_t>(
        std::max(1L, std::lround(shape_.part_seconds * rate_ / static_cast<double>(frame))));
    part_frames_ = in_part * frame;
    segment_parts_ = std::max(1u, static_cast<std::uint32_t>(shape_.segment_seconds * rate_ /
                                                             static_cast<double>(part_frames_)));
}

// What was made until now is older than the clock by what it lasts. It moves with the samples, and
// is set anew only where time was lost for good: a busy machine is late, and makes up for it.
void LiveWindow::set_clock(const Chunk& chunk, std::int64_t now_ms) {
    const std::int64_t begins =
        now_ms - static_cast<std::int64_t>(chunk.frames) * 1'000 / static_cast<std::int64_t>(rate_);
    if (anchor_ms_ != INT64_MIN && !new_run_) {
        const auto since = static_cast<std::int64_t>(chunk.first - anchor_first_);
        const std::int64_t expected = anchor_ms_ + since * 1'000 / static_cast<std::int64_t>(rate_);
        const bool off = std::llabs(expected - begins) > most_clock_error_ms;
        off_chunks_ = off ? off_chunks_ + 1 : 0;
        if (off_chunks_ < most_off_chunks) return;
    }
    off_chunks_ = 0;
    anchor_ms_ = begins;
    anchor_first_ = chunk.first;
}

void LiveWindow::turn(const Chunk& chunk) {
    if (!open()) return;
    LiveSegment& segment = segments_.back();
    if (segment.parts.size() >= least_parts) return end_segment();
    turned_ = !segment.parts.empty();
    // Nobody was told of it yet.
    if (!turned_) segment.track = chunk.track;
}

void LiveWindow::begin_segment(const Chunk& chunk, std::uint64_t first) {
    LiveSegment segment;
    segment.number = next_number_++;
    segment.discontinuity = std::exchange(new_run_, false);
    segment.discontinuities = discontinuities_;
    if (segment.discontinuity) ++discontinuities_;
    segment.wall_ms = anchor_ms_ + static_cast<std::int64_t>(first - anchor_first_) * 1'000 /
                                       static_cast<std::int64_t>(rate_);
    segment.track = chunk.track;
    segment.first = first;
    if (chunk.coding && chunk.coding != coding_) {  // of this run
        coding_ = chunk.coding;
        auto init = std::make_shared<LiveInit>();
        init->number = segment.number;
        init->bytes = cmaf_init(
            *coding_, static_cast<std::uint32_t>(chunk.frames / chunk.frame_offsets.size()));
        init_ = std::move(init);
    }
    if (chunk.coding) segment.init = init_;
    segments_.push_back(std::move(segment));
}

std::size_t LiveWindow::parts_wanted() const noexcept {
    const bool early = turned_ || !begun();
    return early ? std::min<std::size_t>(least_parts, segment_parts_) : segment_parts_;
}

void LiveWindow::add_frames(const SharedChunk& chunk) {
    const auto& offsets = chunk->frame_offsets;
    const std::size_t all = chunk->coded().size();
    const auto each = static_cast<std::uint32_t>(chunk->frames / offsets.size());
    for (std::size_t at = 0; at < offsets.size();) {
        const std::uint64_t first = chunk->first + at * each;
        if (!open()) begin_segment(*chunk, first);
        if (part_.frames == 0) part_.first = first;
        const std::uint32_t missing =
            part_.frames < part_frames_ ? (part_frames_ - part_.frames + each - 1) / each : 1;
        const std::size_t end = std::min<std::size_t>(offsets.size(), at + missing);
        const std::size_t to = end < offsets.size() ? offsets[end] : all;
        if (to < offsets[at] || to > all) return;
        const auto size = static_cast<std::uint32_t>(to - offsets[at]);
        part_.pieces.push_back({chunk, offsets[at], size});
        part_.bytes += size;
        part_.frames += static_cast<std::uint32_t>(end - at) * each;
        for (std::size_t i = at; chunk->coding && i < end; ++i)
            part_sizes_.push_back(
                static_cast<std::uint32_t>(i + 1 < offsets.size() ? offsets[i + 1] : all) -
                offsets[i]);
        at = end;
        if (part_.frames >= part_frames_) {
            end_part();
            if (segments_.back().parts.size() >= parts_wanted()) end_segment();
        }
    }
}

void LiveWindow::end_part() {
    if (part_.frames == 0) return;
    LiveSegment& segment = segments_.back();
    if (!part_sizes_.empty())
        part_.head = cmaf_head(++fragments_, media_time(part_.first), part_sizes_);
    part_sizes_.clear();
    segment.frames += part_.frames;
    segment.parts.push_back(std::make_shared<const LivePart>(std::exchange(part_, {})));
    ++version_;
}

void LiveWindow::end_segment() {
    if (!open()) return;
    end_part();
    segments_.back().complete = true;
    turned_ = false;
    ++version_;
}

void LiveWindow::prune(bool asked) {
    const double keep = asked ? kept_seconds() : unasked_seconds();
    double total = 0;
    for (const LiveSegment& segment : segments_) total += seconds(segment.frames);
    while (segments_.size() > 1 && total - seconds(segments_.front().frames) >= keep) {
        total -= seconds(segments_.front().frames);
        segments_.pop_front();
    }
}

}  // namespace consort::radio
