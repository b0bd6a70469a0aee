#include "plugins/container/ffmpeg/test_flac.hpp"

#include "plugins/container/ffmpeg/flac_header.hpp"

namespace consort::container_ffmpeg::testing {
namespace {

// Most significant byte first.
void put(Blob& out, std::uint64_t value, unsigned bytes) {
    while (bytes-- != 0) out.push_back(static_cast<std::uint8_t>(value >> (8 * bytes)));
}

void put_coded(Blob& out, std::uint64_t number) {
    if (number < 0x80) return put(out, number, 1);
    unsigned more = 1;
    while (more < 6 && number >> (5 * more + 6) != 0) ++more;
    out.push_back(static_cast<std::uint8_t>((0xff80 >> more) | number >> (6 * more)));
    while (more-- != 0)
        out.push_back(static_cast<std::uint8_t>(0x80 | (number >> (6 * more) & 0x3f)));
}

}  // namespace

Blob flac_frame_header(const FlacFrame& frame) {
    Blob header{0xff, static_cast<std::uint8_t>(0xf8 | (frame.variable ? 1 : 0)),
                static_cast<std::uint8_t>(0x70 | frame.rate_code),
                static_cast<std::uint8_t>(frame.channel_code << 4 | frame.bits_code << 1)};
    put_coded(header, frame.number);
    put(header, frame.samples - 1, 2);
    if (frame.rate_code >= 12) put(header, 44, frame.rate_code == 12 ? 1 : 2);
    header.push_back(flac_crc8(header));
    return header;
}

Blob flac_frame(const FlacFrame& frame, const Blob& body) {
    Blob bytes = flac_frame_header(frame);
    bytes.insert(bytes.end(), body.begin(), body.end());
    put(bytes, flac_crc16(bytes), 2);
    return bytes;
}

Blob flac_start(std::uint32_t rate, unsigned channels, std::uint64_t total,
                std::uint32_t least_frame) {
    Blob bytes{'f', 'L', 'a', 'C'};
    put(bytes, 0x80000022, 4);
    put(bytes, 16, 2);
    put(bytes, 65'535, 2);
    put(bytes, least_frame, 3);
    put(bytes, 0, 3);
    put(bytes,
        std::uint64_t{rate} << 44 | std::uint64_t{channels - 1} << 41 | std::uint64_t{15} << 36 |
            total,
        8);
    bytes.resize(bytes.size() + 16);
    return bytes;
}

}  // namespace consort::container_ffmpeg::testing
