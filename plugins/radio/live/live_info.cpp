#include "plugins/radio/live/live_info.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <memory>
#include <type_traits>
#include <utility>

#include "consort/utf8.hpp"

namespace consort::radio {

namespace {

std::string from_latin_1(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            out += c;
        } else {
            out += static_cast<char>(0xc0 | byte >> 6);
            out += static_cast<char>(0x80 | (byte & 0x3f));
        }
    }
    return out;
}

std::optional<std::string> from_charset(std::string_view text, const std::string& charset) {
    struct Close {
        void operator()(iconv_t converter) const noexcept { ::iconv_close(converter); }
    };
    const iconv_t opened = ::iconv_open("UTF-8", charset.c_str());
    // NOLINTNEXTLINE: the interface's own way to say that it failed
    if (opened == reinterpret_cast<iconv_t>(-1)) return std::nullopt;
    const std::unique_ptr<std::remove_pointer_t<iconv_t>, Close> converter(opened);
    std::string in(text), out(4 * text.size() + 16, '\0');
    char *from = in.data(), *to = out.data();
    std::size_t left = in.size(), room = out.size();
    if (::iconv(converter.get(), &from, &left, &to, &room) == static_cast<std::size_t>(-1))
        return std::nullopt;
    out.resize(out.size() - room);
    return out;
}

bool is_charset_name(std::string_view name) noexcept {
    return !name.empty() && name.size() <= 40 && std::ranges::all_of(name, [](unsigned char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '-' || c == '_';
    });
}

}  // namespace

std::string shown_text(std::string_view text, std::string_view charset, std::size_t most) {
    text = text.substr(0, 4 * most);
    std::optional<std::string> converted;
    if (is_charset_name(charset)) converted = from_charset(text, std::string(charset));
    std::string out = converted       ? *std::move(converted)
                      : is_utf8(text) ? std::string(text)
                                      : from_latin_1(text);
    for (char& c : out)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    if (out.size() > most) {
        while (most > 0 && (static_cast<unsigned char>(out[most]) & 0xc0) == 0x80) --most;
        out.resize(most);
    }
    const std::size_t first = out.find_first_not_of(' ');
    if (first == std::string::npos) return {};
    return out.substr(first, out.find_last_not_of(' ') - first + 1);
}

const char* demuxer_of(std::string_view content_type) noexcept {
    constexpr std::array<std::pair<std::string_view, const char*>, 14> known{{
        {"audio/mpeg", "mp3"},
        {"audio/mp3", "mp3"},
        {"audio/x-mpeg", "mp3"},
        {"audio/aac", "aac"},
        {"audio/aacp", "aac"},
        {"audio/x-aac", "aac"},
        {"audio/ogg", "ogg"},
        {"application/ogg", "ogg"},
        {"application/x-ogg", "ogg"},
        {"audio/opus", "ogg"},
        {"audio/flac", "flac"},
        {"audio/x-flac", "flac"},
        {"audio/webm", "matroska"},
        {"video/webm", "matroska"},
    }};
    const std::string_view type = content_type.substr(0, content_type.find_first_of("; \t"));
    for (const auto& [name, demuxer] : known) {
        const bool same = std::ranges::equal(
            type, name, [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
        if (same) return demuxer;
    }
    return nullptr;
}

}  // namespace consort::radio
