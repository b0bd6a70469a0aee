// Borrowed strings on both sides of the border.
#pragma once

#include <string_view>

#include "consort/abi/base.h"

namespace consort {
inline namespace v1 {

// Borrowed as long as its source is.
inline std::string_view view(consort_str text) noexcept {
    return text.ptr ? std::string_view(text.ptr, text.len) : std::string_view();
}

// An empty text keeps a pointer that is not NULL, because some calls give NULL a meaning.
inline consort_str str(std::string_view text) noexcept {
    return {text.data() ? text.data() : "", text.size()};
}

}  // namespace v1
}  // namespace consort
