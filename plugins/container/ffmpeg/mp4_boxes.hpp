// The movie box of ISO/IEC 14496-12 and QuickTime, as far as the sample tables and edits go.
//
// Nothing here trusts the file: every table is bounded by the bytes of its box, and counts are
// checked before anything is made of them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "consort/result.hpp"

#include "plugins/container/ffmpeg/byte_window.hpp"

namespace consort::container_ffmpeg {

// A table of entries of equal size in the bytes of the movie box.
class Mp4Table {
  public:
    Mp4Table() = default;
    Mp4Table(std::span<const std::uint8_t> bytes, std::size_t entry)
        : bytes_(bytes), entry_(entry) {}
    std::size_t size() const noexcept { return entry_ == 0 ? 0 : bytes_.size() / entry_; }
    // Big-endian word `word` of an entry; both must be in range.
    std::uint32_t u32(std::size_t index, std::size_t word = 0) const noexcept;
    std::uint64_t u64(std::size_t index) const noexcept;
    std::size_t entry_bytes() const noexcept { return entry_; }

  private:
    std::span<const std::uint8_t> bytes_;
    std::size_t entry_ = 0;
};

struct Mp4Edit {
    std::uint64_t duration = 0;   // in the movie's timescale
    std::int64_t media_time = 0;  // in the track's; -1: an empty edit
};

struct Mp4Track {
    std::uint32_t id = 0, timescale = 0;
    std::vector<Mp4Edit> edits;
    Mp4Table stts, ctts, stsc, stsz, chunks, stss;  // stss: absent if has_stss is false
    bool has_stss = false;
    std::uint32_t uniform_size = 0;  // of all samples; 0: stsz has one for each
    std::uint64_t sample_count = 0;
};

struct Mp4Movie {
    std::vector<std::uint8_t> bytes;  // of the movie box: the tables point into it
    std::uint32_t timescale = 0;
    bool fragmented = false;
    std::vector<Mp4Track> tracks;
};

// Finds the movie box among the top-level boxes. NOT_FOUND: there is none; the file is incomplete.
Result<Mp4Movie> read_movie(ByteWindow& bytes);
// From the payload of a movie box.
Result<Mp4Movie> parse_movie(std::vector<std::uint8_t> bytes);

struct Mp4Sample {
    std::uint64_t offset = 0;
    std::uint32_t size = 0, duration = 0;
    std::int32_t composition_offset = 0;
    bool sync = false;
};
// All samples of a track. CORRUPT if the tables contradict each other or the size of the source.
Result<std::vector<Mp4Sample>> samples_of(const Mp4Track& track, std::uint64_t source_size);

// Runs of samples that lie in one chunk: how PCM is stored, whose tables name single frames.
struct Mp4Chunk {
    std::uint64_t offset = 0;
    std::uint64_t samples = 0;
};
Result<std::vector<Mp4Chunk>> chunks_of(const Mp4Track& track);

}  // namespace consort::container_ffmpeg
