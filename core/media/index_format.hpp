// The media index on disk (.cmx), little endian, read in place from a mapping.
//
//   Header | inline area | track records | per track: strings, blocks, packed bits
//
// Samples stand in blocks of kBlockSamples. A block keeps the base of each quantity and, bit-packed
// one stream after the other, every sample's distance from it: size, duration, composition offset,
// gap (bytes skipped since the end of the sample before it in the same area) and flags. A stream
// that does not vary has width 0 and takes no space. So an hour of AAC takes about 280 kB, any
// sample is at most kBlockSamples additions away, and the size of any run of samples a few.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace consort::media::cmx {

static_assert(std::endian::native == std::endian::little, "the index is read in place");

inline constexpr char kMagic[8] = {'C', 'O', 'N', 'S', 'C', 'M', 'X', '\n'};
inline constexpr std::uint32_t kVersion = 4;  // a reader refuses every other; it is then rebuilt
inline constexpr std::uint64_t kBlockSamples = 128;
inline constexpr std::uint64_t kQuarter = kBlockSamples / 4;
inline constexpr std::uint32_t kMaxTracks = 256;
inline constexpr std::uint64_t kMaxPosition = 1ull << 55;  // of offsets, times and sizes
inline constexpr std::uint64_t kPadding = 8;               // after packed bits: 64-bit loads

struct Header {
    char magic[8];
    std::uint32_t version;
    std::uint32_t track_count;
    std::uint64_t checksum;  // of the header with this field 0, then of tail_offset to the end
    std::uint64_t file_size;
    std::uint64_t source_size;
    std::uint64_t inline_offset, inline_size;
    std::uint64_t tail_offset;  // of the track records; multiple of 8
    char identity[32];
};
static_assert(sizeof(Header) == 96);

struct Extent {
    std::uint64_t offset, size;  // from the start of the file, bytes
};

enum StringField { kCodec, kCodecString, kLanguage, kTitle, kConfiguration, kStringFields };

struct TrackRecord {
    std::uint32_t kind, flags, timescale, average_bit_rate;
    std::uint64_t sample_count, media_duration;
    std::int64_t edit_start;
    std::uint64_t edit_duration;
    std::int64_t start_offset_ns;
    std::uint32_t sample_rate, channels, bits_per_sample, width, height, sar_num, sar_den;
    std::uint32_t frame_rate_num, frame_rate_den;
    std::int32_t rotation;
    std::uint32_t colour_primaries, colour_transfer, colour_matrix, colour_full_range;
    Extent strings[kStringFields];
    Extent blocks;  // array of Block
    Extent packed;  // bits of all blocks, kPadding included
};
static_assert(sizeof(TrackRecord) % 8 == 0);

enum Stream { kSize, kDuration, kComposition, kGap, kFlags, kStreams };
// A 64-bit load at any byte holds at least 57 bits from any bit on.
inline constexpr std::uint8_t kMaxWidth[kStreams] = {32, 32, 32, 57, 2};

struct Block {
    std::uint64_t source_base, inline_base;  // where the first sample of each area is counted from
    std::int64_t time_base;                  // decode time of the block's first sample
    std::uint64_t packed_offset;             // of the first stream, in the track's packed bits
    std::int64_t gap_base;
    std::uint64_t bytes_before;  // of all samples of the track before the block
    std::uint32_t size_base, duration_base;
    std::int32_t composition_base;
    std::uint8_t flags_base;
    std::uint8_t width[kStreams];
    // Distances of the sizes from size_base, summed over each of the first three quarters; used if
    // has_quarters().
    std::uint16_t quarter[3];
};
static_assert(sizeof(Block) == 72);

// Whether the sums of any quarter's sizes fit: only films have samples that vary more.
inline constexpr bool has_quarters(const Block& block) { return block.width[kSize] <= 11; }
static_assert(kQuarter * ((1u << 11) - 1) <= UINT16_MAX);

// Bytes of a stream of `count` values; streams begin at byte borders.
inline constexpr std::uint64_t stream_bytes(std::uint64_t count, std::uint8_t width) {
    return (count * width + 7) / 8;
}

inline std::uint64_t unpack(const std::uint8_t* bits, std::uint64_t index, std::uint8_t width) {
    const std::uint64_t position = index * width;
    std::uint64_t word;
    std::memcpy(&word, bits + position / 8, sizeof word);
    return (word >> (position % 8)) & ((1ull << width) - 1);
}

// XXH3, 64 bits. Detects damage, not malice: everything that could lead out of bounds is checked
// besides.
std::uint64_t checksum(const void* bytes, std::size_t size, std::uint64_t seed);

}  // namespace consort::media::cmx
