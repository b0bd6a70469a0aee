#include "plugins/report/sentry/scrub.hpp"

#include <algorithm>
#include <array>

#include "plugins/report/sentry/scrub_words.hpp"

namespace consort::sentry {

namespace {

enum class Meaning { plain, user, secret, credentials, address };

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if (c == '-') c = '_';
    }
    return result;
}

template <std::size_t Count>
bool one_of(const std::string& word, const std::array<std::string_view, Count>& list) {
    return std::ranges::find(list, word) != list.end();
}

// What a key says of its value.
Meaning meaning_of(std::string_view key) {
    constexpr std::array<std::string_view, 8> kUsers{"user",  "username", "user_name", "login",
                                                     "owner", "account",  "user_id",   "email"};
    constexpr std::array<std::string_view, 9> kSecrets{"password", "passwd",      "passphrase",
                                                       "pwd",      "credentials", "session",
                                                       "cookie",   "set_cookie",  "sentry_key"};
    constexpr std::array<std::string_view, 2> kCredentials{"bearer", "basic"};
    constexpr std::array<std::string_view, 8> kAddresses{
        "client", "remote",          "remote_address", "ip",
        "peer",   "x_forwarded_for", "forwarded",      "user_agent"};
    const std::string word = lower(key);
    if (one_of(word, kUsers)) return Meaning::user;
    if (one_of(word, kSecrets)) return Meaning::secret;
    if (one_of(word, kCredentials)) return Meaning::credentials;
    if (one_of(word, kAddresses)) return Meaning::address;
    for (const std::string_view part :
         {"secret", "token", "api_key", "apikey", "authorization", "signature", "private_key"}) {
        if (word.find(part) != word.npos) return Meaning::secret;
    }
    return Meaning::plain;
}

const char* placeholder(Meaning meaning) {
    switch (meaning) {
        case Meaning::user:
            return "<user>";
        case Meaning::address:
            return "<address>";
        case Meaning::credentials:
            return "<token>";
        default:
            return "<secret>";
    }
}

bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }

bool separates(char c) {
    return static_cast<unsigned char>(c) <= ' ' || is_quote(c) ||
           std::string_view("<>(){},;|").find(c) != std::string_view::npos;
}

// "key=value", "key:" and plain words, one after the other.
class Scrubber {
  public:
    std::string run(std::string_view text) {
        for (std::size_t at = 0; at < text.size();) {
            if (separates(text[at])) {
                quoted_ = is_quote(text[at]);
                if (text[at] == ',' || text[at] == ';') expected_ = Meaning::plain;
                result_ += text[at++];
                continue;
            }
            std::size_t end = at;
            while (end < text.size() && !separates(text[end])) ++end;
            take(text.substr(at, end - at));
            at = end;
        }
        return std::move(result_);
    }

  private:
    void take(std::string_view word) {
        if (expected_ != Meaning::plain && (word == ":" || word == "=")) {  // "password": "…"
            result_ += word;
            assigned_ = true;
            return;
        }
        if (expected_ != Meaning::plain && hides(word)) {
            // "Authorization: Bearer x": the scheme is told, and the next word is hidden.
            if (meaning_of(word) == Meaning::credentials) {
                result_ += word;
            } else {
                result_ += placeholder(expected_);
                forget();
            }
            return;
        }
        forget();
        const std::size_t equals = word.find('=');
        if (equals != word.npos && equals > 0 && word.find('?') > equals) {
            const std::string_view key = word.substr(0, equals);
            const Meaning meaning = meaning_of(key);
            result_ += scrub_word(key);
            result_ += '=';
            if (meaning == Meaning::plain) {
                result_ += scrub_word(word.substr(equals + 1));
            } else if (equals + 1 == word.size()) {
                expect(meaning, true);
            } else {
                result_ += placeholder(meaning);
            }
            return;
        }
        const bool assigned = word.ends_with(':');
        const Meaning meaning = meaning_of(word.substr(0, word.size() - (assigned ? 1 : 0)));
        if (meaning != Meaning::plain) expect(meaning, assigned);
        result_ += scrub_word(word);
    }

    // After "user" a name may follow or any other word; after "user:" it is a name.
    bool hides(std::string_view word) const {
        if (assigned_ || quoted_) return true;
        if (expected_ != Meaning::credentials) return false;
        return word.size() >= 16 || word.ends_with('=') ||
               std::ranges::any_of(word, [](char c) { return c >= '0' && c <= '9'; });
    }
    void expect(Meaning meaning, bool assigned) {
        expected_ = meaning;
        assigned_ = assigned;
    }
    void forget() { expect(Meaning::plain, false); }

    std::string result_;
    Meaning expected_ = Meaning::plain;
    bool assigned_ = false, quoted_ = false;
};

}  // namespace

std::string scrub(std::string_view text) { return Scrubber().run(text); }

std::string scrub_field(std::string_view name, std::string_view value) {
    const Meaning meaning = meaning_of(name);
    return meaning == Meaning::plain ? scrub(value) : placeholder(meaning);
}

}  // namespace consort::sentry
