#include "plugins/container/ffmpeg/test_flac.hpp"

#include "plugins/container/ffmpeg/flac_header.hpp"
#include "plugins/container/ffmpeg/flac_index.hpp"
#include "plugins/container/ffmpeg/mpeg_audio.hpp"
#include "plugins/container/ffmpeg/packet_index.hpp"

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

std::uint64_t flac_frames_start(const Blob& bytes) {
    std::uint64_t at = id3v2_size(bytes) + 4;
    for (bool last = false; !last;) {
        const std::uint8_t* block = bytes.data() + at;
        last = (block[0] & 0x80) != 0;
        at += 4 + (std::uint64_t{block[1]} << 16 | std::uint64_t{block[2]} << 8 | block[3]);
    }
    return at;
}

bool flac_by_headers(const Blob& bytes, std::size_t block) {
    bool enough = false;
    const std::uint8_t* info = bytes.data() + id3v2_size(bytes) + 8;
    const FlacStream stream{unsigned{info[10]} << 12 | unsigned{info[11]} << 4 | info[12] >> 4,
                            ((info[12] >> 1) & 7u) + 1};
    const auto scan = [&](Input& input, const IndexSink&) -> Result<void> {
        ByteWindow window(input, block, block, 64 << 10);
        enough = flac_frames(window, flac_frames_start(bytes), stream).has_value();
        return {};
    };
    return index_by(scan, bytes, "x.flac").result.ok() && enough;
}

CollectedIndex index_by_packets(const Blob& bytes) {
    const auto make = [](Input& input, const IndexSink& sink) {
        ByteWindow window(input, 1 << 20, 1 << 20);
        return index_packets(window, input.name(), Format::kFlac, sink);
    };
    return index_by(make, bytes, "x.flac");
}

}  // namespace consort::container_ffmpeg::testing
