// Coded frames gathered into chunks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "plugins/radio/common/chunk.hpp"

namespace consort::radio {

// Chunks end on a grid of time, so that they come evenly whatever the codec's frame lasts, and
// where `close` says. For one thread.
class ChunkBuilder {
  public:
    ChunkBuilder(std::uint32_t rate, std::uint32_t chunk_frames, ChunkSink& sink)
        : sink_(sink), rate_(rate), chunk_frames_(chunk_frames), grid_(chunk_frames) {}

    // PCM frames before what is added next.
    std::uint64_t position() const noexcept { return position_; }
    // A run of the encoder begins, at `position` or where the last one ended, if that is later.
    void jump(std::uint64_t position);
    // What plays in the chunk that begins next.
    void set_track(std::shared_ptr<const Track> track) { track_ = std::move(track); }
    // What goes before the chunks that begin from now on; see Chunk.
    void set_opening(std::shared_ptr<const Bytes> opening) { opening_ = std::move(opening); }

    void add_bytes(std::span<const std::byte> bytes);
    // The bytes that follow are a frame's.
    void mark_frame() { made_.frame_offsets.push_back(size()); }
    // What the frames of the run that begins need to be packaged again, and such a frame.
    void set_coding(std::shared_ptr<const FrameCoding> coding) { coding_ = std::move(coding); }
    void add_frame_alone(std::span<const std::byte> bytes);
    void add_time(std::uint32_t frames) noexcept { position_ += frames; }
    // Whether the chunk is as long as it should be, if `next` more frames would follow.
    bool full(std::uint32_t next) const noexcept { return position_ + next > grid_; }
    // Sends what was added, if anything.
    void close();
    std::uint64_t chunks() const noexcept { return number_; }

  private:
    std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(made_.bytes.size()); }
    void open();

    ChunkSink& sink_;
    const std::uint32_t rate_, chunk_frames_;
    std::uint64_t grid_;  // where the chunk should end
    std::uint64_t position_ = 0, first_ = 0, number_ = 0;
    std::uint32_t run_ = 0;
    std::shared_ptr<const Track> track_;
    std::shared_ptr<const Bytes> opening_;
    std::shared_ptr<const FrameCoding> coding_;
    Chunk made_;
};

}  // namespace consort::radio
