#include "plugins/radio/sound/ogg_mapping.hpp"

#include <algorithm>
#include <array>

namespace consort::radio {
namespace {

constexpr std::string_view kVendor = "Consort";

void put_le(std::string& to, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) to.push_back(static_cast<char>(value >> (8 * i)));
}

// RFC 7845.
class OpusMapping : public OggMapping {
  public:
    explicit OpusMapping(std::string_view dops)
        : channels_(dops[1]), rate_(dops.substr(4, 4)), gain_(dops.substr(8, 2)) {
        std::reverse(rate_.begin(), rate_.end());
        std::reverse(gain_.begin(), gain_.end());
    }
    std::vector<std::string> headers(std::uint64_t skip, const Track* plays) const override {
        std::string head = "OpusHead\1";
        head.push_back(channels_);
        put_le(head, skip, 2);
        head += rate_ + gain_;
        head.push_back('\0');  // mapping family: mono or stereo
        return {head, "OpusTags" + vorbis_comments(plays)};
    }
    std::uint64_t joining_skip() const override { return 3'840; }  // RFC 7845, 4.6
    // Half a second: after the 80 ms that RFC 7845, 4.6, asks for, a decoder that starts there is
    // still 20 dB off; after this it is exact.
    std::size_t repeated() const override { return 25; }

  private:
    char channels_;
    std::string rate_, gain_;
};

// Vorbis I, 4.2 and annex A.
class VorbisMapping : public OggMapping {
  public:
    VorbisMapping(std::string identification, std::string setup)
        : identification_(std::move(identification)), setup_(std::move(setup)) {}
    std::vector<std::string> headers(std::uint64_t, const Track* plays) const override {
        return {identification_, "\3vorbis" + vorbis_comments(plays) + '\1', setup_};
    }
    // With the last packet repeated, decoders that follow the standard would give every sample, and
    // FFmpeg, which gives the sound of a link's first packet too, a thousand too many. Without,
    // they lose those 20 ms at a turn, and FFmpeg has the right number.
    std::size_t repeated() const override { return 0; }
    bool counts_first() const override { return false; }

  private:
    std::string identification_, setup_;
};

// RFC 9639, 10.1.
class FlacMapping : public OggMapping {
  public:
    explicit FlacMapping(std::string_view stream_info) : stream_info_(stream_info) {}
    std::vector<std::string> headers(std::uint64_t, const Track* plays) const override {
        std::string first(
            "\x7f"
            "FLAC\1\0\0\1fLaC",
            13);
        first += stream_info_;
        const std::string comments = vorbis_comments(plays);
        std::string second;
        second.push_back(static_cast<char>(0x84));  // the last block, VORBIS_COMMENT
        for (int shift = 16; shift >= 0; shift -= 8)
            second.push_back(static_cast<char>(comments.size() >> shift));
        return {first, second + comments};
    }
    std::size_t repeated() const override { return 0; }
    Result<void> place(std::uint64_t number, Bytes& sample) const override {
        if (renumber_flac_frame(sample, number)) return {};
        return Error{CONSORT_E_INTERNAL, "The encoder made something that is no FLAC frame."};
    }

  private:
    std::string stream_info_;  // with its block header, not marked as the last
};

std::uint32_t crc(const std::byte* bytes, std::size_t size, std::uint32_t polynomial,
                  int bits) noexcept {
    std::uint32_t value = 0;
    const std::uint32_t top = 1u << (bits - 1);
    for (std::size_t i = 0; i < size; ++i) {
        value ^= std::to_integer<std::uint32_t>(bytes[i]) << (bits - 8);
        for (int bit = 0; bit < 8; ++bit)
            value = (value & top) != 0 ? value << 1 ^ polynomial : value << 1;
    }
    return value & ((1u << bits) - 1);
}

std::array<std::uint16_t, 256> crc16_table() noexcept {
    std::array<std::uint16_t, 256> table{};
    for (std::size_t i = 0; i < table.size(); ++i) {
        const auto byte = static_cast<std::byte>(i);
        table[i] = static_cast<std::uint16_t>(crc(&byte, 1, 0x8005, 16));
    }
    return table;
}

std::uint16_t crc16(const std::byte* bytes, std::size_t size) noexcept {
    static const auto table = crc16_table();
    std::uint16_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value = static_cast<std::uint16_t>(
            value << 8 ^ table[(value >> 8 ^ std::to_integer<unsigned>(bytes[i])) & 0xff]);
    return value;
}

// As UTF-8 would code it, continued to 36 bits.
Bytes coded_number(std::uint64_t number) {
    if (number < 0x80) return {static_cast<std::byte>(number)};
    int more = 1;
    while (more < 6 && number >> (5 * more + 6) != 0) ++more;
    Bytes made{static_cast<std::byte>((0xff80u >> more & 0xffu) | (number >> (6 * more)))};
    for (int i = more - 1; i >= 0; --i)
        made.push_back(static_cast<std::byte>(0x80 | (number >> (6 * i) & 0x3f)));
    return made;
}

}  // namespace

std::string vorbis_comments(const Track* plays) {
    std::string made, list;
    std::uint32_t count = 0;
    const auto add = [&](std::string_view name, const std::string& value) {
        if (value.empty()) return;
        ++count;
        put_le(list, name.size() + 1 + value.size(), 4);
        list += std::string(name) + '=' + value;
    };
    if (plays) {
        add("TITLE", plays->title);
        add("ARTIST", plays->artist);
        add("ALBUM", plays->album);
    }
    put_le(made, kVendor.size(), 4);
    made += kVendor;
    put_le(made, count, 4);
    return made + list;
}

bool renumber_flac_frame(Bytes& frame, std::uint64_t number) {
    constexpr std::size_t kNumberAt = 4;
    if (frame.size() < 10 || frame[0] != std::byte{0xff} || frame[1] != std::byte{0xf8})
        return false;
    const auto at = [&](std::size_t i) { return std::to_integer<unsigned>(frame[i]); };
    std::size_t old = 1;
    if (const unsigned lead = at(kNumberAt); lead >= 0x80) {
        while (old < 7 && (lead & (0x80u >> old)) != 0) ++old;
        if (old == 1 || lead == 0xff) return false;
    }
    const unsigned block = at(2) >> 4, rate = at(2) & 15u;
    const std::size_t rest = (block == 6   ? 1u
                              : block == 7 ? 2u
                                           : 0u) +
                             (rate == 12                 ? 1u
                              : rate == 13 || rate == 14 ? 2u
                                                         : 0u);
    if (frame.size() < kNumberAt + old + rest + 3) return false;
    const Bytes coded = coded_number(number);
    const auto where = frame.begin() + kNumberAt;
    frame.erase(where, where + static_cast<std::ptrdiff_t>(old));
    frame.insert(frame.begin() + kNumberAt, coded.begin(), coded.end());
    const std::size_t header = kNumberAt + coded.size() + rest;
    frame[header] = static_cast<std::byte>(crc(frame.data(), header, 0x07, 8));
    const std::size_t end = frame.size() - 2;
    const std::uint16_t sum = crc16(frame.data(), end);
    frame[end] = static_cast<std::byte>(sum >> 8);
    frame[end + 1] = static_cast<std::byte>(sum & 0xff);
    return true;
}

Result<std::unique_ptr<OggMapping>> make_opus_mapping(std::string_view dops) {
    if (dops.size() < 11 || dops[0] != 0 || (dops[1] != 1 && dops[1] != 2) || dops[10] != 0)
        return Error{CONSORT_E_UNSUPPORTED, "Such Opus has no place in an Ogg stream here."};
    return std::unique_ptr<OggMapping>(std::make_unique<OpusMapping>(dops));
}

Result<std::unique_ptr<OggMapping>> make_vorbis_mapping(std::string_view laced) {
    // Xiph lacing: the number of packets less one, the sizes of all but the last, the packets.
    const Error wrong{CONSORT_E_CORRUPT, "The Vorbis encoder gave no headers."};
    std::size_t at = 1, sizes[2] = {0, 0};
    if (laced.empty() || laced[0] != 2) return wrong;
    for (std::size_t& size : sizes) {
        while (at < laced.size() && static_cast<std::uint8_t>(laced[at]) == 255) {
            size += 255;
            ++at;
        }
        if (at >= laced.size()) return wrong;
        size += static_cast<std::uint8_t>(laced[at++]);
    }
    if (sizes[0] + sizes[1] >= laced.size() - at) return wrong;
    return std::unique_ptr<OggMapping>(
        std::make_unique<VorbisMapping>(std::string(laced.substr(at, sizes[0])),
                                        std::string(laced.substr(at + sizes[0] + sizes[1]))));
}

Result<std::unique_ptr<OggMapping>> make_flac_mapping(std::string_view blocks) {
    constexpr std::size_t kStreamInfo = 4 + 34;
    if (blocks.size() < kStreamInfo || (blocks[0] & 0x7f) != 0)
        return Error{CONSORT_E_CORRUPT, "The FLAC encoder gave no STREAMINFO."};
    std::string first(blocks.substr(0, kStreamInfo));
    first[0] = 0;
    return std::unique_ptr<OggMapping>(std::make_unique<FlacMapping>(first));
}

}  // namespace consort::radio
