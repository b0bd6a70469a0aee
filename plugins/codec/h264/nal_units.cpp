#include "plugins/codec/h264/nal_units.hpp"

#include <cstdio>
#include <cstring>
#include <vector>

namespace consort::h264 {
namespace {

constexpr unsigned kSei = 6, kSequence = 7, kPicture = 8;
// The UUID of libx264's user data.
constexpr std::uint8_t kSignature[16] = {0xdc, 0x45, 0xe9, 0xbd, 0xe6, 0xd9, 0x48, 0xb7,
                                         0x96, 0x2c, 0xd8, 0x20, 0xd9, 0x23, 0xee, 0xef};

// The first unit, without its length; empty if there is none.
Bytes first_unit(Bytes from) {
    if (from.size() < 5) return {};
    const std::uint32_t size = std::uint32_t{from[0]} << 24 | std::uint32_t{from[1]} << 16 |
                               std::uint32_t{from[2]} << 8 | from[3];
    return size == 0 || size > from.size() - 4 ? Bytes() : from.subspan(4, size);
}

unsigned type_of(Bytes unit) { return unit[0] & 31u; }

// SEI, payload type 5 (user data), size in bytes of 255 and a rest, UUID.
bool is_signature(Bytes unit) {
    if (type_of(unit) != kSei || unit.size() < 2 || unit[1] != 5) return false;
    std::size_t at = 2;
    while (at < unit.size() && unit[at] == 255) ++at;
    ++at;
    return at + sizeof kSignature <= unit.size() &&
           std::memcmp(unit.data() + at, kSignature, sizeof kSignature) == 0;
}

void put_set(std::string& record, Bytes unit) {
    record.push_back(static_cast<char>(unit.size() >> 8));
    record.push_back(static_cast<char>(unit.size()));
    record.append(reinterpret_cast<const char*>(unit.data()), unit.size());
}

}  // namespace

Result<std::string> configuration_record(Bytes headers) {
    Bytes sequence, picture;
    for (Bytes rest = headers;;) {
        const Bytes unit = first_unit(rest);
        if (unit.empty()) break;
        if (type_of(unit) == kSequence) sequence = unit;
        if (type_of(unit) == kPicture) picture = unit;
        rest = rest.subspan(4 + unit.size());
    }
    if (sequence.size() < 4 || picture.empty() || sequence.size() > 0xffff ||
        picture.size() > 0xffff)
        return Error{CONSORT_E_INTERNAL, "libx264 made no parameter sets"};
    std::string record;
    record.push_back(1);
    record.append(reinterpret_cast<const char*>(sequence.data() + 1), 3);
    record.push_back(static_cast<char>(0xff));  // lengths of 4 bytes
    record.push_back(static_cast<char>(0xe1));  // one sequence parameter set
    put_set(record, sequence);
    record.push_back(1);
    put_set(record, picture);
    if (sequence[1] == 100) {  // High: 4:2:0, 8 bits, 8 bits, no extensions
        for (const unsigned each : {0xfdu, 0xf8u, 0xf8u, 0u})
            record.push_back(static_cast<char>(each));
    }
    return record;
}

std::string codec_string(const std::string& record) {
    char text[16];
    const auto byte = [&](std::size_t at) {
        return static_cast<unsigned>(static_cast<std::uint8_t>(record[at]));
    };
    if (record.size() < 4) return {};
    std::snprintf(text, sizeof text, "avc1.%02X%02X%02X", byte(1), byte(2), byte(3));
    return text;
}

Bytes without_signature(Bytes unit) {
    for (Bytes rest = unit; !rest.empty();) {
        const Bytes next = first_unit(rest);
        if (next.empty()) return {};
        if (rest.data() == unit.data() && is_signature(next)) unit = rest.subspan(4 + next.size());
        rest = rest.subspan(4 + next.size());
    }
    return unit;
}

}  // namespace consort::h264
