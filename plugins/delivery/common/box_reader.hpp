// For tests: reads boxes back, independently of the code that writes them.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace consort::delivery::testing {

inline std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t size) {
    if (at + size > bytes.size()) throw std::out_of_range("read past the end of a box");
    std::uint64_t value = 0;
    for (std::size_t i = at; i < at + size; ++i) {
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    }
    return value;
}

struct ReadBox {
    std::string path;  // "moov/trak/tkhd"
    std::string_view payload;
    std::size_t offset;  // of the whole box in the bytes that were read
};

// All boxes in order, containers before what they contain; throws if a size is impossible.
inline void read_boxes(std::string_view bytes, const std::string& parent, std::size_t base,
                       std::vector<ReadBox>& out) {
    constexpr std::string_view kContainers =
        "moov trak edts mdia minf stbl mvex moof traf udta ilst dinf ----";
    for (std::size_t at = 0; at < bytes.size();) {
        const std::uint64_t size = number(bytes, at, 4);
        const std::string type(bytes.substr(at + 4, 4));
        if (size < 8 || size > bytes.size() - at) throw std::out_of_range("size of " + type);
        const std::string path = parent.empty() ? type : parent + "/" + type;
        const std::string_view payload = bytes.substr(at + 8, size - 8);
        out.push_back({path, payload, base + at});
        if (kContainers.find(type) != std::string_view::npos) {
            read_boxes(payload, path, base + at + 8, out);
        }
        at += size;
    }
}

inline std::vector<ReadBox> read_boxes(std::string_view bytes) {
    std::vector<ReadBox> out;
    read_boxes(bytes, {}, 0, out);
    return out;
}

// The payload of the n-th box with that path; throws if there is none.
inline std::string_view box(std::string_view bytes, std::string_view path, std::size_t n = 0) {
    for (const ReadBox& found : read_boxes(bytes)) {
        if (found.path == path && n-- == 0) return found.payload;
    }
    throw std::out_of_range("no box " + std::string(path));
}

// The samples of a file of fragments, in the order of their tracks' runs: what a player would read.
struct ReadSample {
    std::uint32_t track = 0;
    std::int64_t decode_time = 0;
    std::uint32_t duration = 0;
    std::int32_t composition_offset = 0;
    bool sync = false;
    std::string_view bytes;
};

// `defaults`: of trex. Fragments may begin anywhere in `bytes`; offsets count from each moof.
inline std::vector<ReadSample> read_samples(std::string_view bytes, std::uint32_t trex_duration,
                                            std::uint32_t trex_flags) {
    std::vector<ReadSample> out;
    std::size_t moof = 0;
    std::uint32_t track = 0, duration = 0, size = 0;
    std::int64_t time = 0;
    for (const ReadBox& found : read_boxes(bytes)) {
        const std::string_view p = found.payload;
        if (found.path == "moof") moof = found.offset;
        if (found.path == "moof/traf/tfhd") {
            const auto flags = static_cast<std::uint32_t>(number(p, 1, 3));
            std::size_t at = 8;
            track = static_cast<std::uint32_t>(number(p, 4, 4));
            const auto next = [&](std::uint32_t bit, std::uint32_t otherwise) {
                if ((flags & bit) == 0) return otherwise;
                at += 4;
                return static_cast<std::uint32_t>(number(p, at - 4, 4));
            };
            duration = next(0x8, trex_duration);
            size = next(0x10, 0);
        }
        if (found.path == "moof/traf/tfdt") time = static_cast<std::int64_t>(number(p, 4, 8));
        if (found.path != "moof/traf/trun") continue;
        const auto flags = static_cast<std::uint32_t>(number(p, 1, 3));
        const auto count = static_cast<std::uint32_t>(number(p, 4, 4));
        std::size_t data = moof + number(p, 8, 4), at = 12;
        const auto next = [&](std::uint32_t bit, std::uint32_t otherwise) {
            if ((flags & bit) == 0) return otherwise;
            at += 4;
            return static_cast<std::uint32_t>(number(p, at - 4, 4));
        };
        const std::uint32_t first_flags = next(0x4, trex_flags);
        for (std::uint32_t i = 0; i < count; ++i) {
            ReadSample sample;
            sample.track = track;
            sample.decode_time = time;
            sample.duration = next(0x100, duration);
            const std::uint32_t sample_size = next(0x200, size);
            sample.sync = (next(0x400, i == 0 ? first_flags : trex_flags) & 0x10000) == 0;
            sample.composition_offset = static_cast<std::int32_t>(next(0x800, 0));
            sample.bytes = bytes.substr(data, sample_size);
            if (sample.bytes.size() != sample_size) throw std::out_of_range("sample bytes");
            data += sample_size;
            time += sample.duration;
            out.push_back(sample);
        }
    }
    return out;
}

}  // namespace consort::delivery::testing
