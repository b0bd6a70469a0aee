#include "plugins/radio/sound/plain_format.hpp"

#include <gtest/gtest.h>

namespace consort::radio {
namespace {

TEST(AdtsHeader, TellsWhatTheConfigurationSays) {
    // AAC-LC, 44100 Hz, stereo.
    const auto header = AdtsHeader::make(std::string_view("\x12\x10", 2));
    ASSERT_TRUE(header.ok());
    const auto bytes = header->of(371 - AdtsHeader::kSize);
    const std::array<unsigned, 7> expected = {0xff, 0xf1, 0x50, 0x80, 0x2e, 0x7f, 0xfc};
    for (std::size_t i = 0; i < expected.size(); ++i)
        EXPECT_EQ(std::to_integer<unsigned>(bytes[i]), expected[i]) << i;
}

TEST(AdtsHeader, RefusesWhatItHasNoPlaceFor) {
    EXPECT_FALSE(AdtsHeader::make("").ok());
    EXPECT_FALSE(AdtsHeader::make(std::string_view("\x2b\x11\x88", 3)).ok());  // HE-AAC, explicit
    EXPECT_FALSE(AdtsHeader::make(std::string_view("\x17\x90", 2)).ok());      // rate written out
}

}  // namespace
}  // namespace consort::radio
