#include "plugins/radio/air/ring.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace consort::radio {

namespace {

using Seconds = std::chrono::duration<double>;

constexpr double most_jitter_seconds = 1;  // more is a pause of the stream, not a late thread
constexpr double smoothing = 1.0 / 16;
constexpr double rounding = 1e-6;

double begin_of(const Chunk& chunk) {
    return static_cast<double>(chunk.first) / std::max(chunk.rate, 1u);
}
double length_of(const Chunk& chunk) {
    return static_cast<double>(chunk.frames) / std::max(chunk.rate, 1u);
}

// Where in the chunk's bytes the last coded frame begins that does at `into` seconds or before. All
// frames last alike. Pages of Ogg hold frames in pieces: there it is where the chunk begins.
std::size_t frame_before(const Chunk& chunk, double into) {
    const auto& offsets = chunk.frame_offsets;
    const double length = length_of(chunk);
    if (chunk.coding || offsets.empty() || length <= 0 || into <= 0) return 0;
    const auto index =
        static_cast<std::size_t>(into / length * static_cast<double>(offsets.size()));
    return std::min<std::size_t>(offsets[std::min(index, offsets.size() - 1)], chunk.bytes.size());
}

}  // namespace

void Ring::push(SharedChunk chunk, Clock::time_point now) {
    std::uint64_t logical = 0;
    if (!chunks_.empty()) logical = chunks_.back().logical + (chunk->opening ? 0 : 1);
    const bool begins = chunks_.empty();
    if (!begins && chunk->number != next_number()) chunks_.clear();
    chunks_.push_back({std::move(chunk), logical});
    while (chunks_.size() > 1 && end_seconds() - begin_of(*chunks_[1].chunk) >= keep_seconds_) {
        chunks_.pop_front();
    }
    const auto seen = now - std::chrono::duration_cast<Clock::duration>(Seconds(end_seconds()));
    const double off = Seconds(seen - epoch_).count();
    if (begins || std::abs(off) > most_jitter_seconds) {
        epoch_ = seen;
    } else {
        epoch_ += std::chrono::duration_cast<Clock::duration>(Seconds(off * smoothing));
    }
}

double Ring::end_seconds() const {
    const Chunk& last = *chunks_.back().chunk;
    return begin_of(last) + length_of(last);
}

std::uint64_t Ring::first_number() const noexcept {
    return chunks_.empty() ? 0 : chunks_.front().chunk->number;
}

std::uint64_t Ring::next_number() const noexcept {
    return chunks_.empty() ? 0 : chunks_.back().chunk->number + 1;
}

OnAir Ring::find(std::uint64_t number) const {
    if (chunks_.empty() || number < first_number() || number >= next_number()) return {};
    return chunks_[static_cast<std::size_t>(number - first_number())];
}

std::optional<Place> Ring::before_edge(double seconds, Clock::time_point now) const {
    if (chunks_.empty()) return std::nullopt;
    const double end = end_seconds();
    double edge = Seconds(now - epoch_).count();
    if (std::abs(edge - end) > most_jitter_seconds) edge = end;  // the stream stands still
    const double wanted = edge - seconds + rounding;
    const auto after = std::ranges::find_if(
        chunks_, [&](const OnAir& on_air) { return begin_of(*on_air.chunk) > wanted; });
    if (after == chunks_.begin()) return Place{first_number(), 0};
    const Chunk& chunk = *std::prev(after)->chunk;
    return Place{chunk.number, frame_before(chunk, wanted - begin_of(chunk))};
}

double Ring::seconds_from(std::uint64_t number) const {
    if (chunks_.empty() || number >= next_number()) return 0;
    const std::uint64_t from = std::max(number, first_number());
    return end_seconds() - begin_of(*find(from).chunk);
}

}  // namespace consort::radio
