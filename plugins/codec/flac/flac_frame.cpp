#include "plugins/codec/flac/flac_frame.hpp"

extern "C" {
#include <libavutil/crc.h>
}

namespace consort::codec {
namespace {

std::uint8_t crc8(const std::uint8_t* bytes, std::size_t size) {
    return static_cast<std::uint8_t>(av_crc(av_crc_get_table(AV_CRC_8_ATM), 0, bytes, size));
}
// FFmpeg computes big-endian checksums with their bytes swapped.
std::uint16_t crc16(const std::uint8_t* bytes, std::size_t size) {
    const std::uint32_t crc = av_crc(av_crc_get_table(AV_CRC_16_ANSI), 0, bytes, size);
    return static_cast<std::uint16_t>((crc & 0xff) << 8 | (crc >> 8 & 0xff));
}

constexpr std::size_t kNumberAt = 4;

struct Header {
    std::uint64_t number = 0;
    std::size_t number_bytes = 0;
    std::size_t size = 0;  // with the checksum
};

std::optional<Header> parse(std::span<const std::uint8_t> b) {
    // Sync code, the reserved bit, and a fixed block size.
    if (b.size() < 8 || b[0] != 0xff || b[1] != 0xf8) return std::nullopt;
    Header header;
    const std::uint8_t lead = b[kNumberAt];
    std::size_t more = 0;
    if (lead < 0x80) {
        header.number = lead;
    } else {
        while (more < 6 && (lead & (0x40 >> more)) != 0) ++more;
        if (more == 0 || lead == 0xff) return std::nullopt;
        header.number = more < 6 ? lead & (0x3fu >> more) : 0;
    }
    header.number_bytes = 1 + more;
    const unsigned block = b[2] >> 4, rate = b[2] & 15u;
    header.size = kNumberAt + header.number_bytes +
                  (block == 6   ? 1u
                   : block == 7 ? 2u
                                : 0u) +
                  (rate == 12                 ? 1u
                   : rate == 13 || rate == 14 ? 2u
                                              : 0u) +
                  1;
    if (b.size() < header.size + 2) return std::nullopt;
    for (std::size_t i = 1; i <= more; ++i) {
        if ((b[kNumberAt + i] & 0xc0) != 0x80) return std::nullopt;
        header.number = header.number << 6 | (b[kNumberAt + i] & 0x3fu);
    }
    if (crc8(b.data(), header.size - 1) != b[header.size - 1]) return std::nullopt;
    return header;
}

void put(std::string& to, std::uint64_t value, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
        to.push_back(static_cast<char>(value >> shift));
}

}  // namespace

std::string coded_number(std::uint64_t number) {
    if (number < 0x80) return std::string(1, static_cast<char>(number));
    int more = 1;
    while (more < 6 && number >> (5 * more + 6) != 0) ++more;
    std::string made(1, static_cast<char>((0xff80u >> more & 0xffu) | (number >> (6 * more))));
    for (int i = more - 1; i >= 0; --i)
        made.push_back(static_cast<char>(0x80 | (number >> (6 * i) & 0x3f)));
    return made;
}

std::optional<std::uint64_t> frame_number(std::span<const std::uint8_t> frame) {
    const auto header = parse(frame);
    if (!header) return std::nullopt;
    const std::size_t end = frame.size() - 2;
    if (crc16(frame.data(), end) != (frame[end] << 8 | frame[end + 1])) return std::nullopt;
    return header->number;
}

bool renumber_frame(std::vector<std::uint8_t>& frame, std::uint64_t number) {
    const auto header = parse(frame);
    if (!header) return false;
    const std::string coded = coded_number(number);
    const auto at = frame.begin() + kNumberAt;
    frame.erase(at, at + static_cast<std::ptrdiff_t>(header->number_bytes));
    frame.insert(frame.begin() + kNumberAt, coded.begin(), coded.end());
    const std::size_t size = header->size - header->number_bytes + coded.size();
    frame[size - 1] = crc8(frame.data(), size - 1);
    const std::size_t end = frame.size() - 2;
    const std::uint16_t crc = crc16(frame.data(), end);
    frame[end] = static_cast<std::uint8_t>(crc >> 8);
    frame[end + 1] = static_cast<std::uint8_t>(crc);
    return true;
}

std::string stream_info(const FlacStream& stream) {
    std::string made;
    put(made, 0x80000000u | 34, 4);  // the last metadata block, STREAMINFO, 34 bytes
    put(made, stream.block_size, 2);
    put(made, stream.block_size, 2);
    put(made, 0, 6);  // the frames' least and greatest size: not known
    const std::uint64_t frames = stream.frames < std::uint64_t{1} << 36 ? stream.frames : 0;
    put(made,
        std::uint64_t{stream.rate} << 44 | std::uint64_t{stream.channels - 1} << 41 |
            std::uint64_t{stream.bits - 1} << 36 | frames,
        8);
    made.append(16, '\0');
    return made;
}

}  // namespace consort::codec
