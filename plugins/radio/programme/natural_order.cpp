#include "plugins/radio/programme/natural_order.hpp"

#include <algorithm>
#include <cstdint>

namespace consort::radio {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

std::uint32_t small(std::uint32_t c) {
    if (c == '.') return 0;  // "x.mp3" comes before "x 2.mp3"
    if (c >= 'A' && c <= 'Z') return c + 0x20;
    if (c >= 0xC0 && c <= 0xDE && c != 0xD7) return c + 0x20;     // Latin-1
    if (c >= 0x391 && c <= 0x3A9 && c != 0x3A2) return c + 0x20;  // Greek
    if (c >= 0x410 && c <= 0x42F) return c + 0x20;                // Cyrillic
    if (c >= 0x400 && c <= 0x40F) return c + 0x50;
    return c;
}

// Takes a character off the front. Only sequences of two bytes are joined, because no others hold
// letters that `small` knows: the order of UTF-8's bytes is that of its code points.
std::uint32_t take(std::string_view& text) {
    const auto first = static_cast<unsigned char>(text.front());
    text.remove_prefix(1);
    if (first < 0xC2 || text.empty()) return first < 0x80 ? small(first) : first << 16;
    const auto second = static_cast<unsigned char>(text.front());
    if (first > 0xDF || (second & 0xC0) != 0x80) return std::uint32_t{first} << 16;
    text.remove_prefix(1);
    return small((first & 0x1Fu) << 6 | (second & 0x3Fu));
}

std::string_view take_number(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
    std::size_t length = 0;
    while (length < text.size() && digit(text[length])) ++length;
    const std::string_view number = text.substr(0, length);
    text.remove_prefix(length);
    return number;
}

// Negative, zero, positive. Zero does not mean equal bytes.
int compare_segments(std::string_view a, std::string_view b) {
    while (!a.empty() && !b.empty()) {
        if (digit(a.front()) && digit(b.front())) {
            const std::string_view left = take_number(a);
            const std::string_view right = take_number(b);
            if (left.size() != right.size()) return left.size() < right.size() ? -1 : 1;
            if (const int order = left.compare(right); order != 0) return order;
        } else {
            const std::uint32_t left = take(a);
            const std::uint32_t right = take(b);
            if (left != right) return left < right ? -1 : 1;
        }
    }
    return static_cast<int>(!a.empty()) - static_cast<int>(!b.empty());
}

std::string_view take_segment(std::string_view& path) {
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(segment.size() + 1, path.size()));
    return segment;
}

}  // namespace

bool natural_less(std::string_view a, std::string_view b) noexcept {
    std::string_view left = a;
    std::string_view right = b;
    while (!left.empty() && !right.empty()) {
        const int order = compare_segments(take_segment(left), take_segment(right));
        if (order != 0) return order < 0;
    }
    if (left.empty() != right.empty()) return left.empty();
    return a < b;
}

}  // namespace consort::radio
