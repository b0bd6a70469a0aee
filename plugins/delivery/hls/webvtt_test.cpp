#include "plugins/delivery/hls/webvtt.hpp"

#include <gtest/gtest.h>

namespace consort::delivery {
namespace {

using namespace std::string_literals;

TEST(Webvtt, subrip_keeps_the_tags_that_webvtt_has) {
    EXPECT_EQ(cue_text("subrip", "<i>a</i> <font color=\"red\">b</font> 1 < 2 & 3 > 2"),
              "<i>a</i> b 1 &lt; 2 &amp; 3 &gt; 2");
    EXPECT_EQ(cue_text("subrip", "one\r\n\r\n\r\ntwo\n"), "one\ntwo");
    EXPECT_EQ(cue_text("subrip", "a <"), "a &lt;");
    EXPECT_EQ(cue_text("subrip", "--> a"), "--&gt; a");
    EXPECT_EQ(cue_text("subrip", " \r\n "), std::nullopt);
    EXPECT_EQ(cue_text("subrip", "<i></i>"), std::nullopt);
    EXPECT_EQ(cue_text("subrip", "a\xff\xc3"), "a\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(Webvtt, substation_loses_its_styles) {
    EXPECT_EQ(cue_text("ass", "0,0,Default,,0,0,0,,{\\an8\\i1}Hello,\\Nyou\\hthere\\x"),
              "Hello,\nyou there\\x");
    EXPECT_EQ(cue_text("ass", "0,0,Default"), std::nullopt);
    EXPECT_EQ(cue_text("ass", "0,0,Default,,0,0,0,,{\\p1"), std::nullopt);
}

TEST(Webvtt, timed_text_and_webvtt) {
    EXPECT_EQ(cue_text("mov_text", "\0\3abc\0\0\0\x0cstyl"s), "abc");
    EXPECT_EQ(cue_text("mov_text",
                       "\xff\xff"
                       "ab"),
              "ab");
    EXPECT_EQ(cue_text("mov_text", "\0\0"s), std::nullopt);
    EXPECT_EQ(cue_text("mov_text", "\0"s), std::nullopt);
    EXPECT_EQ(cue_text("webvtt", "<v Ann>Hi\r\n\n--> x"), "<v Ann>Hi\n--&gt; x");
}

TEST(Webvtt, a_segment_has_what_is_shown_in_it) {
    const std::vector<Cue> cues{
        {0, 1'000, "a"}, {59'000, 61'500, "b"}, {3'661'001, 3'662'000, "c"}};
    EXPECT_EQ(write_webvtt(cues, 900'000, 60'000, 120'000),
              "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n"
              "00:00:59.000 --> 00:01:01.500\nb\n");
    EXPECT_NE(write_webvtt(cues, {}).find("01:01:01.001 --> 01:01:02.000\nc\n"), std::string::npos);
}

}  // namespace
}  // namespace consort::delivery
