#include "plugins/delivery/common/info_frame.hpp"

#include <array>

#include "plugins/delivery/common/box_writer.hpp"
#include "plugins/delivery/common/timeline.hpp"

namespace consort::delivery {
namespace {

constexpr std::int64_t kDecoderDelay = 529;  // of every decoder, beyond the encoder's
constexpr std::int64_t kMostDelay = 0xfff;   // twelve bits each
constexpr std::size_t kTagSize = 120 + 36;   // Info with all its fields, LAME's extension

// ISO/IEC 11172-3 and 13818-3, layer III; kbit/s by index 1 to 14.
constexpr std::array<int, 14> kRatesMpeg1{32,  40,  48,  56,  64,  80,  96,
                                          112, 128, 160, 192, 224, 256, 320};
constexpr std::array<int, 14> kRatesMpeg2{8,  16, 24, 32,  40,  48,  56,
                                          64, 80, 96, 112, 128, 144, 160};
constexpr std::array<int, 3> kSampleRates{44'100, 48'000, 32'000};

struct Header {
    std::uint32_t bits = 0;
    bool mpeg1 = false, mono = false;
    int sample_rate = 0;

    bool valid() const noexcept { return sample_rate != 0; }
    std::size_t side_information() const noexcept {
        return mpeg1 ? (mono ? 17 : 32) : (mono ? 9 : 17);
    }
};

Header parse(std::string_view bytes) {
    Header header;
    if (bytes.size() < 4) return header;
    for (int i = 0; i < 4; ++i) {
        header.bits = header.bits << 8 | static_cast<unsigned char>(bytes[static_cast<size_t>(i)]);
    }
    const std::uint32_t version = header.bits >> 19 & 3;  // 0: MPEG 2.5, 2: MPEG 2, 3: MPEG 1
    const std::uint32_t rate = header.bits >> 10 & 3;
    const bool layer3 = (header.bits >> 17 & 3) == 1;
    if (header.bits >> 21 != 0x7ff || version == 1 || !layer3 || rate == 3) return header;
    header.mpeg1 = version == 3;
    header.mono = (header.bits >> 6 & 3) == 3;
    header.sample_rate = kSampleRates[rate] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
    return header;
}

// CRC-16 as LAME computes it over the first 190 bytes of its tag's frame.
std::uint16_t crc16(std::string_view bytes) {
    std::uint16_t crc = 0;
    for (const char c : bytes) {
        crc = static_cast<std::uint16_t>(crc ^ static_cast<unsigned char>(c));
        for (int bit = 0; bit < 8; ++bit) {
            crc = static_cast<std::uint16_t>(crc & 1 ? crc >> 1 ^ 0xa001 : crc >> 1);
        }
    }
    return crc;
}

void write_tag(BoxWriter& out, const consort_track& track, std::int64_t delay,
               std::int64_t padding) {
    out.bytes("Info");
    out.u32(0x1);  // of the optional fields, only the number of frames is said
    out.u32(static_cast<std::uint32_t>(track.sample_count));
    out.bytes("LAME3.100");
    out.zeros(12);
    out.u24(static_cast<std::uint32_t>(delay << 12 | padding));
    out.zeros(10);
}

}  // namespace

std::string make_info_frame(const consort_track& track, std::string_view frame_header) {
    Header header = parse(frame_header);
    const std::int64_t delay = track.edit_start - kDecoderDelay;
    const std::int64_t end =
        track.edit_start + static_cast<std::int64_t>(presented_duration(track));
    const std::int64_t padding =
        static_cast<std::int64_t>(track.media_duration) + kDecoderDelay - end;
    if (!header.valid() || delay < 0 || delay > kMostDelay || padding < 0 || padding > kMostDelay) {
        return {};
    }
    const std::size_t needed = 4 + header.side_information() + kTagSize;
    for (std::size_t index = 1; index <= kRatesMpeg1.size(); ++index) {
        const int rate = (header.mpeg1 ? kRatesMpeg1 : kRatesMpeg2)[index - 1];
        const std::size_t size =
            static_cast<std::size_t>((header.mpeg1 ? 144'000 : 72'000) * rate / header.sample_rate);
        if (size < needed) continue;
        // No checksum, no padding, this bit rate; the rest as in the track's own frames.
        const std::uint32_t bits =
            (header.bits & ~0xf200u) | 0x10000u | static_cast<std::uint32_t>(index) << 12;
        std::string frame;
        frame.reserve(size);
        BoxWriter out(frame);
        out.u32(bits);
        out.zeros(header.side_information());
        write_tag(out, track, delay, padding);
        out.u16(crc16(frame));
        frame.resize(size, '\0');
        return frame;
    }
    return {};
}

}  // namespace consort::delivery
