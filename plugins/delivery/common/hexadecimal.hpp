// Numbers as text in names and tags.
#pragma once

#include <charconv>
#include <cstdint>
#include <iterator>
#include <string>

namespace consort::delivery {

// Lower case, without leading zeros.
inline std::string hexadecimal(std::uint64_t value) {
    char text[16];
    return {text, std::to_chars(std::begin(text), std::end(text), value, 16).ptr};
}

}  // namespace consort::delivery
