#include "plugins/radio/sound/source_facts.hpp"

#include <charconv>
#include <cmath>
#include <cstdlib>

namespace consort::radio {
namespace {

constexpr std::size_t kLongest = 500;     // bytes of a text
constexpr double kReplayGainLevel = -18;  // LUFS that ReplayGain 2 levels to
constexpr double kR128Level = -23;        // and R128_TRACK_GAIN (RFC 7845, 5.2.1)

std::string_view find(const Tags& tags, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names)
        for (const auto& [key, value] : tags)
            if (key == name && !value.empty()) return value;
    return {};
}

std::string cleaned(std::string_view text) {
    // Not in the middle of a character.
    std::size_t size = std::min(text.size(), kLongest);
    while (size < text.size() && size > 0 && (text[size] & 0xc0) == 0x80) --size;
    std::string made(text.substr(0, size));
    for (char& c : made)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    const auto first = made.find_first_not_of(' ');
    if (first == std::string::npos) return {};
    return made.substr(first, made.find_last_not_of(' ') - first + 1);
}

// "7", "7/12"
int number_of(std::string_view text) noexcept {
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number > 0 ? number : 0;
}

// "-6.48 dB"
std::optional<double> decibels(std::string_view text) {
    const std::string copy(text.substr(0, 32));
    char* end = nullptr;
    const double value = std::strtod(copy.c_str(), &end);
    if (end == copy.c_str() || !std::isfinite(value) || std::abs(value) > 60) return std::nullopt;
    return value;
}

std::optional<Measured> tagged(const Tags& tags, const std::string& what) {
    Measured measured;
    if (const auto gain = decibels(find(tags, {"replaygain_" + what + "_gain"}))) {
        measured.lufs = kReplayGainLevel - *gain;
    } else if (const auto r128 = find(tags, {"r128_" + what + "_gain"}); !r128.empty()) {
        int value = 0;
        const auto read = std::from_chars(r128.data(), r128.data() + r128.size(), value);
        if (read.ec != std::errc() || std::abs(value) > 60 * 256) return std::nullopt;
        measured.lufs = kR128Level - value / 256.0;
    } else {
        return std::nullopt;
    }
    const auto peak = decibels(find(tags, {"replaygain_" + what + "_peak"}));
    if (peak && *peak > 0) measured.peak = peak;
    return measured;
}

std::string unescaped(std::string_view text) {
    std::string made;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned value = 0;
        const auto* from = text.data() + i + 1;
        if (text[i] == '%' && i + 2 < text.size() &&
            std::from_chars(from, from + 2, value, 16).ptr == from + 2) {
            made += static_cast<char>(value);
            i += 2;
        } else {
            made += text[i];
        }
    }
    return made;
}

}  // namespace

std::string name_of_file(std::string_view uri) {
    const bool is_uri = uri.find("://") != std::string_view::npos;
    while (!uri.empty() && uri.back() == '/') uri.remove_suffix(1);
    std::string_view last = uri.substr(uri.rfind('/') + 1);
    const std::string name = is_uri ? unescaped(last) : std::string(last);
    const auto dot = name.rfind('.');
    const std::string clean =
        cleaned(dot == std::string::npos || dot == 0 ? name : name.substr(0, dot));
    return clean.empty() ? "Unknown" : clean;
}

SourceFacts facts_of(const Entry& entry, const Tags& tags) {
    SourceFacts facts;
    auto track = std::make_shared<Track>();
    track->uri = entry.uri;
    track->jingle = entry.jingle;
    track->title = cleaned(find(tags, {"title"}));
    if (track->title.empty()) track->title = name_of_file(entry.uri);
    track->artist = cleaned(find(tags, {"artist", "album_artist", "albumartist"}));
    track->album = cleaned(find(tags, {"album"}));
    if (!track->album.empty())
        facts.album = entry.uri.substr(0, entry.uri.rfind('/') + 1) + '\n' + track->album;
    facts.disc = number_of(find(tags, {"disc", "discnumber"}));
    facts.number = number_of(find(tags, {"track", "tracknumber"}));
    facts.tagged = tagged(tags, "track");
    facts.tagged_album = tagged(tags, "album");
    facts.track = std::move(track);
    return facts;
}

bool is_album_join(const SourceFacts& first, const SourceFacts& second) noexcept {
    if (first.album.empty() || first.album != second.album) return false;
    if (first.track->jingle || second.track->jingle) return false;
    if (first.number != 0 && second.number != 0) {
        if (first.disc == second.disc) return second.number == first.number + 1;
        return second.disc == first.disc + 1 && second.number == 1;
    }
    return first.track->uri < second.track->uri;
}

}  // namespace consort::radio
