#include "plugins/container/ffmpeg/flac_header.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace consort::container_ffmpeg {
namespace {

template <class Word>
constexpr std::array<Word, 256> crc_table(Word polynomial) {
    constexpr unsigned kTop = sizeof(Word) * 8 - 1;
    std::array<Word, 256> table{};
    for (unsigned i = 0; i < 256; ++i) {
        auto crc = static_cast<Word>(i << (kTop - 7));
        for (int bit = 0; bit < 8; ++bit)
            crc = static_cast<Word>((crc << 1) ^ ((crc >> kTop) != 0 ? polynomial : 0));
        table[i] = crc;
    }
    return table;
}

constexpr auto kCrc8 = crc_table<std::uint8_t>(0x07);
constexpr auto kCrc16 = crc_table<std::uint16_t>(0x8005);

constexpr std::uint32_t kRates[12] = {0,      88'200, 176'400, 192'000, 8'000,  16'000,
                                      22'050, 24'000, 32'000,  44'100,  48'000, 96'000};

// Coded like UTF-8, with up to six bytes here. Advances `at`.
std::optional<std::uint32_t> coded_number(const std::uint8_t* bytes, unsigned& at) {
    const std::uint8_t lead = bytes[at++];
    if (lead < 0x80) return lead;
    const auto size = static_cast<unsigned>(std::countl_one(lead));
    if (size == 1 || size > 6) return std::nullopt;
    std::uint32_t number = lead & (0x7fu >> size);
    for (unsigned i = 1; i < size; ++i) {
        const std::uint8_t next = bytes[at++];
        if ((next & 0xc0) != 0x80) return std::nullopt;
        number = number << 6 | (next & 0x3fu);
    }
    return number;
}

}  // namespace

std::optional<FlacHeader> FlacHeader::parse(std::span<const std::uint8_t> bytes) {
    std::uint8_t b[kMost] = {};
    std::copy_n(bytes.begin(), std::min(bytes.size(), kMost), b);
    if (!flac_sync(b[0], b[1])) return std::nullopt;
    const unsigned size_code = b[2] >> 4, rate_code = b[2] & 15;
    const unsigned channel_code = b[3] >> 4, bits_code = (b[3] >> 1) & 7;
    if (size_code == 0 || rate_code == 15 || channel_code > 10 || bits_code == 3 || (b[3] & 1) != 0)
        return std::nullopt;

    FlacHeader header{};
    header.variable = (b[1] & 1) != 0;
    header.channels = channel_code < 8 ? channel_code + 1 : 2;
    header.bits_code = bits_code;
    unsigned at = 4;
    const auto number = coded_number(b, at);
    if (!number) return std::nullopt;
    header.number = *number;

    const auto byte = [&] { return std::uint32_t{b[at++]}; };
    const auto word = [&] {
        const std::uint32_t high = byte();
        return high << 8 | byte();
    };
    if (size_code == 1)
        header.samples = 192;
    else if (size_code <= 5)
        header.samples = 576u << (size_code - 2);
    else if (size_code == 6)
        header.samples = byte() + 1;
    else if (size_code == 7)
        header.samples = word() + 1;
    else
        header.samples = 256u << (size_code - 8);
    if (rate_code < 12)
        header.sample_rate = kRates[rate_code];
    else if (rate_code == 12)
        header.sample_rate = byte() * 1'000;
    else
        header.sample_rate = word() * (rate_code == 13 ? 1 : 10);
    header.bytes = at + 1;
    if (flac_crc8({b, header.bytes}) != 0) return std::nullopt;
    return header;
}

std::uint8_t flac_crc8(std::span<const std::uint8_t> bytes) {
    std::uint8_t crc = 0;
    for (const std::uint8_t byte : bytes) crc = kCrc8[crc ^ byte];
    return crc;
}

std::uint16_t flac_crc16(std::span<const std::uint8_t> bytes) {
    std::uint16_t crc = 0;
    for (const std::uint8_t byte : bytes)
        crc = static_cast<std::uint16_t>(crc << 8 ^ kCrc16[crc >> 8 ^ byte]);
    return crc;
}

}  // namespace consort::container_ffmpeg
