#include "plugins/delivery/dash/xml_text.hpp"

namespace consort::delivery {

std::string xml_escaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            case '\t':
            case '\n':
            case '\r':
                out += ' ';
                break;
            case '\xef':  // U+FFFE and U+FFFF are no characters of XML
                if (text.substr(i, 2) == "\xef\xbf" && i + 2 < text.size() &&
                    static_cast<unsigned char>(text[i + 2]) >= 0xbe) {
                    i += 2;
                    break;
                }
                out += c;
                break;
            default:
                if (static_cast<unsigned char>(c) >= 0x20) out += c;
        }
    }
    return out;
}

}  // namespace consort::delivery
