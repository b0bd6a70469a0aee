#include "plugins/radio/live/live_info.hpp"

#include <gtest/gtest.h>

namespace consort::radio {
namespace {

TEST(LiveInfoTest, TextsBecomeUtf8) {
    EXPECT_EQ(shown_text("Björk - Jóga"), "Björk - Jóga");
    EXPECT_EQ(shown_text("Bj\xf6rk"), "Björk");
    EXPECT_EQ(shown_text("Bj\xf6rk", "ISO-8859-1"), "Björk");
    EXPECT_EQ(shown_text("\xd0\xd2\xc9", "KOI8-R"), "при");
    EXPECT_EQ(shown_text("Björk", "UTF-8"), "Björk");
    EXPECT_EQ(shown_text("Bj\xf6rk", "UTF-8"), "Björk");  // it is not what it says
    EXPECT_EQ(shown_text("Bj\xf6rk", "no such set; really"), "Björk");
}

TEST(LiveInfoTest, TextsAreFitToBeShown) {
    EXPECT_EQ(shown_text(" a\r\nb\x01 "), "a  b");
    EXPECT_EQ(shown_text("\n"), "");
    EXPECT_EQ(shown_text("aäa", {}, 2), "a");
    EXPECT_EQ(shown_text(std::string(10'000, 'x'), {}, 100), std::string(100, 'x'));
    EXPECT_EQ(shown_text("\xed\xa0\x80"), "í\u00a0\u0080");  // a surrogate is no UTF-8
}

TEST(LiveInfoTest, ContentTypesNameDemuxers) {
    EXPECT_STREQ(demuxer_of("audio/mpeg"), "mp3");
    EXPECT_STREQ(demuxer_of("Audio/AACP; x=y"), "aac");
    EXPECT_STREQ(demuxer_of("application/ogg"), "ogg");
    EXPECT_EQ(demuxer_of("application/octet-stream"), nullptr);
    EXPECT_EQ(demuxer_of(""), nullptr);
}

}  // namespace
}  // namespace consort::radio
