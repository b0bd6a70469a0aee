// The part of scrub() that looks at a single word: a path, a URL, an address.
#pragma once

#include <string>
#include <string_view>

namespace consort::sentry {

// `word` has no blanks and no quotes.
std::string scrub_word(std::string_view word);

}  // namespace consort::sentry
