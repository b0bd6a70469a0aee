#include "plugins/report/sentry/scrub_words.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace consort::sentry {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_alnum(char c) { return is_digit(c) || is_upper(c) || is_lower(c); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool of_address(char c) { return is_hex(c) || c == '.' || c == ':'; }
bool of_token(char c) { return is_alnum(c) || c == '-' || c == '_'; }

// From `at` on, as far as `belongs` says.
template <class Belongs>
std::string_view run(std::string_view text, std::size_t at, Belongs belongs) {
    std::size_t end = at;
    while (end < text.size() && belongs(text[end])) ++end;
    return text.substr(at, end - at);
}

bool is_ip(int family, std::string_view text) {
    std::array<char, INET6_ADDRSTRLEN> name{};
    std::array<char, sizeof(in6_addr)> binary{};
    if (text.size() >= name.size()) return false;
    std::ranges::copy(text, name.begin());
    return ::inet_pton(family, name.data(), binary.data()) == 1;
}

// The length of the address at the front of a run of address characters; 0: none.
std::size_t address_length(std::string_view text) {
    if (std::ranges::count(text, ':') >= 2) {
        std::string_view v6 = text;
        while (!v6.empty() && v6.back() == '.') v6.remove_suffix(1);
        if (is_ip(AF_INET6, v6)) return v6.size();
        if (v6.ends_with(':') && is_ip(AF_INET6, v6.substr(0, v6.size() - 1))) return v6.size() - 1;
    }
    const std::string_view v4 = run(text, 0, [](char c) { return is_digit(c) || c == '.'; });
    const std::string_view bare = v4.ends_with('.') ? v4.substr(0, v4.size() - 1) : v4;
    if (bare.size() < text.size() && is_hex(text[bare.size()])) return 0;
    return is_ip(AF_INET, bare) ? bare.size() : 0;
}

std::string without_addresses(std::string_view text) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        const bool begins = at == 0 || !(is_alnum(text[at - 1]) || of_address(text[at - 1]));
        if (!begins || !of_address(text[at])) {
            result += text[at++];
            continue;
        }
        const std::string_view candidate = run(text, at, of_address);
        const std::size_t length = address_length(candidate);
        const std::size_t end = at + length;
        if (length == 0 || (end < text.size() && is_alnum(text[end]))) {
            result += candidate;
            at += candidate.size();
        } else {
            result += "<address>";
            at = end;
        }
    }
    return result;
}

bool is_random(std::string_view word) {
    const auto digits = std::ranges::count_if(word, is_digit);
    const auto upper = std::ranges::count_if(word, is_upper);
    const auto lower = std::ranges::count_if(word, is_lower);
    const bool hex = std::ranges::all_of(word, [](char c) { return is_hex(c) || c == '-'; });
    if (word.size() >= 20 && hex) return digits >= 3 && upper + lower >= 1;
    return word.size() >= 32 && digits >= 2 && upper >= 2 && lower >= 2;
}

std::string without_tokens(std::string_view text) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        if (text.substr(at).starts_with("eyJ") && (at == 0 || !is_alnum(text[at - 1]))) {
            const auto token = run(text, at, [](char c) { return of_token(c) || c == '.'; });
            if (token.find('.') != token.npos) {  // a JSON web token
                result += "<token>";
                at += token.size();
                continue;
            }
        }
        const std::string_view token = run(text, at, of_token);
        if (token.empty()) {
            result += text[at++];
            continue;
        }
        result += is_random(token) ? "<token>" : std::string(token);
        at += token.size();
    }
    return result;
}

// The name behind each of these parts of a path is hidden.
std::string without_names(std::string_view text) {
    struct Place {
        std::string_view folder, name;
    };
    constexpr std::array<Place, 7> kPlaces{{{"/home/", "<user>"},
                                            {"/Users/", "<user>"},
                                            {"/run/media/", "<user>"},
                                            {"/media/", "<user>"},
                                            {"/run/user/", "<user>"},
                                            {"/s/", "<token>"},
                                            {"~", "<user>"}}};
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        const auto place = std::ranges::find_if(kPlaces, [&](const Place& candidate) {
            if (candidate.folder == "~" && at != 0) return false;
            return text.substr(at).starts_with(candidate.folder);
        });
        if (place == kPlaces.end()) {
            result += text[at++];
            continue;
        }
        result += place->folder;
        at += place->folder.size();
        const std::string_view name = run(text, at, [](char c) { return c != '/' && c != ':'; });
        if (!name.empty()) result += place->name;
        at += name.size();
    }
    return result;
}

bool is_email(std::string_view word) {
    const std::size_t at = word.find('@');
    return at != word.npos && at > 0 && at + 1 < word.size() && is_alnum(word[at + 1]) &&
           of_token(word[at - 1]);
}

std::string without_emails(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const std::string_view part = run(text, 0, [](char c) { return c != '/'; });
        result += is_email(part) ? "<email>" : std::string(part);
        text.remove_prefix(part.size());
        if (text.empty()) break;
        result += '/';
        text.remove_prefix(1);
    }
    return result;
}

}  // namespace

std::string scrub_word(std::string_view word) {
    std::string end;
    const bool is_path = word.find('/') < word.find('?');
    const std::size_t query = word.find('?');
    if (query != word.npos && query + 1 < word.size() &&
        (is_path || word.find('=', query) != word.npos)) {
        word = word.substr(0, query);
        end = "?<query>";
    }
    std::string begin;
    if (const std::size_t scheme = word.find("://"); scheme != word.npos) {
        begin = word.substr(0, scheme + 3);
        word.remove_prefix(scheme + 3);
        const std::size_t at = word.substr(0, word.find('/')).rfind('@');
        if (at != word.npos) {
            begin += "<user>@";
            word.remove_prefix(at + 1);
        }
    }
    return begin + without_addresses(without_tokens(without_emails(without_names(word)))) + end;
}

}  // namespace consort::sentry
