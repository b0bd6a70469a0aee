#include "core/http/range.hpp"

#include <gtest/gtest.h>

#include <string>

namespace consort::http {
namespace {

using Kind = RangeChoice::Kind;

void expect_ranges(const std::string& header, std::uint64_t size,
                   const std::vector<ByteRange>& expected) {
    const RangeChoice choice = parse_range(header, size);
    EXPECT_EQ(choice.kind, Kind::partial) << header;
    EXPECT_EQ(choice.ranges, expected) << header;
}

TEST(Range, FirstAndLast) {
    expect_ranges("bytes=0-0", 10, {{0, 0}});
    expect_ranges("bytes=2-5", 10, {{2, 5}});
    expect_ranges("bytes=2-", 10, {{2, 9}});
    expect_ranges("bytes=2-99", 10, {{2, 9}});
    expect_ranges("bytes=9-9", 10, {{9, 9}});
    expect_ranges("BYTES = 0-1", 10, {{0, 1}});
}

TEST(Range, Suffix) {
    expect_ranges("bytes=-3", 10, {{7, 9}});
    expect_ranges("bytes=-30", 10, {{0, 9}});
}

TEST(Range, Lists) {
    expect_ranges("bytes=0-1, 4-5 ,-1", 10, {{0, 1}, {4, 5}, {9, 9}});
    expect_ranges("bytes=,0-1,,", 10, {{0, 1}});
    expect_ranges("bytes=0-1,50-60", 10, {{0, 1}});
}

TEST(Range, NumbersBeyondSixtyFourBits) {
    expect_ranges("bytes=0-99999999999999999999999", 10, {{0, 9}});
    expect_ranges("bytes=-99999999999999999999999", 10, {{0, 9}});
    EXPECT_EQ(parse_range("bytes=99999999999999999999999-", 10).kind, Kind::unsatisfiable);
}

TEST(Range, Unsatisfiable) {
    for (const char* header : {"bytes=10-", "bytes=10-11,20-", "bytes=-0"}) {
        EXPECT_EQ(parse_range(header, 10).kind, Kind::unsatisfiable) << header;
    }
    EXPECT_EQ(parse_range("bytes=0-", 0).kind, Kind::unsatisfiable);
    EXPECT_EQ(parse_range("bytes=-5", 0).kind, Kind::unsatisfiable);
}

TEST(Range, MalformedOrForeignMeansTheWhole) {
    for (const char* header :
         {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "items=0-1", "bytes=0-1;",
          "bytes=+1-2", "bytes=1--2", "bytes=0x1-2", "0-1"}) {
        EXPECT_EQ(parse_range(header, 10).kind, Kind::whole) << header;
    }
}

TEST(Range, AbuseMeansTheWhole) {
    std::string many = "bytes=0-0";
    for (std::size_t i = 0; i < max_ranges; ++i) many += ",0-0";
    EXPECT_EQ(parse_range(many, 1000).kind, Kind::whole);
    EXPECT_EQ(parse_range("bytes=0-,0-,0-", 1000).kind, Kind::whole);
}

}  // namespace
}  // namespace consort::http
