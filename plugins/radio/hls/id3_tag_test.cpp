#include "plugins/radio/hls/id3_tag.hpp"

#include <gtest/gtest.h>

namespace consort::radio {
namespace {

TEST(Id3Tag, TellsTheTimeAsTheStandardWantsIt) {
    const std::string tag = id3_tag(0x1'2345'6789u, nullptr);
    EXPECT_EQ(tag.substr(0, 10), std::string("ID3\4\0\0\0\0\0\x3f", 10));
    EXPECT_EQ(tag.substr(10, 10), std::string("PRIV\0\0\0\x35\0\0", 10));
    EXPECT_EQ(tag.substr(20), std::string("com.apple.streaming.transportStreamTimestamp\0"
                                          "\0\0\0\1\x23\x45\x67\x89",
                                          53));
}

TEST(Id3Tag, TimeIsOf33Bits) { EXPECT_EQ(id3_tag(0x2'0000'0005u, nullptr), id3_tag(5, nullptr)); }

TEST(Id3Tag, NamesTheTrack) {
    Track track;
    track.title = "Süß";
    track.artist = "Ärzte";
    const std::string tag = id3_tag(0, &track);
    EXPECT_NE(tag.find(std::string("TIT2\0\0\0\6\0\0\3Süß", 16)), std::string::npos);
    EXPECT_NE(tag.find(std::string("TPE1\0\0\0\7\0\0\3Ärzte", 17)), std::string::npos);
    EXPECT_EQ(tag.find("TALB"), std::string::npos);
    EXPECT_EQ(static_cast<std::size_t>(tag[8]) * 128 + static_cast<std::size_t>(tag[9]),
              tag.size() - 10);
}

TEST(Id3Tag, CutsLongTitlesBetweenCharacters) {
    Track track;
    track.title = "a";
    while (track.title.size() < 5'000) track.title += "ü";
    const std::string tag = id3_tag(0, &track);
    EXPECT_LT(tag.size(), 1'200u);
    EXPECT_TRUE(tag.ends_with("ü"));
}

}  // namespace
}  // namespace consort::radio
