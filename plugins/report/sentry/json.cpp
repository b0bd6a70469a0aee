#include "plugins/report/sentry/json.hpp"

#include "consort/utf8.hpp"

namespace consort::sentry {

namespace {

bool continues(unsigned char c) { return (c & 0xc0) == 0x80; }

}  // namespace

void append_json(std::string& out, std::string_view text) {
    constexpr char kDigits[] = "0123456789abcdef";
    out += '"';
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const char c = text.front();
        if (length == 0) {
            out += "\xef\xbf\xbd";
        } else if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            out += "\\u00";
            out += kDigits[static_cast<unsigned char>(c) >> 4];
            out += kDigits[static_cast<unsigned char>(c) & 15];
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    out += '"';
}

std::string shortened(std::string_view text, std::size_t bytes) {
    if (text.size() <= bytes) return std::string(text);
    while (bytes > 0 && continues(static_cast<unsigned char>(text[bytes]))) --bytes;
    return std::string(text.substr(0, bytes)) + "…";
}

}  // namespace consort::sentry
