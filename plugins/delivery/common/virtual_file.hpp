// One fragmented MP4 file that is never written down: its size and the place of every fragment are
// known from the index alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "consort/media.hpp"

#include "plugins/delivery/common/packaged_track.hpp"
#include "plugins/delivery/common/segmenter.hpp"

namespace consort::delivery {

// Immutable; valid as long as the media it was made from. All functions: any thread, no I/O.
class VirtualFile {
  public:
    struct Part {
        std::uint64_t offset = 0;  // in the file
        std::uint64_t size = 0;
        std::uint64_t start = 0, end = 0;  // presentation time, in the leading track's timescale
    };

    // All tracks of `tracks` (the first leads: fragments are cut where it allows), in fragments of
    // about `target_seconds`. Reads the whole index once.
    static Result<VirtualFile> lay_out(const MediaView& media, std::vector<PackagedTrack> tracks,
                                       std::uint32_t target_seconds);

    // What stands before the first fragment: ftyp and moov, then an index of the fragments (sidx).
    const std::string& head() const noexcept { return head_; }
    std::uint64_t init_size() const noexcept { return init_size_; }  // of ftyp and moov
    std::uint64_t size() const noexcept { return offsets_.back(); }
    std::size_t part_count() const noexcept { return offsets_.size() - 1; }
    // Whether each fragment can be decoded without the one before.
    bool independent() const noexcept { return independent_; }
    Part part(std::size_t number) const noexcept;
    std::size_t part_at(std::uint64_t offset) const noexcept;  // head().size() <= offset < size()
    const std::vector<PackagedTrack>& tracks() const noexcept { return tracks_; }

    // The bytes of a fragment. Samples lie in the order of the source file, so that interleaved
    // tracks stay one long piece of it.
    Result<Assembly> assemble(const MediaView& media, std::size_t number) const;

  private:
    struct Gathered;
    Result<void> gather(const MediaView& media, std::size_t number, Gathered& out) const;
    void write_sidx();
    Result<void> cut(const MediaView& media, std::uint32_t target_seconds);

    std::vector<PackagedTrack> tracks_;
    std::vector<std::vector<std::uint64_t>>
        firsts_;                          // by track: first sample of each part, and end
    std::vector<std::uint64_t> starts_;   // of each part, and the end of the presentation
    std::vector<std::uint64_t> offsets_;  // of each part, and the end of the file
    std::string head_;
    std::uint64_t init_size_ = 0;
    bool independent_ = true;
};

}  // namespace consort::delivery
