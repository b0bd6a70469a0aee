#include "plugins/delivery/common/virtual_file.hpp"

#include <algorithm>
#include <limits>

#include "plugins/delivery/common/box_writer.hpp"
#include "plugins/delivery/common/timeline.hpp"

namespace consort::delivery {

// The samples of one fragment, track by track, and where they go in its mdat.
struct VirtualFile::Gathered {
    struct OfTrack {
        std::vector<Sample> samples;
        std::vector<FragmentRun> runs;
    };
    std::vector<OfTrack> tracks;
    std::vector<FragmentTrack> fragments;
    std::vector<ByteRun> bytes;
    std::uint64_t payload = 0;

    void place();
};

// Takes, again and again, the track whose next sample comes first in the source, and all of its
// samples up to the next sample of another track.
void VirtualFile::Gathered::place() {
    std::vector<std::size_t> heads(tracks.size(), 0);
    const auto offset_of = [&](std::size_t t) {
        return heads[t] < tracks[t].samples.size() ? tracks[t].samples[heads[t]].offset
                                                   : std::numeric_limits<std::uint64_t>::max();
    };
    for (;;) {
        std::size_t lead = 0;
        std::uint64_t others = std::numeric_limits<std::uint64_t>::max();
        for (std::size_t t = 1; t < tracks.size(); ++t) {
            if (offset_of(t) < offset_of(lead)) lead = t;
        }
        for (std::size_t t = 0; t < tracks.size(); ++t) {
            if (t != lead) others = std::min(others, offset_of(t));
        }
        OfTrack& track = tracks[lead];
        std::size_t& head = heads[lead];
        if (head == track.samples.size()) return;
        track.runs.push_back({static_cast<std::uint32_t>(head), 0, payload});
        do {
            append_run(bytes, track.samples[head]);
            payload += track.samples[head].size;
            ++track.runs.back().count;
            ++head;
        } while (head < track.samples.size() && track.samples[head].offset < others);
    }
}

Result<void> VirtualFile::gather(const MediaView& media, std::size_t number, Gathered& out) const {
    out.tracks.resize(tracks_.size());
    out.fragments.clear();
    out.bytes.clear();
    out.payload = 0;
    for (std::size_t t = 0; t < tracks_.size(); ++t) {
        const std::uint64_t first = firsts_[t][number];
        const std::uint64_t count = firsts_[t][number + 1] - first;
        out.tracks[t].runs.clear();
        out.tracks[t].samples.resize(count);
        if (count == 0) continue;
        auto read = media.samples(tracks_[t].index, first, count, out.tracks[t].samples);
        if (!read) return read;
    }
    out.place();
    for (std::size_t t = 0; t < tracks_.size(); ++t) {
        out.fragments.push_back(tracks_[t].fragment(static_cast<std::uint32_t>(t + 1),
                                                    out.tracks[t].samples, out.tracks[t].runs));
    }
    return {};
}

Result<void> VirtualFile::cut(const MediaView& media, std::uint32_t target_seconds) {
    const PackagedTrack& lead = tracks_.front();
    const auto table = SegmentTable::cut(media, lead.index, lead.track, target_seconds);
    if (!table) return table.error();
    // A frame of MP3 may use bits of the frames before it.
    independent_ =
        lead.support.packaging != Packaging::kPackedAudio && !table->has_leading_pictures();
    firsts_.resize(tracks_.size());
    for (std::size_t part = 0; part < table->size(); ++part) {
        const Segment segment = (*table)[part];
        starts_.push_back(segment.start);
        firsts_.front().push_back(segment.first);
        for (std::size_t t = 1; t < tracks_.size(); ++t) {
            const Track& track = tracks_[t].track;
            const std::int64_t start =
                static_cast<std::int64_t>(segment.start) + start_offset(lead.track);
            const std::int64_t time = rescale(start, track.timescale, lead.track.timescale) +
                                      track.edit_start - start_offset(track);
            const std::uint64_t first =
                part == 0 || time <= 0 ? 0 : media.sample_at(tracks_[t].index, time);
            firsts_[t].push_back(part == 0 ? 0 : std::max(first, firsts_[t].back()));
        }
    }
    starts_.push_back(presented_duration(lead.track));
    for (std::size_t t = 0; t < tracks_.size(); ++t) {
        firsts_[t].push_back(tracks_[t].track.sample_count);
    }
    return {};
}

Result<VirtualFile> VirtualFile::lay_out(const MediaView& media, std::vector<PackagedTrack> tracks,
                                         std::uint32_t target_seconds) {
    if (tracks.empty()) return Error{CONSORT_E_UNSUPPORTED, "no track of the file can be packaged"};
    VirtualFile file;
    file.tracks_ = std::move(tracks);
    std::vector<InitTrack> init_tracks;
    for (const PackagedTrack& track : file.tracks_) init_tracks.push_back(track.init());
    auto init = write_init_segment(init_tracks);
    if (!init) return std::move(init).error();
    file.head_ = std::move(*init);
    file.init_size_ = file.head_.size();
    if (auto done = file.cut(media, target_seconds); !done) return std::move(done).error();

    Gathered gathered;
    std::uint64_t offset = 0;
    for (std::size_t number = 0; number + 1 < file.starts_.size(); ++number) {
        if (auto done = file.gather(media, number, gathered); !done) {
            return std::move(done).error();
        }
        file.offsets_.push_back(offset);
        offset += fragment_header_size(gathered.fragments, gathered.payload) + gathered.payload;
    }
    file.offsets_.push_back(offset);
    file.write_sidx();
    for (std::uint64_t& at : file.offsets_) at += file.head_.size();
    return file;
}

// The segment index box lets a player seek without reading every fragment's header.
void VirtualFile::write_sidx() {
    constexpr std::uint32_t kStartsWithSync = 0x90000000;  // SAP of type 1
    const std::size_t count = part_count();
    bool fits = count <= std::numeric_limits<std::uint16_t>::max();
    for (std::size_t i = 0; i < count; ++i) fits &= part(i).size < (1u << 31);
    if (!fits) return;
    const Track& lead = tracks_.front().track;
    // On the media's own time line: the edit list comes after.
    const auto edit = static_cast<std::uint64_t>(std::max<std::int64_t>(lead.edit_start, 0));
    const std::uint64_t earliest = lead.kind == CONSORT_TRACK_AUDIO ? 0 : edit;
    BoxWriter out(head_);
    auto sidx = out.full_box("sidx", 1, 0);
    out.u32(1);
    out.u32(lead.timescale);
    out.u64(earliest + static_cast<std::uint64_t>(start_offset(lead)));
    out.u64(0);
    out.u16(0);
    out.u16(static_cast<std::uint16_t>(count));
    for (std::size_t i = 0; i < count; ++i) {
        const Part at = part(i);
        const std::uint64_t start = i == 0 ? earliest : at.start + edit;
        out.u32(static_cast<std::uint32_t>(at.size));
        out.u32(static_cast<std::uint32_t>(at.end + edit - start));
        out.u32(kStartsWithSync);
    }
}

VirtualFile::Part VirtualFile::part(std::size_t number) const noexcept {
    return {offsets_[number], offsets_[number + 1] - offsets_[number], starts_[number],
            starts_[number + 1]};
}

std::size_t VirtualFile::part_at(std::uint64_t offset) const noexcept {
    const auto after = std::upper_bound(offsets_.begin(), offsets_.end(), offset);
    return static_cast<std::size_t>(after - offsets_.begin()) - 1;
}

Result<Assembly> VirtualFile::assemble(const MediaView& media, std::size_t number) const {
    thread_local Gathered gathered;  // keeps its memory from fragment to fragment
    if (auto done = gather(media, number, gathered); !done) return std::move(done).error();
    Assembly out;
    out.runs.assign(gathered.bytes.begin(), gathered.bytes.end());
    out.payload = gathered.payload;
    write_fragment_header(out.header, static_cast<std::uint32_t>(number + 1), gathered.fragments,
                          gathered.payload);
    return out;
}

}  // namespace consort::delivery
