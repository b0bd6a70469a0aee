#include "plugins/radio/sound/ogg_mapping.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "plugins/codec/flac/flac_frame.hpp"

namespace consort::radio {
namespace {

using namespace std::string_literals;

TEST(OggMapping, OpusHeadFollowsRfc7845) {
    // dOps: version, 2 channels, pre-skip 312, 44100 Hz, gain 256, family 0.
    const auto mapping = make_opus_mapping("\0\2\1\x38\0\0\xac\x44\1\0\0"s);
    ASSERT_TRUE(mapping.ok());
    const auto headers = (*mapping)->headers(960, nullptr);
    ASSERT_EQ(headers.size(), 2u);
    EXPECT_EQ(headers[0], "OpusHead\1\2\xc0\3\x44\xac\0\0\0\1\0"s);
    EXPECT_EQ(headers[1], "OpusTags\7\0\0\0Consort\0\0\0\0"s);
    EXPECT_FALSE(make_opus_mapping("\0\6\1\x38\0\0\xac\x44\1\0\1"s).ok());
    EXPECT_FALSE(make_opus_mapping("").ok());
}

TEST(OggMapping, VorbisTagsAreReplaced) {
    Track track;
    track.title = "Ü";
    track.album = "B";
    const auto mapping = make_vorbis_mapping("\2\2\3idcomthe setup"s);
    ASSERT_TRUE(mapping.ok());
    const auto headers = (*mapping)->headers(0, &track);
    ASSERT_EQ(headers.size(), 3u);
    EXPECT_EQ(headers[0], "id");
    EXPECT_EQ(headers[1], "\3vorbis\7\0\0\0Consort\2\0\0\0\x8\0\0\0TITLE=Ü\7\0\0\0ALBUM=B\1"s);
    EXPECT_EQ(headers[2], "the setup");
}

TEST(OggMapping, DamagedConfigurationsAreRefused) {
    for (const std::string& laced : {""s, "\2"s, "\2\xff"s, "\2\xff\xff"s, "\2\5\5abc"s, "\1\1ab"s})
        EXPECT_FALSE(make_vorbis_mapping(laced).ok());
    EXPECT_FALSE(make_flac_mapping("too short").ok());
}

TEST(OggMapping, FlacFramesGetOtherNumbers) {
    // A frame as it might be: the number, and the checksums, are what counts.
    std::vector<std::uint8_t> frame = {0xff, 0xf8, 0xc9, 0x18, 0x00, 0x00};
    frame.resize(40, 0x5a);
    frame[5] = 0;
    Bytes bytes(frame.size());
    std::transform(frame.begin(), frame.end(), bytes.begin(),
                   [](std::uint8_t byte) { return std::byte{byte}; });
    for (const std::uint64_t number : {0ull, 127ull, 128ull, 2'047ull, 2'048ull, 65'536ull,
                                       1'000'000ull, 40'000'000ull, (1ull << 36) - 1, 5ull}) {
        ASSERT_TRUE(renumber_flac_frame(bytes, number));
        std::vector<std::uint8_t> raw(bytes.size());
        std::transform(bytes.begin(), bytes.end(), raw.begin(),
                       [](std::byte byte) { return std::to_integer<std::uint8_t>(byte); });
        EXPECT_EQ(codec::frame_number(raw), number);
    }
    EXPECT_EQ(bytes.size(), frame.size());
    Bytes other(40, std::byte{0x11});
    EXPECT_FALSE(renumber_flac_frame(other, 1));
    Bytes shortest(bytes.begin(), bytes.begin() + 6);
    EXPECT_FALSE(renumber_flac_frame(shortest, 1));
}

}  // namespace
}  // namespace consort::radio
