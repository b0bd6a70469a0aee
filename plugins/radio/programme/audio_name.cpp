#include "plugins/radio/programme/audio_name.hpp"

#include <algorithm>
#include <array>

namespace consort::radio {
namespace {

// In alphabetical order.
constexpr std::array<std::string_view, 57> kExtensions = {
    "3ga", "aa3", "aac", "ac3",  "adts", "aif",  "aifc", "aiff", "alac", "amr", "ape", "au",
    "awb", "bwf", "caf", "dff",  "dsf",  "dts",  "eac3", "ec3",  "flac", "m2a", "m4a", "m4b",
    "m4r", "mka", "mlp", "mp+",  "mp1",  "mp2",  "mp3",  "mpa",  "mpc",  "mpp", "oga", "ogg",
    "ogx", "oma", "omg", "opus", "ra",   "rf64", "rm",   "shn",  "snd",  "spx", "tak", "thd",
    "tta", "voc", "vqf", "w64",  "wav",  "wave", "weba", "wma",  "wv"};
static_assert(std::is_sorted(kExtensions.begin(), kExtensions.end()));

}  // namespace

bool is_audio_name(std::string_view name) noexcept {
    if (name.starts_with('.')) return false;
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos) return false;
    std::array<char, 4> low{};
    const std::string_view extension = name.substr(dot + 1);
    if (extension.size() > low.size()) return false;
    std::transform(extension.begin(), extension.end(), low.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return std::binary_search(kExtensions.begin(), kExtensions.end(),
                              std::string_view(low.data(), extension.size()));
}

}  // namespace consort::radio
