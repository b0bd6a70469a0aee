#include "plugins/delivery/common/init_segment.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "consort/text.hpp"

#include "plugins/delivery/common/box_writer.hpp"
#include "plugins/delivery/common/sample_entry.hpp"
#include "plugins/delivery/common/timeline.hpp"

namespace consort::delivery {
namespace {

constexpr std::uint32_t kSyncSample = 0x02000000;     // depends on no other
constexpr std::uint32_t kNonSyncSample = 0x01010000;  // depends on others, not a sync sample

using Matrix = std::array<std::uint32_t, 9>;

// A clockwise turn, with the translation that brings the picture back to the origin.
Matrix rotation_matrix(const consort_track& track) {
    constexpr std::uint32_t kOne = 0x00010000;
    constexpr std::uint32_t kMinusOne = 0xffff0000;
    const std::uint32_t width = track.width << 16;
    const std::uint32_t height = track.height << 16;
    switch (track.rotation) {
        case 90:
            return {0, kOne, 0, kMinusOne, 0, 0, height, 0, 0x40000000};
        case 180:
            return {kMinusOne, 0, 0, 0, kMinusOne, 0, width, height, 0x40000000};
        case 270:
            return {0, kMinusOne, 0, kOne, 0, 0, 0, width, 0x40000000};
        default:
            return {kOne, 0, 0, 0, kOne, 0, 0, 0, 0x40000000};
    }
}

// ISO 639-2/T in three times five bits; `und` unless the language is such a code.
std::uint16_t packed_language(std::string_view language) {
    const bool fits =
        language.size() == 3 &&
        std::all_of(language.begin(), language.end(), [](char c) { return c >= 'a' && c <= 'z'; });
    const std::string_view code = fits ? language : "und";
    return static_cast<std::uint16_t>((code[0] - 0x60) << 10 | (code[1] - 0x60) << 5 |
                                      (code[2] - 0x60));
}

std::uint32_t movie_timescale(std::span<const InitTrack> tracks) {
    for (const InitTrack& entry : tracks) {
        if (entry.track.kind == CONSORT_TRACK_AUDIO) return entry.track.timescale;
    }
    return tracks.front().track.timescale;
}

std::uint64_t movie_duration(const consort_track& track, std::uint32_t timescale) {
    return static_cast<std::uint64_t>(
        rescale(static_cast<std::int64_t>(presented_duration(track)) + start_offset(track),
                timescale, track.timescale));
}

void write_tkhd(BoxWriter& out, const consort_track& track, std::uint32_t id) {
    auto tkhd = out.full_box("tkhd", 0, 0x3);  // enabled, in the movie
    out.zeros(8);
    out.u32(id);
    out.zeros(4);
    out.u32(0);  // duration: in the fragments
    out.zeros(8);
    out.u16(0);
    out.u16(track.kind == CONSORT_TRACK_VIDEO ? 1 : 2);  // alternate_group
    out.u16(track.kind == CONSORT_TRACK_AUDIO ? 0x0100 : 0);
    out.u16(0);
    for (const std::uint32_t value : rotation_matrix(track)) out.u32(value);
    const bool video = track.kind == CONSORT_TRACK_VIDEO;
    const bool stretched = track.sar_num != 0 && track.sar_den != 0;
    const std::uint64_t width = std::uint64_t{track.width} << 16;
    const std::uint64_t shown = stretched ? width * track.sar_num / track.sar_den : width;
    out.u32(video ? static_cast<std::uint32_t>(shown) : 0);
    out.u32(video ? track.height << 16 : 0);
}

void write_elst(BoxWriter& out, const consort_track& track, std::uint32_t timescale) {
    if (track.edit_start == 0 && presented_duration(track) == track.media_duration) return;
    auto edts = out.box("edts");
    auto elst = out.full_box("elst", 1, 0);
    out.u32(1);
    out.u64(movie_duration(track, timescale));
    out.u64(static_cast<std::uint64_t>(track.edit_start));
    out.u16(1);  // media_rate
    out.u16(0);
}

void write_empty_table(BoxWriter& out, const char (&type)[5]) {
    auto table = out.full_box(type, 0, 0);
    out.u32(0);
}

Result<void> write_stbl(BoxWriter& out, const consort_track& track) {
    auto stbl = out.box("stbl");
    {
        auto stsd = out.full_box("stsd", 0, 0);
        out.u32(1);
        if (auto written = write_sample_entry(out, track); !written) return written;
    }
    write_empty_table(out, "stts");
    write_empty_table(out, "stsc");
    {
        auto stsz = out.full_box("stsz", 0, 0);
        out.u32(0);
        out.u32(0);
    }
    write_empty_table(out, "stco");
    return {};
}

Result<void> write_minf(BoxWriter& out, const consort_track& track) {
    auto minf = out.box("minf");
    if (track.kind == CONSORT_TRACK_VIDEO) {
        auto vmhd = out.full_box("vmhd", 0, 1);
        out.zeros(8);
    } else {
        auto smhd = out.full_box("smhd", 0, 0);
        out.zeros(4);
    }
    {
        auto dinf = out.box("dinf");
        auto dref = out.full_box("dref", 0, 0);
        out.u32(1);
        auto url = out.full_box("url ", 0, 1);  // the media is in this file
    }
    return write_stbl(out, track);
}

// iTunes' way to state encoder delay and padding, here for one track. FFmpeg applies no edit list
// to fragments, but it does apply this one for AAC, and so do Apple's players.
void write_gapless_note(BoxWriter& out, const consort_track& track) {
    if (!has_gapless_note(track)) return;
    const std::uint64_t length = presented_duration(track);
    const auto delay = static_cast<std::uint64_t>(track.edit_start);
    const std::uint64_t padding =
        track.media_duration > delay + length ? track.media_duration - delay - length : 0;
    char text[160];
    const int size = std::snprintf(
        text, sizeof text,
        " 00000000 %08X %08X %016llX 00000000 00000000 00000000 00000000 00000000 00000000 "
        "00000000 00000000",
        static_cast<unsigned>(delay), static_cast<unsigned>(padding),
        static_cast<unsigned long long>(length));
    auto udta = out.box("udta");
    auto meta = out.full_box("meta", 0, 0);
    {
        auto hdlr = out.full_box("hdlr", 0, 0);
        out.zeros(4);
        out.bytes("mdirappl");
        out.zeros(9);
    }
    auto ilst = out.box("ilst");
    auto item = out.box("----");
    {
        auto mean = out.full_box("mean", 0, 0);
        out.bytes("com.apple.iTunes");
    }
    {
        auto name = out.full_box("name", 0, 0);
        out.bytes("iTunSMPB");
    }
    auto data = out.full_box("data", 0, 1);  // UTF-8
    out.u32(0);
    out.bytes({text, static_cast<std::size_t>(size)});
}

Result<void> write_mdia(BoxWriter& out, const consort_track& track) {
    auto mdia = out.box("mdia");
    {
        auto mdhd = out.full_box("mdhd", 0, 0);
        out.zeros(8);
        out.u32(track.timescale);
        out.u32(0);
        out.u16(packed_language(view(track.language)));
        out.u16(0);
    }
    {
        auto hdlr = out.full_box("hdlr", 0, 0);
        out.zeros(4);
        out.bytes(track.kind == CONSORT_TRACK_VIDEO ? "vide" : "soun");
        out.zeros(12);
        out.bytes(view(track.title));
        out.u8(0);
    }
    return write_minf(out, track);
}

Result<void> write_trak(BoxWriter& out, const consort_track& track, std::uint32_t id,
                        std::uint32_t timescale, GaplessNote note) {
    auto trak = out.box("trak");
    write_tkhd(out, track, id);
    write_elst(out, track, timescale);
    if (auto done = write_mdia(out, track); !done) return done;
    if (note == GaplessNote::kWrite) write_gapless_note(out, track);
    return {};
}

void write_mvex(BoxWriter& out, std::span<const InitTrack> tracks, std::uint64_t duration) {
    auto mvex = out.box("mvex");
    {
        auto mehd = out.full_box("mehd", 1, 0);
        out.u64(duration);
    }
    std::uint32_t id = 0;
    for (const InitTrack& entry : tracks) {
        auto trex = out.full_box("trex", 0, 0);
        out.u32(++id);
        out.u32(1);
        out.u32(entry.default_duration);
        out.u32(0);
        out.u32(default_sample_flags(entry.track));
    }
}

Result<void> write_moov(BoxWriter& out, std::span<const InitTrack> tracks, std::uint32_t timescale,
                        std::uint64_t duration, GaplessNote note) {
    auto moov = out.box("moov");
    {
        auto mvhd = out.full_box("mvhd", 0, 0);
        out.zeros(8);
        out.u32(timescale);
        out.u32(0);
        out.u32(0x00010000);  // rate
        out.u16(0x0100);      // volume
        out.zeros(10);
        for (const std::uint32_t value : rotation_matrix(consort_track{})) out.u32(value);
        out.zeros(24);
        out.u32(static_cast<std::uint32_t>(tracks.size()) + 1);
    }
    std::uint32_t id = 0;
    for (const InitTrack& entry : tracks) {
        if (auto done = write_trak(out, entry.track, ++id, timescale, note); !done) return done;
    }
    write_mvex(out, tracks, duration);
    return {};
}

}  // namespace

std::uint32_t default_sample_flags(const consort_track& track) noexcept {
    const bool all_sync =
        track.kind == CONSORT_TRACK_AUDIO || (track.flags & CONSORT_TRACK_ALL_SYNC) != 0;
    return all_sync ? kSyncSample : kNonSyncSample;
}

bool has_gapless_note(const consort_track& track) noexcept {
    return view(track.codec) == "aac" && track.edit_start > 0;
}

Result<std::string> write_init_segment(std::span<const InitTrack> tracks, GaplessNote note) {
    if (tracks.empty()) return Error{CONSORT_E_INVALID, "no track to write"};
    const std::uint32_t timescale = movie_timescale(tracks);
    std::uint64_t duration = 0;
    for (const InitTrack& entry : tracks) {
        if (entry.track.timescale == 0) return Error{CONSORT_E_CORRUPT, "a track has no timescale"};
        duration = std::max(duration, movie_duration(entry.track, timescale));
    }

    std::string bytes;
    bytes.reserve(1024);
    BoxWriter out(bytes);
    {
        auto ftyp = out.box("ftyp");
        out.bytes("iso6");
        out.u32(0);
        out.bytes(tracks.size() == 1 ? "iso6cmfcmp41" : "iso6mp41");
    }
    if (auto done = write_moov(out, tracks, timescale, duration, note); !done) {
        return std::move(done).error();
    }
    return bytes;
}

}  // namespace consort::delivery
