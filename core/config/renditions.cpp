#include "core/config/renditions.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/config/keys.hpp"

namespace consort::config {

namespace {

constexpr std::string_view kSection = "renditions.";
constexpr std::string_view kOptions = ".options";
constexpr std::size_t kLongestName = 40;

struct NumberKey {
    std::string_view name;
    std::uint32_t RenditionSettings::*member;
    std::uint32_t most;
};
constexpr std::array kNumbers{
    NumberKey{"bit_rate", &RenditionSettings::bit_rate, 1'000'000'000},
    NumberKey{"sample_rate", &RenditionSettings::sample_rate, 768'000},
    NumberKey{"channels", &RenditionSettings::channels, 64},
    NumberKey{"bits_per_sample", &RenditionSettings::bits_per_sample, 32},
    NumberKey{"height", &RenditionSettings::height, 8'640},
};
constexpr std::array<std::string_view, 9> kKeys{"codec",    "bit_rate",        "sample_rate",
                                                "channels", "bits_per_sample", "height",
                                                "listed",   "enabled",         "options"};

RenditionSettings audio(std::string name, std::string codec, std::uint32_t bit_rate, bool listed) {
    RenditionSettings made;
    made.name = std::move(name);
    made.codec = std::move(codec);
    made.bit_rate = bit_rate;
    made.channels = bit_rate != 0 ? 2 : 0;
    made.listed = listed;
    return made;
}

RenditionSettings video(std::string name, std::uint32_t height, std::uint32_t bit_rate) {
    RenditionSettings made;
    made.name = std::move(name);
    made.codec = "h264";
    made.bit_rate = bit_rate;
    made.height = height;
    return made;
}

// Sheets of small pictures for scrubbing; no player's rendition.
RenditionSettings thumbnails() {
    RenditionSettings made;
    made.name = "thumbnails";
    made.codec = "jpeg";
    made.height = 90;
    made.listed = false;
    return made;
}

bool good_name(std::string_view name) {
    const auto good = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    return !name.empty() && name.size() <= kLongestName && std::ranges::all_of(name, good);
}

std::string known_keys() {
    std::string text;
    for (const std::string_view key : kKeys) text += (text.empty() ? "" : ", ") + std::string(key);
    return text;
}

}  // namespace

std::vector<RenditionSettings> built_in_renditions() {
    return {
        audio("aac-64", "aac", 64'000, true),
        audio("aac-128", "aac", 128'000, true),
        audio("aac-256", "aac", 256'000, true),
        audio("aac-320", "aac", 320'000, true),
        audio("flac", "flac", 0, true),
        audio("opus-128", "opus", 128'000, false),
        audio("mp3-320", "mp3", 320'000, false),
        audio("vorbis-160", "vorbis", 160'000, false),
        video("h264-360", 360, 800'000),
        video("h264-480", 480, 1'400'000),
        video("h264-720", 720, 2'800'000),
        video("h264-1080", 1'080, 5'000'000),
        thumbnails(),
    };
}

RenditionReader::RenditionReader(std::vector<std::string>& mistakes) : mistakes_(mistakes) {
    for (RenditionSettings& one : built_in_renditions()) all_.push_back({std::move(one), 0});
}

RenditionReader::Begun& RenditionReader::find(const std::string& name, unsigned line) {
    const auto same = [&](const Begun& begun) { return begun.rendition.name == name; };
    const auto found = std::ranges::find_if(all_, same);
    if (found != all_.end()) return *found;
    all_.push_back({});
    all_.back().rendition.name = name;
    all_.back().line = line;
    return all_.back();
}

void RenditionReader::wrong(const TomlEntry& entry, const std::string& what) {
    const std::string key = entry.name.empty() ? "" : " " + entry.name;
    mistakes_.push_back("[" + entry.section + "]" + key + ", line " + std::to_string(entry.line) +
                        ": " + what);
}

std::string RenditionReader::assign(RenditionSettings& rendition, const std::string& key,
                                    const Raw& value) {
    for (const NumberKey& number : kNumbers) {
        if (number.name != key) continue;
        const auto* given = std::get_if<std::int64_t>(&value);
        if (given == nullptr || *given < 0 || *given > number.most)
            return "must be a whole number from 0 to " + std::to_string(number.most);
        rendition.*number.member = static_cast<std::uint32_t>(*given);
        return {};
    }
    if (key == "codec") {
        const auto* text = std::get_if<std::string>(&value);
        if (text == nullptr || text->empty()) return "must be the name of an encoder, in quotes";
        rendition.codec = *text;
        return {};
    }
    if (key == "listed" || key == "enabled") {
        const auto* truth = std::get_if<bool>(&value);
        if (truth == nullptr) return "must be true or false";
        (key == "listed" ? rendition.listed : rendition.enabled) = *truth;
        return {};
    }
    if (key == "options") return "must be a table of texts: { preset = \"fast\" }";
    const std::string_view hint = nearest(key, kKeys);
    return "unknown key" + (hint.empty() ? "; known keys: " + known_keys()
                                         : ": did you mean '" + std::string(hint) + "'?");
}

bool RenditionReader::take(const TomlEntry& entry) {
    if (!entry.section.starts_with(kSection)) return false;
    std::string name = entry.section.substr(kSection.size());
    const bool options = name.ends_with(kOptions) && name.size() > kOptions.size();
    if (options) name.resize(name.size() - kOptions.size());
    if (!good_name(name)) {
        if (entry.name.empty())
            wrong(entry, "the name of a rendition may have a to z, 0 to 9, - and _, at most " +
                             std::to_string(kLongestName));
        return true;
    }
    RenditionSettings& rendition = find(name, entry.line).rendition;
    if (entry.name.empty()) return true;
    if (!options) {
        if (const std::string what = assign(rendition, entry.name, entry.value); !what.empty())
            wrong(entry, what);
    } else if (const auto* text = std::get_if<std::string>(&entry.value); text != nullptr) {
        rendition.options[entry.name] = *text;
    } else {
        wrong(entry, "must be a text in quotes");
    }
    return true;
}

std::vector<RenditionSettings> RenditionReader::finish() && {
    std::vector<RenditionSettings> enabled;
    for (Begun& begun : all_) {
        if (begun.rendition.codec.empty())
            mistakes_.push_back("[" + std::string(kSection) + begun.rendition.name + "], line " +
                                std::to_string(begun.line) +
                                ": codec is missing: it names the encoder, such as \"aac\"");
        else if (begun.rendition.enabled)
            enabled.push_back(std::move(begun.rendition));
    }
    return enabled;
}

}  // namespace consort::config
