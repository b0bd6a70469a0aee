#include "plugins/radio/station/json.hpp"

#include <array>
#include <boost/json.hpp>
#include <cmath>
#include <cstdio>

#include "consort/utf8.hpp"

namespace consort::radio {

std::string json_text(std::string_view text) {
    std::string out = "\"";
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const char c = text[0];
        if (length == 0) {
            out += "\xef\xbf\xbd";
        } else if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            std::array<char, 8> escaped{};
            std::snprintf(escaped.data(), escaped.size(), "\\u%04x", static_cast<unsigned>(c));
            out += escaped.data();
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out + '"';
}

std::string json_number(double value) {
    if (!std::isfinite(value)) return "0";
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%.3f", value);
    std::string out(text.data());
    while (out.back() == '0') out.pop_back();
    if (out.back() == '.') out.pop_back();
    return out == "-0" ? "0" : out;
}

Result<std::vector<std::pair<std::string, std::string>>> parse_string_map(std::string_view json) {
    boost::system::error_code error;
    const boost::json::value parsed =
        boost::json::parse(boost::json::string_view(json.data(), json.size()), error);
    if (error) return Error{CONSORT_E_INVALID, "is not JSON (" + error.message() + ")"};
    if (!parsed.is_object()) return Error{CONSORT_E_INVALID, "is not a JSON object"};
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const auto& [key, value] : parsed.get_object()) {
        if (!value.is_string())
            return Error{CONSORT_E_INVALID,
                         "names something that is not a text for '" + std::string(key) + "'"};
        pairs.emplace_back(std::string(key), std::string(value.get_string()));
    }
    return pairs;
}

}  // namespace consort::radio
