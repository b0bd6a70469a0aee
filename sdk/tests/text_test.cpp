// Encodings of text: percent-encoding and UTF-8.
#include <gtest/gtest.h>

#include <string>

#include "consort/uri.hpp"
#include "consort/utf8.hpp"

namespace consort {
namespace {

std::string all_bytes() {
    std::string all;
    for (int i = 0; i < 256; ++i) all.push_back(static_cast<char>(i));
    return all;
}

TEST(PercentEncoding, EncodesWhatAPathMayNotHold) {
    EXPECT_EQ(percent_encoded_segment("a b/ä%#?[]"), "a%20b%2F%C3%A4%25%23%3F%5B%5D");
    EXPECT_EQ(percent_encoded_segment("-._~!$&'()*+,;=:@Az09"), "-._~!$&'()*+,;=:@Az09");
    EXPECT_EQ(percent_encoded_path("/a b/c//d/"), "/a%20b/c//d/");
    EXPECT_EQ(percent_encoded_path(""), "");
    EXPECT_EQ(percent_decoded(percent_encoded_segment(all_bytes())), all_bytes());
    EXPECT_EQ(percent_decoded(percent_encoded_path(all_bytes())), all_bytes());
}

TEST(PercentEncoding, DecodesStrictlyOrLeniently) {
    EXPECT_EQ(percent_decoded("a%20%c3%A4"), "a ä");
    for (const char* bad : {"%", "a%0", "%zz", "%2x", "%%41"}) {
        EXPECT_EQ(percent_decoded(bad), std::nullopt) << bad;
        EXPECT_EQ(percent_decoded_leniently(bad), bad == std::string("%%41") ? "%A" : bad);
    }
    EXPECT_EQ(percent_decoded_leniently("a%20b%"), "a b%");
}

TEST(Utf8, KnowsItsSequences) {
    for (const char* good : {"a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                             "\xee\x80\x80", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
        EXPECT_EQ(utf8_length(good), std::string_view(good).size()) << good;
        EXPECT_TRUE(is_utf8(std::string("x") + good + "y"));
        EXPECT_FALSE(is_utf8(std::string(good).substr(0, std::string(good).size() - 1) + "\xc2"));
    }
    for (const char* bad :
         {"", "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80",
          "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc2", "\xe2\x82",
          "\xf0\x9f\x98", "\xc2 ", "\xe2\x28\xa1"})
        EXPECT_EQ(utf8_length(bad), 0u) << bad;
    EXPECT_TRUE(is_utf8(""));
    EXPECT_EQ(utf8_length(std::string_view("\0x", 2)), 1u);
}

}  // namespace
}  // namespace consort
