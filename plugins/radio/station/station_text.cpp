#include "plugins/radio/station/station_text.hpp"

namespace consort::radio {

namespace {

constexpr std::string_view blanks = " \t\r\n";

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> parse_words(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> words;
    std::size_t at = 0;
    while ((at = text.find_first_not_of(blanks, at)) != std::string_view::npos) {
        const std::size_t equals = text.find_first_of("= \t\r\n\"", at);
        if (equals == std::string_view::npos || text[equals] != '=' || equals == at) {
            const std::size_t end = text.find_first_of(blanks, at);
            return Error{CONSORT_E_INVALID,
                         "holds '" + std::string(text.substr(at, end - at)) +
                             "', which is not key=value; put values with blanks in quotes"};
        }
        std::string key(text.substr(at, equals - at)), value;
        at = equals + 1;
        if (at < text.size() && text[at] == '"') {
            for (++at; at < text.size() && text[at] != '"'; ++at) {
                if (text[at] == '\\' && at + 1 < text.size()) ++at;
                value += text[at];
            }
            if (at == text.size())
                return Error{CONSORT_E_INVALID, "lacks the quote that ends the value of " + key};
            ++at;
        } else {
            const std::size_t end = text.find_first_of(blanks, at);
            value = text.substr(at, end - at);
            at = end == std::string_view::npos ? text.size() : end;
        }
        words.emplace_back(std::move(key), std::move(value));
    }
    return words;
}

}  // namespace consort::radio
