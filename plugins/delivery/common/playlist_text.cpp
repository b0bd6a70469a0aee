#include "plugins/delivery/common/playlist_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "plugins/delivery/common/timeline.hpp"

namespace consort::delivery {

void PlaylistText::begin(int version) {
    line("#EXTM3U");
    line("#EXT-X-VERSION:", std::to_string(version));
}

void PlaylistText::extinf(std::uint64_t start, std::uint64_t end, std::uint32_t timescale) {
    const auto micros = [timescale](std::uint64_t time) {
        return rescale(static_cast<std::int64_t>(time), 1'000'000, timescale);
    };
    const auto length = static_cast<long long>(micros(end) - micros(start));
    char text[24];
    const char* const end_of_seconds =
        std::to_chars(text, text + sizeof text, length / 1'000'000).ptr;
    char fraction[7] = {'.', '0', '0', '0', '0', '0', '0'};
    for (auto [rest, i] = std::pair(std::abs(length % 1'000'000), 6); i > 0; --i, rest /= 10) {
        fraction[i] = static_cast<char>('0' + rest % 10);
    }
    line("#EXTINF:", std::string_view(text, static_cast<std::size_t>(end_of_seconds - text)),
         std::string_view(fraction, sizeof fraction), ",");
}

std::uint64_t target_duration(std::uint64_t longest, std::uint32_t timescale) noexcept {
    return std::max<std::uint64_t>(1, (longest + timescale / 2) / timescale);
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte != 0x7f) out += c == '"' ? '\'' : c;
    }
    out += '"';
    return out;
}

}  // namespace consort::delivery
