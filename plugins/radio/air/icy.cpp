#include "plugins/radio/air/icy.hpp"

namespace consort::radio {

namespace {

// As a value between quotes: no quote before a semicolon, no control characters.
std::string as_value(std::string_view text, std::size_t most) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) {
            out += ' ';
        } else if (c == '\'' && (i + 1 == text.size() || text[i + 1] == ';')) {
            out += "\xe2\x80\x99";  // the typographic apostrophe
        } else {
            out += c;
        }
    }
    if (out.size() <= most) return out;
    while (most > 0 && (static_cast<unsigned char>(out[most]) & 0xc0) == 0x80) --most;
    out.resize(most);
    return out;
}

}  // namespace

std::string display_title(const Track& track) {
    std::string text = track.artist.empty() ? track.title : track.artist + " - " + track.title;
    for (char& c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) c = ' ';
    }
    return text;
}

std::string icy_block(const Track& track, std::string_view url) {
    constexpr std::string_view before = "StreamTitle='", between = "';StreamUrl='", after = "';";
    const std::string address = as_value(url, 1'000);
    const std::size_t fixed = before.size() + between.size() + address.size() + after.size();
    std::string text(before);
    text += as_value(display_title(track), most_icy_text - fixed);
    text += between;
    text += address;
    text += after;
    const std::size_t units = (text.size() + 15) / 16;
    std::string block(1, static_cast<char>(units));
    block += text;
    block.resize(1 + units * 16, '\0');
    return block;
}

}  // namespace consort::radio
