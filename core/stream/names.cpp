#include "core/stream/names.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace consort::stream {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array<Pair, 9> kWholeCodecs{{
    {"mp4a.40.34", "mp3"},
    {"mp4a.6b", "mp3"},
    {"mp4a.69", "mp3"},
    {"mp4a.40.42", "xhe-aac"},
    {"ac-3", "ac3"},
    {"ec-3", "eac3"},
    {"vp08", "vp8"},
    {"mp4v.20.9", "mpeg4"},
    {"mp4a.a5", "ac3"},
}};
// Up to the first dot.
constexpr std::array<Pair, 12> kCodecs{{
    {"mp4a", "aac"},
    {"avc1", "h264"},
    {"avc3", "h264"},
    {"hvc1", "hevc"},
    {"hev1", "hevc"},
    {"dvh1", "hevc"},
    {"dvhe", "hevc"},
    {"h265", "hevc"},
    {"vp09", "vp9"},
    {"av01", "av1"},
    {"sowt", "pcm"},
    {"twos", "pcm"},
}};
// The part of the media type behind the slash, without "x-".
constexpr std::array<Pair, 12> kContainers{{
    {"mpeg", "mp3"},
    {"m4a", "mp4"},
    {"m4v", "mp4"},
    {"quicktime", "mp4"},
    {"matroska", "mkv"},
    {"wave", "wav"},
    {"vnd.wave", "wav"},
    {"aacp", "aac"},
    {"adts", "aac"},
    {"mp2t", "ts"},
    {"opus", "ogg"},
    {"oga", "ogg"},
}};

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

template <std::size_t Size>
const std::string_view* find(const std::array<Pair, Size>& table, std::string_view key) {
    const auto found = std::ranges::find(table, key, &Pair::first);
    return found == table.end() ? nullptr : &found->second;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

}  // namespace

std::string codec_name(std::string_view codec) {
    std::string key = lower(codec);
    if (const auto* name = find(kWholeCodecs, key)) return std::string(*name);
    key.resize(std::min(key.find('.'), key.size()));
    if (const auto* name = find(kCodecs, key)) return std::string(*name);
    if (key.starts_with("pcm_")) return "pcm";
    return key;
}

std::string container_name(std::string_view media_type) {
    std::string key = lower(trimmed(media_type.substr(0, media_type.find(';'))));
    key.erase(0, key.find('/') + 1);  // npos + 1 is 0
    if (key.starts_with("x-")) key.erase(0, 2);
    if (const auto* name = find(kContainers, key)) return std::string(*name);
    return key;
}

std::vector<std::string> name_list(std::string_view words, std::string (*name)(std::string_view)) {
    std::vector<std::string> names;
    while (!words.empty()) {
        const std::size_t comma = std::min(words.find(','), words.size());
        const std::string_view word = trimmed(words.substr(0, comma));
        words.remove_prefix(std::min(comma + 1, words.size()));
        if (word.empty()) continue;
        std::string found = name(word);
        if (std::ranges::find(names, found) == names.end()) names.push_back(std::move(found));
    }
    return names;
}

bool is_lossless(std::string_view codec) noexcept {
    return codec == "flac" || codec == "alac" || codec == "pcm" || codec == "wavpack" ||
           codec == "ape" || codec == "tta";
}

}  // namespace consort::stream
