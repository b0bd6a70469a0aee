#include "core/media/index_writer.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <xxhash.h>
// Takes the widest registers that the machine has.
#if defined(__x86_64__) && __has_include(<xxh_x86dispatch.h>)
#include <xxh_x86dispatch.h>
#endif

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstring>
#include <limits>
#include <system_error>
#include <utility>

namespace consort::media {
namespace {

using cmx::Block;
using cmx::kBlockSamples;

constexpr std::size_t kInlineBuffer = 1 << 20;

Error io_error(const std::filesystem::path& path, int error) {
    return {CONSORT_E_IO, "Can't write the media index " + path.string() + ": " +
                              std::generic_category().message(error) + "."};
}

// Values of one stream of a block against their least one.
struct Column {
    std::int64_t value[kBlockSamples];
    std::int64_t least = 0;
    std::uint8_t width = 0;
    void settle(std::size_t count) {
        std::int64_t low = value[0], high = value[0];
        for (std::size_t i = 1; i < count; ++i) {
            low = std::min(low, value[i]);
            high = std::max(high, value[i]);
        }
        least = low;
        width = static_cast<std::uint8_t>(
            std::bit_width(static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low)));
    }
    // Appends the values' distances from the least one: what cmx::unpack reads.
    void pack(std::size_t count, std::string& out) const {
        if (width == 0) return;
        const std::size_t begin = out.size(), size = cmx::stream_bytes(count, width);
        out.resize(begin + size + sizeof(std::uint64_t));
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t position = i * width;
            char* const at = out.data() + begin + position / 8;
            std::uint64_t word;
            std::memcpy(&word, at, sizeof word);
            word |= (static_cast<std::uint64_t>(value[i]) - static_cast<std::uint64_t>(least))
                    << (position % 8);
            std::memcpy(at, &word, sizeof word);
        }
        out.resize(begin + size);
    }
};

}  // namespace

struct IndexWriter::Track {
    cmx::TrackRecord record{};
    std::string strings[cmx::kStringFields];
    std::vector<Block> blocks;
    std::string packed;
    std::vector<consort_sample> open;  // of the block that is not full yet
    std::int64_t time = 0;
    std::int64_t shown = 0;            // when the last sample's presentation ends
    std::uint64_t cursor[2] = {0, 0};  // end of the last sample in the source and inline areas
    std::uint64_t bytes = 0;           // of all samples
    std::uint64_t closed_bytes = 0;    // of those in closed blocks
    std::uint32_t first_duration = 0, last_duration = 0;
    bool all_sync = true, constant = true;

    void close_block();
};

void IndexWriter::Track::close_block() {
    if (open.empty()) return;
    Column column[cmx::kStreams];
    Block block{};
    block.source_base = cursor[0];
    block.inline_base = cursor[1];
    block.time_base = open.front().decode_time;
    block.bytes_before = std::exchange(closed_bytes, bytes);
    for (std::size_t i = 0; i < open.size(); ++i) {
        const consort_sample& sample = open[i];
        std::uint64_t& end = cursor[(sample.flags & CONSORT_SAMPLE_INLINE) != 0 ? 1 : 0];
        column[cmx::kSize].value[i] = sample.size;
        column[cmx::kDuration].value[i] = sample.duration;
        column[cmx::kComposition].value[i] = sample.composition_offset;
        column[cmx::kGap].value[i] = static_cast<std::int64_t>(sample.offset - end);
        column[cmx::kFlags].value[i] = sample.flags;
        end = sample.offset + sample.size;
    }
    block.packed_offset = packed.size();
    for (int s = 0; s < cmx::kStreams; ++s) {
        column[s].settle(open.size());
        block.width[s] = column[s].width;
        column[s].pack(open.size(), packed);
    }
    block.size_base = static_cast<std::uint32_t>(column[cmx::kSize].least);
    block.duration_base = static_cast<std::uint32_t>(column[cmx::kDuration].least);
    block.composition_base = static_cast<std::int32_t>(column[cmx::kComposition].least);
    block.gap_base = column[cmx::kGap].least;
    if (cmx::has_quarters(block)) {
        const std::size_t end = std::min<std::size_t>(open.size(), 3 * cmx::kQuarter);
        for (std::size_t i = 0; i < end; ++i)
            block.quarter[i / cmx::kQuarter] +=
                static_cast<std::uint16_t>(open[i].size - block.size_base);
    }
    block.flags_base = static_cast<std::uint8_t>(column[cmx::kFlags].least);
    blocks.push_back(block);
    open.clear();
}

IndexWriter::IndexWriter(std::filesystem::path path, std::filesystem::path temporary, int fd,
                         std::uint64_t source_size)
    : path_(std::move(path)),
      temporary_(std::move(temporary)),
      fd_(fd),
      source_size_(source_size) {}

IndexWriter::~IndexWriter() {
    if (fd_ >= 0) ::close(fd_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<std::unique_ptr<IndexWriter>> IndexWriter::create(const std::filesystem::path& path,
                                                         std::uint64_t source_size) {
    static std::atomic<unsigned> serial{0};
    if (source_size > cmx::kMaxPosition)
        return Error{CONSORT_E_UNSUPPORTED, "The source is too large to be indexed."};
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    std::filesystem::path temporary = path;
    temporary += "." + std::to_string(::getpid()) + "." + std::to_string(++serial) + ".tmp";
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) return io_error(temporary, errno);
    std::unique_ptr<IndexWriter> writer(new IndexWriter(path, temporary, fd, source_size));
    const cmx::Header room{};
    if (auto good = writer->write(&room, sizeof room); !good) return good.error();
    return writer;
}

Result<void> IndexWriter::write(const void* bytes, std::uint64_t size) {
    const char* from = static_cast<const char*>(bytes);
    while (size != 0) {
        const ssize_t done = ::write(fd_, from, size);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return io_error(temporary_, errno);
        from += done;
        size -= static_cast<std::uint64_t>(done);
        position_ += static_cast<std::uint64_t>(done);
    }
    return {};
}

Result<void> IndexWriter::add_track(const consort_track& track) {
    if (tracks_.size() >= cmx::kMaxTracks)
        return Error{CONSORT_E_UNSUPPORTED, "The source has too many tracks."};
    if (track.timescale == 0)
        return Error{CONSORT_E_INVALID, "The container plugin named a track without a timescale."};
    auto made = std::make_unique<Track>();
    cmx::TrackRecord& to = made->record;
    to.kind = track.kind;
    to.flags = track.flags & CONSORT_TRACK_DEFAULT;
    to.timescale = track.timescale;
    to.average_bit_rate = track.average_bit_rate;
    to.edit_start = track.edit_start;
    to.edit_duration = track.edit_duration;
    to.start_offset_ns = track.start_offset_ns;
    to.sample_rate = track.sample_rate;
    to.channels = track.channels;
    to.bits_per_sample = track.bits_per_sample;
    to.width = track.width;
    to.height = track.height;
    to.sar_num = track.sar_num;
    to.sar_den = track.sar_den;
    to.frame_rate_num = track.frame_rate_num;
    to.frame_rate_den = track.frame_rate_den;
    to.rotation = track.rotation;
    to.colour_primaries = track.colour_primaries;
    to.colour_transfer = track.colour_transfer;
    to.colour_matrix = track.colour_matrix;
    to.colour_full_range = track.colour_full_range;
    made->open.reserve(kBlockSamples);
    const consort_str texts[cmx::kStringFields] = {track.codec, track.codec_string, track.language,
                                                   track.title, track.configuration};
    for (int i = 0; i < cmx::kStringFields; ++i)
        if (texts[i].len != 0) made->strings[i].assign(texts[i].ptr, texts[i].len);
    tracks_.push_back(std::move(made));
    return {};
}

Result<void> IndexWriter::add_samples(std::uint32_t number, const consort_sample* samples,
                                      std::size_t count) {
    if (number >= tracks_.size())
        return Error{CONSORT_E_INVALID, "The container plugin named a track that it did not add."};
    Track& track = *tracks_[number];
    for (std::size_t i = 0; i < count; ++i) {
        consort_sample sample = samples[i];
        const std::uint64_t room =
            (sample.flags & CONSORT_SAMPLE_INLINE) != 0 ? inline_size_ : source_size_;
        if (sample.offset > room || sample.size > room - sample.offset)
            return Error{CONSORT_E_CORRUPT,
                         "The file ends within a sample; it is probably incomplete."};
        if (static_cast<std::uint64_t>(track.time) + sample.duration > cmx::kMaxPosition)
            return Error{CONSORT_E_CORRUPT, "The file claims to last longer than can be."};
        if (track.bytes + sample.size > cmx::kMaxPosition)
            return Error{CONSORT_E_CORRUPT, "The file claims to hold more than can be."};
        sample.flags &= CONSORT_SAMPLE_SYNC | CONSORT_SAMPLE_INLINE;
        sample.decode_time = track.time;
        if (track.record.sample_count == 0) track.first_duration = sample.duration;
        // The last sample may last differently, so each one is judged when the next arrives.
        else if (track.last_duration != track.first_duration)
            track.constant = false;
        track.last_duration = sample.duration;
        track.all_sync = track.all_sync && (sample.flags & CONSORT_SAMPLE_SYNC) != 0;
        track.time += sample.duration;
        track.shown = std::max(track.shown, track.time + sample.composition_offset);
        track.bytes += sample.size;
        ++track.record.sample_count;
        track.open.push_back(sample);
        if (track.open.size() == kBlockSamples) track.close_block();
    }
    return {};
}

Result<void> IndexWriter::set_edit(std::uint32_t number, std::int64_t start,
                                   std::uint64_t duration) {
    if (number >= tracks_.size())
        return Error{CONSORT_E_INVALID, "The container plugin named a track that it did not add."};
    tracks_[number]->record.edit_start = start;
    tracks_[number]->record.edit_duration = duration;
    return {};
}

Result<std::uint64_t> IndexWriter::add_inline(const void* bytes, std::uint64_t size) {
    if (inline_size_ + size > cmx::kMaxPosition)
        return Error{CONSORT_E_UNSUPPORTED, "The source is too large to be indexed."};
    const std::uint64_t offset = inline_size_;
    pending_.append(static_cast<const char*>(bytes), size);
    inline_size_ += size;
    if (pending_.size() >= kInlineBuffer) {
        if (auto good = write(pending_.data(), pending_.size()); !good) return good.error();
        pending_.clear();
    }
    return offset;
}

void IndexWriter::settle(Track& track) {
    track.close_block();
    cmx::TrackRecord& record = track.record;
    record.media_duration = static_cast<std::uint64_t>(track.time);
    if (track.all_sync && record.sample_count != 0) record.flags |= CONSORT_TRACK_ALL_SYNC;
    if (track.constant && record.sample_count != 0) record.flags |= CONSORT_TRACK_CONSTANT_DURATION;
    record.edit_start = std::clamp<std::int64_t>(record.edit_start, 0, track.shown);
    const std::uint64_t rest = static_cast<std::uint64_t>(track.shown - record.edit_start);
    if (record.edit_duration == 0 || record.edit_duration > rest) record.edit_duration = rest;
    if (track.time > 0) {
        const double rate = static_cast<double>(track.bytes) * 8 * record.timescale /
                            static_cast<double>(track.time);
        record.average_bit_rate = static_cast<std::uint32_t>(
            std::min<double>(rate + 0.5, std::numeric_limits<std::uint32_t>::max()));
    }
    if (!track.blocks.empty()) track.packed.append(cmx::kPadding, '\0');
}

Result<std::uint64_t> IndexWriter::commit(std::string_view identity) {
    cmx::Header header{};
    std::copy(std::begin(cmx::kMagic), std::end(cmx::kMagic), header.magic);
    if (identity.size() != sizeof header.identity)
        return Error{CONSORT_E_INVALID, "The content identity has the wrong length."};
    std::copy(identity.begin(), identity.end(), header.identity);
    header.version = cmx::kVersion;
    header.track_count = static_cast<std::uint32_t>(tracks_.size());
    header.source_size = source_size_;
    header.inline_offset = sizeof header;
    header.inline_size = inline_size_;
    pending_.append((8 - (sizeof header + inline_size_) % 8) % 8, '\0');
    if (auto good = write(pending_.data(), pending_.size()); !good) return good.error();
    header.tail_offset = position_;

    std::string tail(tracks_.size() * sizeof(cmx::TrackRecord), '\0');
    const auto place = [&](const void* bytes, std::size_t size) {
        tail.append((8 - tail.size() % 8) % 8, '\0');
        const cmx::Extent extent{header.tail_offset + tail.size(), size};
        if (size != 0) tail.append(static_cast<const char*>(bytes), size);
        return extent;
    };
    for (std::size_t i = 0; i < tracks_.size(); ++i) {
        Track& track = *tracks_[i];
        settle(track);
        for (int s = 0; s < cmx::kStringFields; ++s)
            track.record.strings[s] = place(track.strings[s].data(), track.strings[s].size());
        track.record.blocks = place(track.blocks.data(), track.blocks.size() * sizeof(Block));
        track.record.packed = place(track.packed.data(), track.packed.size());
        std::memcpy(tail.data() + i * sizeof track.record, &track.record, sizeof track.record);
    }
    header.file_size = header.tail_offset + tail.size();
    header.checksum =
        cmx::checksum(tail.data(), tail.size(), cmx::checksum(&header, sizeof header, 0));
    if (auto good = write(tail.data(), tail.size()); !good) return good.error();
    if (::pwrite(fd_, &header, sizeof header, 0) != static_cast<ssize_t>(sizeof header))
        return io_error(path_, errno);
    // After a power cut the checksum tells of what did not reach the disk, and the index is built
    // again; only the inline area is outside the checksum.
    if (inline_size_ != 0 && ::fdatasync(fd_) != 0) return io_error(path_, errno);
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) return io_error(path_, errno);
    temporary_.clear();
    return header.file_size;
}

}  // namespace consort::media

namespace consort::media::cmx {

std::uint64_t checksum(const void* bytes, std::size_t size, std::uint64_t seed) {
    return XXH3_64bits_withSeed(bytes, size, seed);
}

}  // namespace consort::media::cmx
