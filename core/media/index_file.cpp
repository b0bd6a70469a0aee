#include "core/media/index_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

namespace consort::media {
namespace {

using cmx::Block;
using cmx::Extent;
using cmx::kBlockSamples;
using cmx::kQuarter;

Error corrupt(const std::string& what) {
    return {CONSORT_E_CORRUPT, "The media index is damaged: " + what + "."};
}

std::uint64_t samples_in(std::uint64_t block, std::uint64_t total) {
    return std::min(kBlockSamples, total - block * kBlockSamples);
}

// What most blocks of sound look like: samples of equal duration that follow each other.
bool only_sizes_vary(const Block& block) {
    return block.width[cmx::kDuration] == 0 && block.width[cmx::kComposition] == 0 &&
           block.width[cmx::kGap] == 0 && block.width[cmx::kFlags] == 0;
}

template <class Take>
void decode_sizes(const Block& block, const std::uint8_t* packed, std::uint64_t total,
                  std::uint64_t first, Take take) {
    const std::uint8_t* const sizes = packed + block.packed_offset;
    const std::uint8_t width = block.width[cmx::kSize];
    const auto gap = static_cast<std::uint64_t>(block.gap_base);
    std::uint64_t position =
        (block.flags_base & CONSORT_SAMPLE_INLINE) != 0 ? block.inline_base : block.source_base;
    std::uint64_t i = 0;
    for (; i < first; ++i) position += gap + block.size_base + cmx::unpack(sizes, i, width);
    std::uint64_t time = static_cast<std::uint64_t>(block.time_base) + first * block.duration_base;
    for (; i < total; ++i) {
        position += gap;
        const auto size =
            block.size_base + static_cast<std::uint32_t>(cmx::unpack(sizes, i, width));
        if (!take(consort_sample{position, static_cast<std::int64_t>(time), size,
                                 block.duration_base, block.composition_base, block.flags_base}))
            return;
        position += size;
        time += block.duration_base;
    }
}

// Walks a block and hands each sample from `first` on to `take`, until that says false.
template <class Take>
void decode(const Block& block, const std::uint8_t* packed, std::uint64_t total,
            std::uint64_t first, Take take) {
    if (only_sizes_vary(block)) return decode_sizes(block, packed, total, first, take);
    const std::uint8_t* stream[cmx::kStreams];
    const std::uint8_t* next = packed + block.packed_offset;
    for (int i = 0; i < cmx::kStreams; ++i) {
        stream[i] = next;
        next += cmx::stream_bytes(total, block.width[i]);
    }
    const auto value = [&](cmx::Stream which, std::uint64_t index) {
        return cmx::unpack(stream[which], index, block.width[which]);
    };
    std::uint64_t cursor[2] = {block.source_base, block.inline_base};
    std::uint64_t time = static_cast<std::uint64_t>(block.time_base);
    for (std::uint64_t i = 0; i < total; ++i) {
        const auto flags = block.flags_base + static_cast<std::uint32_t>(value(cmx::kFlags, i));
        const auto size = block.size_base + static_cast<std::uint32_t>(value(cmx::kSize, i));
        const auto duration =
            block.duration_base + static_cast<std::uint32_t>(value(cmx::kDuration, i));
        std::uint64_t& position = cursor[(flags & CONSORT_SAMPLE_INLINE) != 0 ? 1 : 0];
        // Unsigned: a damaged file may overflow, and must do so in a defined way.
        position += static_cast<std::uint64_t>(block.gap_base) + value(cmx::kGap, i);
        if (i >= first) {
            const auto composition = static_cast<std::uint32_t>(block.composition_base) +
                                     static_cast<std::uint32_t>(value(cmx::kComposition, i));
            if (!take(consort_sample{position, static_cast<std::int64_t>(time), size, duration,
                                     static_cast<std::int32_t>(composition), flags})) {
                return;
            }
        }
        position += size;
        time += duration;
    }
}

}  // namespace

Result<std::shared_ptr<const IndexFile>> IndexFile::open(const std::filesystem::path& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        const int error = errno;
        return Error{error == ENOENT ? CONSORT_E_NOT_FOUND : CONSORT_E_IO,
                     "Can't open the media index " + path.string() + ": " +
                         std::generic_category().message(error) + "."};
    }
    struct stat status {};
    const bool known = ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    const auto size = known ? static_cast<std::size_t>(status.st_size) : 0;
    void* mapping = MAP_FAILED;
    if (size >= sizeof(cmx::Header))
        mapping = ::mmap(nullptr, size, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
    ::close(fd);
    if (mapping == MAP_FAILED) return corrupt("it is too short, or can't be mapped");
    std::shared_ptr<const IndexFile> file(
        new IndexFile({static_cast<const std::byte*>(mapping), size}, true));
    if (auto good = file->check(); !good) return good.error();
    return file;
}

Result<std::shared_ptr<const IndexFile>> IndexFile::parse(std::span<const std::byte> bytes) {
    if (bytes.size() < sizeof(cmx::Header)) return corrupt("it is too short");
    std::shared_ptr<const IndexFile> file(new IndexFile(bytes, false));
    if (auto good = file->check(); !good) return good.error();
    return file;
}

IndexFile::~IndexFile() {
    if (mapped_) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

bool IndexFile::within(const Extent& extent, std::uint64_t alignment) const noexcept {
    return extent.offset <= bytes_.size() && extent.size <= bytes_.size() - extent.offset &&
           extent.offset % alignment == 0;
}

Result<void> IndexFile::check() const {
    const cmx::Header& head = header();
    if (!std::equal(std::begin(cmx::kMagic), std::end(cmx::kMagic), head.magic))
        return corrupt("it does not begin like one");
    if (head.version != cmx::kVersion) return corrupt("its version is another");
    if (head.file_size != bytes_.size()) return corrupt("its size is not the one it names");
    if (head.track_count > cmx::kMaxTracks) return corrupt("it names too many tracks");
    if (head.source_size > cmx::kMaxPosition) return corrupt("the source's size is senseless");
    if (!within({head.inline_offset, head.inline_size}, 1)) return corrupt("the inline area");
    const std::uint64_t records = head.track_count * sizeof(cmx::TrackRecord);
    if (!within({head.tail_offset, records}, 8)) return corrupt("the track records");

    cmx::Header blank = head;
    blank.checksum = 0;
    const std::uint64_t sum =
        cmx::checksum(bytes_.data() + head.tail_offset, bytes_.size() - head.tail_offset,
                      cmx::checksum(&blank, sizeof blank, 0));
    if (sum != head.checksum) return corrupt("its checksum does not fit");

    for (std::uint32_t i = 0; i < head.track_count; ++i)
        if (auto good = check_track(record(i)); !good) return good;
    return {};
}

Result<void> IndexFile::check_track(const cmx::TrackRecord& record) const {
    if (record.timescale == 0) return corrupt("a track has no timescale");
    if (record.media_duration > cmx::kMaxPosition) return corrupt("a track's duration");
    for (const Extent& extent : record.strings)
        if (!within(extent, 1)) return corrupt("a track's text");
    if (!within(record.blocks, 8) || record.blocks.size % sizeof(Block) != 0 ||
        !within(record.packed, 1))
        return corrupt("a track's sample table");
    const auto all = blocks(record);
    if (record.sample_count > all.size() * kBlockSamples ||
        (!all.empty() && record.sample_count <= (all.size() - 1) * kBlockSamples))
        return corrupt("a track's sample count");
    if (!all.empty() && record.packed.size < cmx::kPadding) return corrupt("a track's samples");
    const std::uint64_t room = all.empty() ? 0 : record.packed.size - cmx::kPadding;
    std::int64_t time = 0;
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Block& block = all[i];
        std::uint64_t need = 0;
        for (int s = 0; s < cmx::kStreams; ++s) {
            if (block.width[s] > cmx::kMaxWidth[s]) return corrupt("a block of samples");
            need += cmx::stream_bytes(samples_in(i, record.sample_count), block.width[s]);
        }
        if (block.packed_offset > room || need > room - block.packed_offset)
            return corrupt("a block of samples");
        if (block.time_base < time || block.time_base > std::int64_t{cmx::kMaxPosition})
            return corrupt("a block's time");
        time = block.time_base;
        if (block.bytes_before < bytes || block.bytes_before > cmx::kMaxPosition)
            return corrupt("a block's place");
        bytes = block.bytes_before;
    }
    return {};
}

std::string_view IndexFile::identity() const noexcept {
    return {header().identity, sizeof header().identity};
}

std::span<const std::byte> IndexFile::inline_area() const noexcept {
    return bytes_.subspan(header().inline_offset, header().inline_size);
}

const cmx::TrackRecord& IndexFile::record(std::uint32_t track) const noexcept {
    return reinterpret_cast<const cmx::TrackRecord*>(bytes_.data() + header().tail_offset)[track];
}

std::span<const Block> IndexFile::blocks(const cmx::TrackRecord& record) const noexcept {
    return {reinterpret_cast<const Block*>(bytes_.data() + record.blocks.offset),
            record.blocks.size / sizeof(Block)};
}

std::string_view IndexFile::text(const Extent& extent) const noexcept {
    return {reinterpret_cast<const char*>(bytes_.data() + extent.offset), extent.size};
}

consort_track IndexFile::track(std::uint32_t track) const noexcept {
    const cmx::TrackRecord& from = record(track);
    const auto borrowed = [&](cmx::StringField field) {
        const std::string_view view = text(from.strings[field]);
        return consort_str{view.data(), view.size()};
    };
    consort_track to{};
    to.struct_size = sizeof to;
    to.kind = from.kind;
    to.flags = from.flags;
    to.timescale = from.timescale;
    to.codec = borrowed(cmx::kCodec);
    to.codec_string = borrowed(cmx::kCodecString);
    to.language = borrowed(cmx::kLanguage);
    to.title = borrowed(cmx::kTitle);
    to.configuration = borrowed(cmx::kConfiguration);
    to.sample_count = from.sample_count;
    to.media_duration = from.media_duration;
    to.edit_start = from.edit_start;
    to.edit_duration = from.edit_duration;
    to.start_offset_ns = from.start_offset_ns;
    to.sample_rate = from.sample_rate;
    to.channels = from.channels;
    to.bits_per_sample = from.bits_per_sample;
    to.width = from.width;
    to.height = from.height;
    to.sar_num = from.sar_num;
    to.sar_den = from.sar_den;
    to.frame_rate_num = from.frame_rate_num;
    to.frame_rate_den = from.frame_rate_den;
    to.rotation = from.rotation;
    to.colour_primaries = from.colour_primaries;
    to.colour_transfer = from.colour_transfer;
    to.colour_matrix = from.colour_matrix;
    to.colour_full_range = from.colour_full_range;
    to.average_bit_rate = from.average_bit_rate;
    return to;
}

std::optional<std::uint32_t> IndexFile::main_track(std::uint32_t kind) const noexcept {
    std::optional<std::uint32_t> first;
    for (std::uint32_t i = 0; i < track_count(); ++i) {
        const cmx::TrackRecord& each = record(i);
        if (each.kind != kind || each.sample_count == 0) continue;
        if ((each.flags & CONSORT_TRACK_DEFAULT) != 0) return i;
        if (!first) first = i;
    }
    return first;
}

bool IndexFile::samples(std::uint32_t track, std::uint64_t first, std::uint64_t count,
                        consort_sample* out) const noexcept {
    if (track >= track_count()) return false;
    const cmx::TrackRecord& from = record(track);
    if (first > from.sample_count || count > from.sample_count - first) return false;
    const auto all = blocks(from);
    const auto* packed = reinterpret_cast<const std::uint8_t*>(bytes_.data() + from.packed.offset);
    consort_sample* const end = out + count;
    for (std::uint64_t block = first / kBlockSamples; out != end; ++block, first = 0) {
        decode(all[block], packed, samples_in(block, from.sample_count), first % kBlockSamples,
               [&](const consort_sample& sample) {
                   *out++ = sample;
                   return out != end;
               });
    }
    return true;
}

std::uint64_t IndexFile::sample_at(std::uint32_t track, std::int64_t time) const noexcept {
    if (track >= track_count()) return 0;
    const cmx::TrackRecord& from = record(track);
    const auto all = blocks(from);
    const auto after = std::upper_bound(all.begin(), all.end(), time,
                                        [](auto t, const Block& b) { return t < b.time_base; });
    if (after == all.begin()) return 0;
    const auto block = static_cast<std::uint64_t>(after - all.begin()) - 1;
    if (const Block& even = all[block];
        even.width[cmx::kDuration] == 0 && even.duration_base != 0) {
        const auto in_block = static_cast<std::uint64_t>(time - even.time_base);
        return block * kBlockSamples +
               std::min(in_block / even.duration_base, samples_in(block, from.sample_count) - 1);
    }
    const auto* packed = reinterpret_cast<const std::uint8_t*>(bytes_.data() + from.packed.offset);
    std::uint64_t found = block * kBlockSamples, index = found;
    decode(all[block], packed, samples_in(block, from.sample_count), 0,
           [&](const consort_sample& sample) {
               if (sample.decode_time > time) return false;
               found = index++;
               return true;
           });
    return found;
}

bool IndexFile::bytes_before(std::uint32_t track, std::uint64_t sample,
                             std::uint64_t& out) const noexcept {
    if (track >= track_count()) return false;
    const cmx::TrackRecord& from = record(track);
    if (sample > from.sample_count) return false;
    out = 0;
    if (sample == 0) return true;
    // The last sample's block, so that the end of the track has one too.
    const std::uint64_t number = (sample - 1) / kBlockSamples;
    const auto all = blocks(from);
    const Block& block = all[number];
    const auto* sizes = reinterpret_cast<const std::uint8_t*>(bytes_.data() + from.packed.offset) +
                        block.packed_offset;
    const auto sum = [&](std::uint64_t first, std::uint64_t end) {
        std::uint64_t bytes = (end - first) * block.size_base;
        for (std::uint64_t i = first; i < end; ++i)
            bytes += cmx::unpack(sizes, i, block.width[cmx::kSize]);
        return bytes;
    };
    // From the nearest place of which the sum is known.
    const std::uint64_t count = sample - number * kBlockSamples;
    const bool ends = number + 1 < all.size();
    std::uint64_t known = 0;
    out = block.bytes_before;
    if (!cmx::has_quarters(block)) {
        known = ends && count > kBlockSamples / 2 ? kBlockSamples : 0;
    } else {
        known = (count + kQuarter / 2) / kQuarter * kQuarter;
        if (!ends && known > std::min(count, 3 * kQuarter)) known -= kQuarter;  // not full
        for (std::uint64_t i = 0; i < std::min<std::uint64_t>(known / kQuarter, 3); ++i)
            out += kQuarter * block.size_base + block.quarter[i];
    }
    if (known == kBlockSamples) out = all[number + 1].bytes_before;
    out = count < known ? out - sum(count, known) : out + sum(known, count);
    return true;
}

}  // namespace consort::media
