// Text of any language, made comparable, sortable, searchable. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace consort::catalog {

// The input with bytes that are not UTF-8 as U+FFFD, control characters and surrounding blanks
// gone.
std::string clean(std::string_view text);

// Two names that a person calls the same fold to the same: case, accents, width and punctuation do
// not count. Words are separated by single blanks.
std::string fold(std::string_view text);

// fold() with every ideograph, kana and Hangul syllable as a word of its own, so that any run of
// them can be found.
std::string search_text(std::string_view text);

// Orders as the Unicode Collation Algorithm does (root locale, digits by value); the leading
// English article is ignored. ASCII letters and digits, to be compared byte by byte.
std::string sort_key(std::string_view text);

// 20 characters of [a-z2-7] that depend on all of the parts.
std::string make_uid(std::initializer_list<std::string_view> parts);

std::string percent_decode(std::string_view text);

}  // namespace consort::catalog
