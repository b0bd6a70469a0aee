#include "plugins/delivery/common/mpegts/ts_writer.hpp"

#include <algorithm>
#include <cstring>
#include <string>

namespace consort::delivery {
namespace {

constexpr std::uint64_t kPayload = 184;
constexpr std::uint64_t kClockField = 8;   // length, flags, PCR
constexpr std::uint64_t kRandomField = 2;  // length, flags
// Data arrives so long before it is decoded.
constexpr std::int64_t kLead = 63'000;
constexpr std::uint64_t kMostTicks = 1'000;  // for one sample: a minute and a half

std::uint64_t header_size(const TsWriter::Unit& unit) noexcept {
    return unit.pts == unit.dts ? 14 : 19;
}

// Every how many packets of the unit the clock speaks; 0: in the first only.
std::uint64_t clock_every(const TsWriter::Unit& unit, std::uint64_t total) noexcept {
    const std::int64_t lasts = unit.until - unit.dts;
    if (!unit.clock || lasts <= kTsClockSilence) return 0;
    return total * kTsClockSilence / (kPayload * static_cast<std::uint64_t>(lasts));
}

// ISO/IEC 13818-1, annex A.
std::uint32_t crc32(const char* data, std::size_t size) noexcept {
    std::uint32_t crc = 0xffffffff;
    for (std::size_t i = 0; i < size; ++i) {
        crc ^= static_cast<std::uint32_t>(static_cast<unsigned char>(data[i])) << 24;
        for (int bit = 0; bit < 8; ++bit) crc = crc << 1 ^ (crc >> 31 != 0 ? 0x04c11db7u : 0u);
    }
    return crc;
}

void put(char*& at, std::uint64_t value) noexcept { *at++ = static_cast<char>(value); }

void put_time(char*& at, unsigned prefix, std::int64_t time) noexcept {
    const auto value = static_cast<std::uint64_t>(time);
    put(at, prefix << 4 | (value >> 30 & 7) << 1 | 1);
    put(at, value >> 22);
    put(at, (value >> 15 & 0x7f) << 1 | 1);
    put(at, value >> 7);
    put(at, (value & 0x7f) << 1 | 1);
}

void put_clock(char*& at, std::int64_t time) noexcept {
    const auto value = static_cast<std::uint64_t>(time);
    put(at, value >> 25);
    put(at, value >> 17);
    put(at, value >> 9);
    put(at, value >> 1);
    put(at, (value & 1) << 7 | 0x7e);
    put(at, 0);
}

void put_packet_header(char* at, std::uint16_t pid, bool start, unsigned control,
                       std::uint64_t counter) noexcept {
    put(at, 0x47);
    put(at, (start ? 0x40u : 0u) | pid >> 8);
    put(at, pid);
    put(at, control << 4 | (counter & 15));
}

// An adaptation field of `size` bytes in all, filled up with stuffing.
char* put_field(char* at, std::uint64_t size, const std::int64_t* clock,
                bool random_access) noexcept {
    if (size == 0) return at;
    char* const end = at + size;
    put(at, size - 1);
    if (size == 1) return at;
    put(at, (random_access ? 0x40u : 0u) | (clock ? 0x10u : 0u));
    if (clock) put_clock(at, *clock - kLead);
    std::memset(at, 0xff, static_cast<std::size_t>(end - at));
    return end;
}

void finish_section(std::string& section) {
    const std::size_t length = section.size() + 4 - 3;
    section[1] = static_cast<char>(0xb0 | length >> 8);
    section[2] = static_cast<char>(length);
    const std::uint32_t crc = crc32(section.data(), section.size());
    for (int shift = 24; shift >= 0; shift -= 8) section += static_cast<char>(crc >> shift);
}

}  // namespace

std::uint64_t TsWriter::packets(const Unit& unit) noexcept {
    const auto some = [](std::uint64_t bytes, std::uint64_t field) {
        const std::uint64_t first = kPayload - field;
        return bytes <= first ? 1 : 1 + (bytes - first + kPayload - 1) / kPayload;
    };
    std::uint64_t total = header_size(unit) + unit.size;
    if (!unit.clock) return some(total, unit.random_access ? kRandomField : 0);
    const std::uint64_t every = clock_every(unit, total);
    if (every == 0) return some(total, kClockField);
    const std::uint64_t group = every * kPayload - kClockField;
    const std::uint64_t rest = total % group;
    return total / group * every + (rest > 0 ? some(rest, kClockField) : 0);
}

std::uint64_t TsWriter::clock_packets(const Unit& unit) noexcept {
    const std::int64_t lasts = unit.until - unit.dts;
    if (!unit.clock || lasts <= kTsClockSilence) return 0;
    if (clock_every(unit, header_size(unit) + unit.size) > 0) return 0;
    return std::min(static_cast<std::uint64_t>((lasts - 1) / kTsClockSilence), kMostTicks);
}

void TsWriter::section(std::uint16_t pid, const char* data, std::size_t size) noexcept {
    put_packet_header(to_, pid, true, 1, number_);
    to_[4] = 0;  // pointer_field
    std::memcpy(to_ + 5, data, size);
    std::memset(to_ + 5 + size, 0xff, kTsPacket - 5 - size);
    to_ += kTsPacket;
}

void TsWriter::tables() noexcept {
    using namespace std::string_literals;
    // One program, its map in kTsMapPid; version 0, one section.
    std::string pat = "\0\xb0\0\0\1\xc1\0\0\0\1\xf0\0"s;
    finish_section(pat);
    section(0, pat.data(), pat.size());

    const std::uint16_t clock = streams_.front().pid;
    std::string pmt = "\2\xb0\0\0\1\xc1\0\0"s;
    pmt += static_cast<char>(0xe0 | clock >> 8);
    pmt += static_cast<char>(clock);
    pmt += "\xf0\0"s;
    for (const TsStream& stream : streams_) {
        pmt += static_cast<char>(stream.format->stream_type);
        pmt += static_cast<char>(0xe0 | stream.pid >> 8);
        pmt += static_cast<char>(stream.pid);
        pmt += static_cast<char>(0xf0);
        pmt += static_cast<char>(stream.format->descriptors.size());
        pmt += stream.format->descriptors;
    }
    finish_section(pmt);
    section(kTsMapPid, pmt.data(), pmt.size());
}

void TsWriter::open_packet() noexcept {
    const bool first = done_ == 0;
    const bool clock = unit_.clock && (first || (every_ > 0 && done_ % every_ == 0));
    const bool random_access = first && unit_.random_access;
    const std::uint64_t needed = clock ? kClockField : random_access ? kRandomField : 0;
    const std::uint64_t left = tight_ + spread_;
    const std::uint64_t payload = tight_ > 0 ? std::min(tight_, kPayload - needed) : 1;
    (tight_ > 0 ? tight_ : spread_) -= payload;
    const std::uint64_t stuffing = kPayload - payload;
    put_packet_header(to_, streams_[unit_.stream].pid, first, stuffing > 0 ? 3 : 1,
                      counters_[unit_.stream]++);
    const std::int64_t time = first ? unit_.dts
                                    : unit_.dts + (unit_.until - unit_.dts) *
                                                      static_cast<std::int64_t>(total_ - left) /
                                                      static_cast<std::int64_t>(total_);
    to_ = put_field(to_ + 4, stuffing, clock ? &time : nullptr, random_access);
    room_ = payload;
    ++done_;
}

void TsWriter::begin(const Unit& unit, std::uint32_t spread) noexcept {
    unit_ = unit;
    const std::uint64_t header_bytes = header_size(unit);
    tight_ = header_bytes + unit.size - spread;
    spread_ = spread;
    room_ = done_ = 0;
    total_ = header_bytes + unit.size;
    // As packets() counted: without what is spread.
    every_ = clock_every(unit, total_ - spread);
    char header[19] = {0, 0, 1};
    char* at = header + 3;
    put(at, streams_[unit.stream].format->stream_id);
    const std::uint64_t length = header_bytes - 6 + unit.size;
    put(at, length > 0xffff ? 0 : length >> 8);
    put(at, length > 0xffff ? 0 : length);
    put(at, 0x84);  // the payload begins with an access unit
    const bool both = unit.pts != unit.dts;
    put(at, both ? 0xc0 : 0x80);
    put(at, both ? 10 : 5);
    put_time(at, both ? 3 : 2, unit.pts);
    if (both) put_time(at, 1, unit.dts);
    add(header, header_bytes);
}

void TsWriter::add(const char* data, std::uint64_t size) noexcept {
    while (size > 0) {
        if (room_ == 0) open_packet();
        if (room_ == kPayload && size >= kPayload) {  // mostly so, and quicker at a known length
            std::memcpy(to_, data, kPayload);
            to_ += kPayload;
            data += kPayload;
            size -= kPayload;
            room_ = 0;
            continue;
        }
        const std::uint64_t piece = std::min(size, room_);
        std::memcpy(to_, data, piece);
        to_ += piece;
        data += piece;
        size -= piece;
        room_ -= piece;
    }
}

void TsWriter::tick(const Unit& unit) noexcept {
    const std::uint64_t count = clock_packets(unit);
    for (std::uint64_t i = 1; i <= count; ++i) {
        // No payload, so the counter stands still at the last one's.
        put_packet_header(to_, streams_[unit.stream].pid, false, 2, counters_[unit.stream] + 15u);
        const std::int64_t time = unit.dts + static_cast<std::int64_t>(i) * kTsClockSilence;
        to_ = put_field(to_ + 4, kPayload, &time, false);
    }
}

}  // namespace consort::delivery
