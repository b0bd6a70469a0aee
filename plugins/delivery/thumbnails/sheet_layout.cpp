#include "plugins/delivery/thumbnails/sheet_layout.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace consort::thumbnails {
namespace {

constexpr std::uint64_t kMostTiles = 100'000, kMost = 100'000;

std::string clock(std::uint64_t ms) {
    char text[40];
    std::snprintf(text, sizeof text, "%02llu:%02u:%02u.%03u",
                  static_cast<unsigned long long>(ms / 3'600'000),
                  static_cast<unsigned>(ms / 60'000 % 60), static_cast<unsigned>(ms / 1'000 % 60),
                  static_cast<unsigned>(ms % 1'000));
    return text;
}

}  // namespace

std::optional<SheetLayout> SheetLayout::parse(std::string_view text) {
    SheetLayout layout;
    const struct {
        std::string_view name;
        std::uint64_t& value;
        std::uint64_t most;
    } fields[] = {{"interval", layout.interval, kMost}, {"columns", layout.columns, 100},
                  {"rows", layout.rows, 100},           {"width", layout.width, kMost},
                  {"height", layout.height, kMost},     {"tiles", layout.tiles, kMostTiles}};
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        const std::size_t equals = word.find('=');
        if (equals == word.npos) return std::nullopt;
        const std::string_view value = word.substr(equals + 1);
        for (const auto& field : fields) {
            if (field.name != word.substr(0, equals)) continue;
            const auto [end, error] =
                std::from_chars(value.data(), value.data() + value.size(), field.value);
            if (error != std::errc() || end != value.data() + value.size()) return std::nullopt;
        }
    }
    for (const auto& field : fields)
        if (field.value == 0 || field.value > field.most) return std::nullopt;
    return layout;
}

std::string SheetLayout::webvtt(std::uint64_t duration_ms, std::string_view version) const {
    std::string text = "WEBVTT\n";
    for (std::uint64_t tile = 0; tile < tiles; ++tile) {
        const std::uint64_t start = tile * interval * 1'000;
        const std::uint64_t end = std::min(start + interval * 1'000, duration_ms);
        if (start >= end) break;
        const std::uint64_t place = tile % per_sheet();
        text += '\n' + clock(start) + " --> " + clock(end) + "\nthumbnails" +
                std::to_string(tile / per_sheet()) + ".jpg?v=";
        text.append(version);
        text += "#xywh=" + std::to_string(place % columns * width) + ',' +
                std::to_string(place / columns * height) + ',' + std::to_string(width) + ',' +
                std::to_string(height) + '\n';
    }
    return text;
}

}  // namespace consort::thumbnails
