#include "core/catalog/text.hpp"

#include <sodium.h>
#include <unicode/coll.h>
#include <unicode/normalizer2.h>
#include <unicode/sortkey.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <stdexcept>

namespace consort::catalog {
namespace {

// 40 bytes tell all but very long titles apart; the row id breaks the tie.
constexpr std::int32_t kSortKeyBytes = 40;
constexpr std::size_t kMaxText = 4096;

icu::UnicodeString from_utf8(std::string_view text) {
    text = text.substr(0, kMaxText);
    return icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Accents of alphabets in which a word without them is still the same word to somebody who
// searches. Vowel signs of Indic scripts and the voicing marks of kana are none of these.
bool is_accent(UChar32 c) {
    return (c >= 0x0300 && c <= 0x036F) || (c >= 0x0591 && c <= 0x05C7) ||
           (c >= 0x064B && c <= 0x065F) || c == 0x0670 || (c >= 0x1AB0 && c <= 0x1AFF) ||
           (c >= 0x1DC0 && c <= 0x1DFF) || (c >= 0x20D0 && c <= 0x20FF) ||
           (c >= 0xFE20 && c <= 0xFE2F);
}

bool is_apostrophe(UChar32 c) {
    return c == '\'' || c == 0x2019 || c == 0x2018 || c == 0x02BC || c == '`' || c == 0x00B4;
}

// Letters with a stroke and ligatures, which Unicode does not decompose.
const char* plain_letters(UChar32 c) {
    switch (c) {
        case 0x00F8:
            return "o";
        case 0x0142:
            return "l";
        case 0x0111:
        case 0x00F0:
            return "d";
        case 0x0127:
            return "h";
        case 0x0131:
            return "i";
        case 0x0167:
            return "t";
        case 0x00FE:
            return "th";
        case 0x00E6:
            return "ae";
        case 0x0153:
            return "oe";
        default:
            return nullptr;
    }
}

bool stands_alone(UChar32 c) {
    if (c < 0x1100) return false;
    return u_hasBinaryProperty(c, UCHAR_IDEOGRAPHIC) || (c >= 0x3040 && c <= 0x30FF) ||
           (c >= 0xAC00 && c <= 0xD7A3);
}

void drop_trailing_blank(std::string& text) {
    while (!text.empty() && text.back() == ' ') text.pop_back();
}

std::string fold_ascii(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (char c : text.substr(0, kMaxText)) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            out.push_back(c);
        else if (!is_apostrophe(c) && !out.empty() && out.back() != ' ')
            out.push_back(' ');
    }
    drop_trailing_blank(out);
    return out;
}

const icu::Normalizer2& normalizer(const icu::Normalizer2* (*get)(UErrorCode&)) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* found = get(status);
    if (U_FAILURE(status) || found == nullptr)
        throw std::runtime_error("The Unicode data of ICU is missing; install libicu72 again.");
    return *found;
}

std::string fold_words(std::string_view text, bool split) {
    if (is_ascii(text)) return fold_ascii(text);
    static const icu::Normalizer2& casefold =
        normalizer([](UErrorCode& s) { return icu::Normalizer2::getNFKCCasefoldInstance(s); });
    static const icu::Normalizer2& decompose =
        normalizer([](UErrorCode& s) { return icu::Normalizer2::getNFDInstance(s); });
    static const icu::Normalizer2& compose =
        normalizer([](UErrorCode& s) { return icu::Normalizer2::getNFCInstance(s); });

    UErrorCode status = U_ZERO_ERROR;
    const icu::UnicodeString parts =
        decompose.normalize(casefold.normalize(from_utf8(text), status), status);
    icu::UnicodeString kept;
    for (std::int32_t i = 0; i < parts.length(); i = parts.moveIndex32(i, 1)) {
        const UChar32 c = parts.char32At(i);
        if (!is_accent(c)) kept.append(c);
    }
    const icu::UnicodeString whole = compose.normalize(kept, status);
    if (U_FAILURE(status)) return fold_ascii(text);

    std::string out;
    const auto blank = [&] {
        if (!out.empty() && out.back() != ' ') out.push_back(' ');
    };
    for (std::int32_t i = 0; i < whole.length(); i = whole.moveIndex32(i, 1)) {
        const UChar32 c = whole.char32At(i);
        if (const char* plain = plain_letters(c)) {
            out += plain;
        } else if (u_isalnum(c) || (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0) {
            const bool alone = split && stands_alone(c);
            if (alone) blank();
            icu::UnicodeString(c).toUTF8String(out);
            if (alone) blank();
        } else if (!is_apostrophe(c)) {
            blank();
        }
    }
    drop_trailing_blank(out);
    return out;
}

std::string_view without_article(std::string_view text) {
    for (const std::string_view article : {"the ", "a ", "an "}) {
        if (text.size() <= article.size()) continue;
        const bool same = std::equal(
            article.begin(), article.end(), text.begin(),
            [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b); });
        if (same) return text.substr(article.size());
    }
    return text;
}

const icu::Collator& collator() {
    static const std::unique_ptr<icu::Collator> made = [] {
        UErrorCode status = U_ZERO_ERROR;
        std::unique_ptr<icu::Collator> root(
            icu::Collator::createInstance(icu::Locale::getRoot(), status));
        if (U_SUCCESS(status)) root->setAttribute(UCOL_NUMERIC_COLLATION, UCOL_ON, status);
        if (U_FAILURE(status))
            throw std::runtime_error(
                "The collation data of ICU is missing; install libicu72 again.");
        return root;
    }();
    return *made;
}

}  // namespace

std::string clean(std::string_view text) {
    text = text.substr(0, kMaxText);
    std::string out;
    if (is_ascii(text)) {
        for (const char c : text)
            if (c >= ' ' && c != 0x7F)
                out.push_back(c);
            else if (c == '\n' || c == '\t')
                out.push_back(' ');
    } else {
        const icu::UnicodeString wide = from_utf8(text);
        icu::UnicodeString kept;
        for (std::int32_t i = 0; i < wide.length(); i = wide.moveIndex32(i, 1)) {
            const UChar32 c = wide.char32At(i);
            if (c == '\n' || c == '\t')
                kept.append(static_cast<UChar32>(' '));
            else if (u_charType(c) != U_CONTROL_CHAR)
                kept.append(c);
        }
        kept.trim();
        kept.toUTF8String(out);
    }
    drop_trailing_blank(out);
    out.erase(0, std::min(out.find_first_not_of(' '), out.size()));
    return out;
}

std::string fold(std::string_view text) {
    std::string folded = fold_words(text, false);
    // A name made of nothing but punctuation is a name all the same.
    return folded.empty() ? clean(text) : folded;
}

std::string search_text(std::string_view text) { return fold_words(text, true); }

std::string sort_key(std::string_view text) {
    constexpr char kDigits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUV";  // base32hex keeps the order
    std::uint8_t bytes[kSortKeyBytes] = {};
    const icu::UnicodeString wide = from_utf8(without_article(text));
    std::int32_t size = collator().getSortKey(wide, bytes, kSortKeyBytes);
    size = std::min(size, kSortKeyBytes);
    while (size > 0 && bytes[size - 1] == 0) --size;
    std::string key;
    std::uint32_t bits = 0, held = 0;
    for (std::int32_t i = 0; i < size; ++i) {
        bits = (bits << 8 | bytes[i]) & 0xFFFF;
        for (held += 8; held >= 5; held -= 5) key.push_back(kDigits[bits >> (held - 5) & 31]);
    }
    if (held > 0) key.push_back(kDigits[bits << (5 - held) & 31]);
    return key;
}

std::string make_uid(std::initializer_list<std::string_view> parts) {
    constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyz234567";
    static const bool ready = sodium_init() >= 0;
    if (!ready) throw std::runtime_error("libsodium does not start.");
    crypto_generichash_state state;
    crypto_generichash_init(&state, nullptr, 0, 16);
    for (const std::string_view part : parts) {
        crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(part.data()),
                                  part.size());
        crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(""), 1);
    }
    unsigned char hash[16];
    crypto_generichash_final(&state, hash, sizeof hash);
    std::string uid;
    for (std::size_t bit = 0; bit < 100; bit += 5) {
        const unsigned pair = static_cast<unsigned>(hash[bit / 8]) << 8 | hash[bit / 8 + 1];
        uid.push_back(kLetters[pair >> (11 - bit % 8) & 31]);
    }
    return uid;
}

std::string percent_decode(std::string_view text) {
    const auto nibble = [](char c) {
        return c >= '0' && c <= '9'   ? c - '0'
               : c >= 'A' && c <= 'F' ? c - 'A' + 10
               : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                      : -1;
    };
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && nibble(text[i + 1]) >= 0 &&
            nibble(text[i + 2]) >= 0) {
            out.push_back(static_cast<char>(nibble(text[i + 1]) << 4 | nibble(text[i + 2])));
            i += 2;
        } else {
            out.push_back(text[i]);
        }
    }
    return out;
}

}  // namespace consort::catalog
