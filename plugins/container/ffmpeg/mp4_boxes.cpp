#include "plugins/container/ffmpeg/mp4_boxes.hpp"

#include <algorithm>

#include "plugins/container/ffmpeg/indexed_track.hpp"

namespace consort::container_ffmpeg {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint64_t kMostMovie = 512 << 20;
constexpr int kMostBoxes = 1'000'000;  // at the top level: fragments are boxes too
constexpr std::size_t kMostTracks = 64;

std::uint32_t be32(Bytes b, std::size_t at) {
    return std::uint32_t{b[at]} << 24 | std::uint32_t{b[at + 1]} << 16 |
           std::uint32_t{b[at + 2]} << 8 | b[at + 3];
}
std::uint64_t be64(Bytes b, std::size_t at) {
    return std::uint64_t{be32(b, at)} << 32 | be32(b, at + 4);
}
constexpr std::uint32_t tag(const char (&name)[5]) {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(name[i]);
    return value;
}

Error corrupt(const char* what) {
    return {CONSORT_E_CORRUPT, std::string("The MP4 file is damaged: ") + what + "."};
}

// Hands each child box to `take`, which returns a Result<void>. A box that claims more than its
// parent holds ends the walk: what came before is whole.
template <class Take>
Result<void> children(Bytes parent, Take take) {
    while (parent.size() >= 8) {
        std::uint64_t size = be32(parent, 0);
        std::size_t head = 8;
        if (size == 1 && parent.size() >= 16) {
            size = be64(parent, 8);
            head = 16;
        }
        if (size == 0) size = parent.size();
        if (size < head || size > parent.size()) break;
        const Bytes payload = parent.subspan(head, static_cast<std::size_t>(size) - head);
        if (auto done = take(be32(parent, 4), payload); !done) return done;
        parent = parent.subspan(static_cast<std::size_t>(size));
    }
    return {};
}

// The entries of a full box that counts them at `count_at`.
std::optional<Mp4Table> table(Bytes box, std::size_t count_at, std::size_t entry) {
    if (box.size() < count_at + 4) return std::nullopt;
    const std::uint64_t need = std::uint64_t{be32(box, count_at)} * entry;
    if (need > box.size() - count_at - 4) return std::nullopt;
    return Mp4Table(box.subspan(count_at + 4, static_cast<std::size_t>(need)), entry);
}

Result<void> read_sample_table(Bytes stbl, Mp4Track& track) {
    return children(stbl, [&](std::uint32_t type, Bytes box) -> Result<void> {
        const auto keep = [&](Mp4Table& to, std::size_t entry) -> Result<void> {
            auto found = table(box, 4, entry);
            if (!found) return corrupt("a sample table is cut short");
            to = *found;
            return {};
        };
        switch (type) {
            case tag("stts"):
                return keep(track.stts, 8);
            case tag("ctts"):
                return keep(track.ctts, 8);
            case tag("stsc"):
                return keep(track.stsc, 12);
            case tag("stco"):
                return keep(track.chunks, 4);
            case tag("co64"):
                return keep(track.chunks, 8);
            case tag("stss"):
                track.has_stss = true;
                return keep(track.stss, 4);
            case tag("stsz"): {
                if (box.size() < 12) return corrupt("the sample sizes are cut short");
                track.uniform_size = be32(box, 4);
                track.sample_count = be32(box, 8);
                if (track.uniform_size != 0) return {};
                auto sizes = table(box, 8, 4);
                if (!sizes) return corrupt("the sample sizes are cut short");
                track.stsz = *sizes;
                return {};
            }
            case tag("stz2"):
                return Error{CONSORT_E_UNSUPPORTED, "The MP4 file has compact sample sizes."};
            default:
                return {};
        }
    });
}

Result<void> read_edits(Bytes box, Mp4Track& track) {
    if (box.size() < 8) return {};
    const bool wide = box[0] == 1;
    const auto entries = table(box, 4, wide ? 20 : 12);
    if (!entries) return corrupt("the edit list is cut short");
    for (std::size_t i = 0; i < entries->size() && i < 1'024; ++i) {
        Mp4Edit edit;
        if (wide) {
            edit.duration = std::uint64_t{entries->u32(i, 0)} << 32 | entries->u32(i, 1);
            edit.media_time = static_cast<std::int64_t>(std::uint64_t{entries->u32(i, 2)} << 32 |
                                                        entries->u32(i, 3));
        } else {
            edit.duration = entries->u32(i, 0);
            edit.media_time = static_cast<std::int32_t>(entries->u32(i, 1));
        }
        track.edits.push_back(edit);
    }
    return {};
}

Result<void> read_track(Bytes trak, Mp4Track& track) {
    return children(trak, [&](std::uint32_t type, Bytes box) -> Result<void> {
        const bool wide = !box.empty() && box[0] == 1;
        if (type == tag("tkhd")) {
            const std::size_t at = wide ? 20 : 12;
            if (box.size() < at + 4) return corrupt("a track header is cut short");
            track.id = be32(box, at);
        } else if (type == tag("mdhd")) {
            const std::size_t at = wide ? 20 : 12;
            if (box.size() < at + 4) return corrupt("a media header is cut short");
            track.timescale = be32(box, at);
        } else if (type == tag("edts") || type == tag("mdia") || type == tag("minf")) {
            return read_track(box, track);
        } else if (type == tag("elst")) {
            return read_edits(box, track);
        } else if (type == tag("stbl")) {
            return read_sample_table(box, track);
        }
        return {};
    });
}

}  // namespace

std::uint32_t Mp4Table::u32(std::size_t index, std::size_t word) const noexcept {
    return be32(bytes_, index * entry_ + 4 * word);
}
std::uint64_t Mp4Table::u64(std::size_t index) const noexcept {
    return be64(bytes_, index * entry_);
}

Result<Mp4Movie> parse_movie(std::vector<std::uint8_t> bytes) {
    Mp4Movie movie;
    movie.bytes = std::move(bytes);
    auto done = children(movie.bytes, [&](std::uint32_t type, Bytes box) -> Result<void> {
        if (type == tag("mvhd")) {
            const std::size_t at = !box.empty() && box[0] == 1 ? 20 : 12;
            if (box.size() < at + 4) return corrupt("the movie header is cut short");
            movie.timescale = be32(box, at);
        } else if (type == tag("mvex")) {
            movie.fragmented = true;
        } else if (type == tag("cmov")) {
            return Error{CONSORT_E_UNSUPPORTED, "The file's movie header is compressed."};
        } else if (type == tag("trak") && movie.tracks.size() < kMostTracks) {
            movie.tracks.emplace_back();
            return read_track(box, movie.tracks.back());
        }
        return {};
    });
    if (!done) return done.error();
    return movie;
}

Result<Mp4Movie> read_movie(ByteWindow& bytes) {
    std::uint64_t at = 0;
    for (int count = 0; count < kMostBoxes && at < bytes.size(); ++count) {
        const auto head = bytes.view(at, 16);
        if (head.size() < 8) break;
        std::uint64_t size = be32(head, 0), header = 8;
        const std::uint32_t type = be32(head, 4);
        if (size == 1 && head.size() >= 16) {
            size = be64(head, 8);
            header = 16;
        }
        if (size == 0) size = bytes.size() - at;
        if (size < header) return corrupt("a box is smaller than its header");
        if (size > bytes.size() - at) {
            if (type != tag("moov")) break;
            return corrupt("it ends within its movie header; replace it with a whole copy");
        }
        if (type == tag("moov")) {
            if (size - header > kMostMovie)
                return Error{CONSORT_E_UNSUPPORTED, "The movie header is larger than 512 MiB."};
            std::vector<std::uint8_t> payload(static_cast<std::size_t>(size - header));
            for (std::size_t done = 0; done < payload.size();) {
                const std::size_t got =
                    bytes.read(at + header + done, payload.data() + done, payload.size() - done);
                if (got == 0)
                    return bytes.error().status < 0 ? bytes.error() : corrupt("it became shorter");
                done += got;
            }
            return parse_movie(std::move(payload));
        }
        at += size;
    }
    if (bytes.error().status < 0) return bytes.error();
    return Error{CONSORT_E_CORRUPT,
                 "The MP4 file has no movie header; the recording or the download was not "
                 "finished. Replace it with a whole copy."};
}

Result<std::vector<Mp4Chunk>> chunks_of(const Mp4Track& track) {
    std::vector<Mp4Chunk> chunks;
    chunks.reserve(track.chunks.size());
    for (std::size_t run = 0; run < track.stsc.size(); ++run) {
        const std::uint64_t first = track.stsc.u32(run, 0);
        const std::uint64_t next =
            run + 1 < track.stsc.size() ? track.stsc.u32(run + 1, 0) : track.chunks.size() + 1;
        if (first != chunks.size() + 1 || next < first)
            return corrupt("its chunks are not in order");
        for (std::uint64_t i = first; i < next && i <= track.chunks.size(); ++i) {
            const auto index = static_cast<std::size_t>(i - 1);
            chunks.push_back({track.chunks.entry_bytes() == 8 ? track.chunks.u64(index)
                                                              : track.chunks.u32(index),
                              track.stsc.u32(run, 1)});
        }
    }
    return chunks;
}

Result<std::vector<Mp4Sample>> samples_of(const Mp4Track& track, std::uint64_t source_size) {
    if (track.sample_count > kMostSamples)
        return Error{CONSORT_E_UNSUPPORTED, "The file has too many samples to be indexed."};
    auto chunks = chunks_of(track);
    if (!chunks) return chunks.error();
    const auto count = static_cast<std::size_t>(track.sample_count);
    // A table of sizes is bounded by its own bytes; a uniform size says anything.
    if (track.uniform_size != 0 && track.sample_count > source_size / track.uniform_size)
        return corrupt("it names more samples than it can hold");
    std::uint64_t placed = 0;
    for (const Mp4Chunk& chunk : *chunks) placed += chunk.samples;
    if (placed < count) return corrupt("its chunks hold fewer samples than it names");

    std::vector<Mp4Sample> samples(count);
    std::size_t at = 0;
    for (const Mp4Chunk& chunk : *chunks) {
        std::uint64_t offset = chunk.offset;
        for (std::uint64_t i = 0; i < chunk.samples && at < count; ++i, ++at) {
            Mp4Sample& sample = samples[at];
            sample.offset = offset;
            sample.size = track.uniform_size != 0 ? track.uniform_size : track.stsz.u32(at);
            sample.sync = !track.has_stss;
            offset += sample.size;
        }
    }
    at = 0;
    for (std::size_t run = 0; run < track.stts.size(); ++run)
        for (std::uint32_t i = track.stts.u32(run, 0); i != 0 && at < count; --i, ++at)
            samples[at].duration = track.stts.u32(run, 1);
    if (at < count) return corrupt("its samples have no durations");
    at = 0;
    for (std::size_t run = 0; run < track.ctts.size(); ++run)
        for (std::uint32_t i = track.ctts.u32(run, 0); i != 0 && at < count; --i, ++at)
            samples[at].composition_offset = static_cast<std::int32_t>(track.ctts.u32(run, 1));
    for (std::size_t i = 0; i < track.stss.size(); ++i) {
        const std::uint32_t number = track.stss.u32(i);
        if (number != 0 && number <= count) samples[number - 1].sync = true;
    }
    return samples;
}

}  // namespace consort::container_ffmpeg
