#include "plugins/radio/sound/chunk_builder.hpp"

#include <algorithm>
#include <utility>

namespace consort::radio {

void ChunkBuilder::jump(std::uint64_t position) {
    close();
    position_ = first_ = std::max(position_, position);
    ++run_;
}

void ChunkBuilder::open() {
    made_.track = track_;
    made_.opening = opening_;
    made_.coding = coding_;
}

void ChunkBuilder::add_bytes(std::span<const std::byte> bytes) {
    if (made_.bytes.empty()) open();
    made_.bytes.insert(made_.bytes.end(), bytes.begin(), bytes.end());
}

void ChunkBuilder::add_frame_alone(std::span<const std::byte> bytes) {
    made_.frame_offsets.push_back(static_cast<std::uint32_t>(made_.frames_alone.size()));
    made_.frames_alone.insert(made_.frames_alone.end(), bytes.begin(), bytes.end());
}

void ChunkBuilder::close() {
    // The next chunk lasts a half of its time at least.
    while (grid_ <= position_ + chunk_frames_ / 2) grid_ += chunk_frames_;
    if (made_.bytes.empty()) return;
    Chunk next;
    next.bytes.reserve(made_.bytes.size() + made_.bytes.size() / 4);
    std::swap(made_, next);
    next.number = number_++;
    next.first = first_;
    next.frames = static_cast<std::uint32_t>(position_ - first_);
    next.rate = rate_;
    next.run = run_;
    first_ = position_;
    sink_.chunk(std::make_shared<const Chunk>(std::move(next)));
}

}  // namespace consort::radio
