// The last stretch of a station's stream, cut into segments and parts of segments.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "plugins/radio/common/chunk.hpp"

namespace consort::radio {

// Bytes of a chunk's coded frames, not copied.
struct ChunkPiece {
    SharedChunk chunk;
    std::uint32_t offset = 0, size = 0;
};

// Whole coded frames. Immutable once it is in a segment.
struct LivePart {
    std::vector<ChunkPiece> pieces;
    std::uint64_t first = 0;   // PCM frames from the station's beginning
    std::uint32_t frames = 0;  // PCM frames
    std::uint32_t bytes = 0;
    // What goes before the bytes in fragmented MP4; empty for frames that stand alone.
    std::string head;
};

// The initialization segment of fragmented MP4.
struct LiveInit {
    std::uint64_t number = 0;  // of the segment that it came with
    std::string bytes;
};

struct LiveSegment {
    std::uint64_t number = 0;           // media sequence number
    std::uint64_t discontinuities = 0;  // before it, not counting its own
    bool discontinuity = false;         // the encoder was started anew before it
    std::int64_t wall_ms = 0;           // when its first sample was made, since 1970
    std::shared_ptr<const Track> track;
    std::uint64_t first = 0;   // PCM frames from the station's beginning
    std::uint32_t frames = 0;  // PCM frames of its parts
    std::vector<std::shared_ptr<const LivePart>> parts;
    std::shared_ptr<const LiveInit> init;  // null: frames that stand alone
    bool complete = false;
};

struct LiveShape {
    double segment_seconds = 6, part_seconds = 0.5;
    bool parts = true;  // players are told of them
};

// Parts have all the same number of coded frames but for a segment's last one, and segments the
// same number of parts but for those that end where the track or the run of the encoder does. So
// parts end within chunks too. No segment is a sliver: where a track ends just after the beginning
// of one, the next begins two parts later. The first segment is as short, so that there is one
// soon. Not thread-safe.
class LiveWindow {
  public:
    static constexpr double shown_seconds = 36;  // what playlists list, at least

    // `base`: where segments begin to count, larger in every run of the server than it became in
    // the one before: what players and caches keep is not mixed up. Discontinuities begin at 0,
    // since hls.js has an array of them.
    explicit LiveWindow(std::uint64_t base, LiveShape shape = {})
        : shape_(shape), next_number_(base) {}

    // `now_ms`: the wall clock, since 1970. `asked`: somebody listens; if nobody does, less is
    // kept. Chunks without known frames, or with frames that MP4 does not carry, are left out.
    void add(const SharedChunk& chunk, std::int64_t now_ms, bool asked);

    const LiveShape& shape() const noexcept { return shape_; }
    // What playlists listed stays for as long as a player may still ask for it.
    double kept_seconds() const noexcept { return 2 * shown_seconds + shape_.segment_seconds; }
    double unasked_seconds() const noexcept { return 4 * shape_.segment_seconds; }
    // Whether there is a segment that is complete.
    bool begun() const noexcept { return !segments_.empty() && segments_.front().complete; }
    std::uint32_t rate() const noexcept { return rate_; }  // 0: nothing yet
    // When PCM frame 0 was, or would have been, by the clock at the first chunk. Media times count
    // from 1970, so that they go on after a restart of the server.
    std::int64_t began_ms() const noexcept { return began_ms_; }
    std::uint32_t part_frames() const noexcept { return part_frames_; }  // PCM frames of full parts
    // The number and part that come next: what is not there yet.
    std::uint64_t next_number() const noexcept;
    std::uint32_t next_part() const noexcept;
    // Oldest first; the last one may be incomplete, and have no part yet.
    const std::deque<LiveSegment>& segments() const noexcept { return segments_; }
    // Where in them a playlist begins.
    std::size_t first_shown() const noexcept;
    // Null: not here.
    const LiveSegment* find(std::uint64_t number) const noexcept;
    std::shared_ptr<const LiveInit> find_init(std::uint64_t number) const noexcept;
    // On the clock of media times, in PCM frames.
    std::uint64_t media_time(std::uint64_t frame) const noexcept;
    // Counts up with every change of the above.
    std::uint64_t version() const noexcept { return version_; }

  private:
    bool open() const noexcept { return !segments_.empty() && !segments_.back().complete; }
    void set_sizes(const Chunk& chunk);
    void set_clock(const Chunk& chunk, std::int64_t now_ms);
    void turn(const Chunk& chunk);
    void begin_segment(const Chunk& chunk, std::uint64_t first);
    std::size_t parts_wanted() const noexcept;
    void add_frames(const SharedChunk& chunk);
    void end_part();
    void end_segment();
    void prune(bool asked);
    double seconds(std::uint64_t frames) const noexcept {
        return static_cast<double>(frames) / rate_;
    }

    const LiveShape shape_;
    std::uint64_t next_number_;  // of the segment that begins next
    std::uint64_t discontinuities_ = 0;
    std::uint32_t rate_ = 0, part_frames_ = 0, segment_parts_ = 0;
    std::deque<LiveSegment> segments_;
    LivePart part_;                          // that is being put together
    std::vector<std::uint32_t> part_sizes_;  // of its coded frames
    std::shared_ptr<const FrameCoding> coding_;
    std::shared_ptr<const LiveInit> init_;
    std::uint32_t fragments_ = 0;
    SharedChunk last_;
    bool new_run_ = false, turned_ = false;  // since the open segment began
    std::int64_t began_ms_ = 0;
    std::int64_t anchor_ms_ = 0;  // the wall clock at PCM frame `anchor_first_`
    std::uint64_t anchor_first_ = 0;
    unsigned off_chunks_ = 0;  // in a row, whose times do not agree with that
    std::uint64_t version_ = 0;
};

}  // namespace consort::radio
