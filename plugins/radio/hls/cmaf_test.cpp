#include "plugins/radio/hls/cmaf.hpp"

#include <gtest/gtest.h>

#include <array>

#include "plugins/delivery/common/fragment.hpp"
#include "plugins/delivery/common/init_segment.hpp"

namespace consort::radio {
namespace {

FrameCoding flac() {
    std::string info("\x80\0\0\x22", 4);
    for (char c = 0; c < 34; ++c) info.push_back(c);
    return {"flac", info, 44'100, 2, 16};
}

std::size_t at(const std::string& bytes, const std::string& box) { return bytes.find(box) - 4; }

// The boxes of the packaging of files, which has the same standards.
std::string box_of(const std::string& bytes, const std::string& type) {
    const std::size_t from = at(bytes, type);
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i)
        size = size << 8 | static_cast<unsigned char>(bytes[from + i]);
    return bytes.substr(from, size);
}

TEST(Cmaf, TheBeginningIsThatOfPackagedFiles) {
    const FrameCoding coding = flac();
    delivery::InitTrack file{};
    file.track.struct_size = sizeof file.track;
    file.track.kind = CONSORT_TRACK_AUDIO;
    file.track.timescale = file.track.sample_rate = coding.rate;
    file.track.codec = {"flac", 4};
    file.track.configuration = {coding.configuration.data(), coding.configuration.size()};
    file.track.channels = 2;
    file.track.bits_per_sample = 16;
    file.default_duration = 4'608;
    const auto expected = delivery::write_init_segment(std::span(&file, 1));
    ASSERT_TRUE(expected.ok());
    const std::string made = cmaf_init(coding, 4'608);
    for (const char* box : {"ftyp", "mvhd", "tkhd", "mdhd", "hdlr", "smhd", "dinf", "dfLa", "stts",
                            "stsc", "stsz", "stco", "trex"})
        EXPECT_EQ(box_of(made, box), box_of(*expected, box)) << box;
}

TEST(Cmaf, FragmentsAreThoseOfPackagedFiles) {
    const std::array<std::uint32_t, 3> sizes{10, 300, 70'000};
    std::vector<consort_sample> samples;
    for (const std::uint32_t size : sizes) {
        consort_sample sample{};
        sample.size = size;
        sample.duration = 960;
        sample.flags = CONSORT_SAMPLE_SYNC;
        samples.push_back(sample);
    }
    samples.front().decode_time = 0x1'2345'6789;
    const delivery::FragmentRun run{0, 3, 0};
    delivery::FragmentTrack track;
    track.default_duration = 960;
    track.default_flags = 0x02000000;
    track.samples = samples;
    track.runs = std::span(&run, 1);
    std::string expected;
    delivery::write_fragment_header(expected, 7, std::span(&track, 1), 70'310);
    const std::string made = cmaf_head(7, 0x1'2345'6789, sizes);
    for (const char* box : {"mfhd", "tfdt", "tfhd"})
        EXPECT_EQ(box_of(made, box), box_of(expected, box)) << box;
    EXPECT_EQ(made.size(), expected.size());
    EXPECT_EQ(made.substr(at(made, "trun")), expected.substr(at(expected, "trun")));
}

TEST(Cmaf, AnEventCarriesATag) {
    const std::string made = cmaf_event(48'000, 0x1'0000'0002, 9, "tag");
    EXPECT_EQ(made, std::string("\0\0\0\x41"
                                "emsg\1\0\0\0\0\0\xbb\x80\0\0\0\1\0\0\0\2\xff\xff\xff\xff\0\0\0\x09"
                                "https://aomedia.org/emsg/ID3\0\0tag",
                                65));
}

TEST(Cmaf, WhatHasNoPlaceIsNotTaken) {
    EXPECT_TRUE(cmaf_carries(flac()));
    for (FrameCoding wrong :
         {FrameCoding{"vorbis", std::string(100, 'x'), 48'000, 2, 0},
          FrameCoding{"opus", "short", 48'000, 2, 0}, FrameCoding{"flac", "short", 48'000, 2, 16},
          FrameCoding{"opus", std::string(11, '\0'), 0, 2, 0}})
        EXPECT_FALSE(cmaf_carries(wrong)) << wrong.codec;
}

}  // namespace
}  // namespace consort::radio
