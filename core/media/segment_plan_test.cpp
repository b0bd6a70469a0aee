#include "core/media/segment_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/media/bit_rates.hpp"
#include "core/media/index_writer.hpp"
#include "core/media/listing.hpp"
#include "core/media/test_world.hpp"

namespace consort::media {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

consort_track coded(std::uint64_t duration, std::int64_t edit_start, std::uint64_t shown) {
    consort_track track{};
    track.timescale = 44'100;
    track.media_duration = duration;
    track.edit_start = edit_start;
    track.edit_duration = shown;
    return track;
}

TEST(AudioSegments, LieOnTheFramesNearestToTheMultiples) {
    const std::int64_t frame = 1'024;
    const auto starts = audio_segments(coded(frame * 900, 1'024, frame * 899), 1'024, 6);
    // 264600 and 529200 after the delay, in frames 259.4 and 517.8.
    EXPECT_THAT(starts, ElementsAre(0, 259 * frame, 518 * frame, 900 * frame));
    for (const std::int64_t start : starts) EXPECT_EQ(start % frame, 0);
}

TEST(AudioSegments, AShortRemainderBelongsToTheOneBefore) {
    const auto of = [](double seconds) {
        const auto shown = static_cast<std::uint64_t>(seconds * 44'100);
        return audio_segments(coded(shown + 1'024, 1'024, shown), 1'024, 6).size() - 1;
    };
    EXPECT_EQ(of(14.9), 2u);
    EXPECT_EQ(of(15.1), 3u);
    EXPECT_EQ(of(0.1), 1u);
}

TEST(AudioSegments, WhatCannotBeCutIsOneSegment) {
    EXPECT_THAT(audio_segments(coded(5'000'000, 0, 5'000'000), 0, 6), ElementsAre(0, 5'000'000));
}

class PictureSegments : public ::testing::Test {
  protected:
    // `group`: pictures from one sync sample to the next, at 10 a second; each is shown so much
    // `later` than it is decoded.
    std::vector<std::int64_t> cut(std::uint32_t pictures, std::uint32_t group,
                                  std::int64_t edit_start = 0, std::int32_t later = 0) {
        const auto path = directory_.path() / "index.cmx";
        auto writer = IndexWriter::create(path, pictures);
        consort_track track{};
        track.struct_size = sizeof track;
        track.kind = CONSORT_TRACK_VIDEO;
        track.timescale = 1'000;
        track.edit_start = edit_start;
        EXPECT_TRUE((*writer)->add_track(track).ok());
        std::vector<consort_sample> samples;
        for (std::uint32_t i = 0; i < pictures; ++i)
            samples.push_back({i, 0, 1, 100, later, i % group == 0 ? CONSORT_SAMPLE_SYNC : 0});
        EXPECT_TRUE((*writer)->add_samples(0, samples.data(), samples.size()).ok());
        EXPECT_TRUE((*writer)->commit(std::string(32, 'a')).ok());
        const auto index = IndexFile::open(path);
        EXPECT_TRUE(index.ok());
        return *picture_segments(**index, 0, 6);
    }
    testing::TemporaryDirectory directory_;
};

TEST_F(PictureSegments, LieOnTheSourcesOwnSyncSamples) {
    // Sync samples every 2.5 s: the first at or after 6, 12 and 18 s.
    EXPECT_THAT(cut(240, 25), ElementsAre(0, 7'500, 12'500, 20'000, 24'000));
}

TEST_F(PictureSegments, OnAnyPictureWhereSyncSamplesAreRare) {
    EXPECT_THAT(cut(240, 121), ElementsAre(0, 6'000, 12'000, 18'000, 24'000));
}

TEST_F(PictureSegments, CountFromTheBeginningOfThePresentation) {
    EXPECT_THAT(cut(250, 10, 1'000), ElementsAre(0, 6'000, 12'000, 18'000, 24'000));
}

TEST_F(PictureSegments, ASyncSampleJustBeforeTheMarkIsAtTheMark) {
    EXPECT_THAT(cut(250, 10, 30), ElementsAre(0, 5'970, 11'970, 17'970, 24'970));
}

TEST_F(PictureSegments, EndWithTheLastPictureAlsoWhereTheyAreReordered) {
    EXPECT_THAT(cut(240, 25, 200, 200), ElementsAre(0, 7'500, 12'500, 20'000, 24'000));
}

class Listing : public ::testing::Test {
  protected:
    struct Rung {
        const char* codec;
        std::uint32_t bit_rate;
        bool lossless = false;
    };
    std::vector<bool> listed(std::uint32_t source_bits, std::uint32_t source_rate,
                             const std::vector<Rung>& rungs) {
        RenditionList list;
        for (const Rung& rung : rungs) {
            auto made = std::make_unique<consort_rendition>();
            made->track.codec = {rung.codec, std::char_traits<char>::length(rung.codec)};
            made->track.bits_per_sample = rung.lossless ? 16 : 0;
            made->bit_rate = rung.bit_rate;
            made->listed = true;
            list.push_back(std::move(made));
        }
        consort_track source{};
        source.bits_per_sample = source_bits;
        source.average_bit_rate = source_rate;
        list_audio(source, list);
        std::vector<bool> result;
        for (const auto& one : list) {
            result.push_back(one->listed);
            if (one->above_source) above_.push_back(one->bit_rate);
        }
        return result;
    }
    std::vector<std::uint32_t> above_;
    const std::vector<Rung> ladder_{
        {"aac", 64'000}, {"aac", 128'000}, {"aac", 320'000}, {"flac", 0, true}};
};

TEST_F(Listing, ALosslessSourceHasAll) {
    EXPECT_THAT(listed(16, 900'000, ladder_), ElementsAreArray({true, true, true, true}));
}

TEST_F(Listing, ALossySourceHasNothingAboveItself) {
    EXPECT_THAT(listed(0, 128'300, ladder_), ElementsAreArray({true, true, false, false}));
    EXPECT_THAT(listed(0, 127'100, ladder_), ElementsAreArray({true, true, false, false}))
        << "a constant rate measures a little less";
}

TEST_F(Listing, TheLowestStays) {
    EXPECT_THAT(listed(0, 32'000, ladder_), ElementsAreArray({true, false, false, false}));
    EXPECT_THAT(above_, ElementsAre(128'000, 320'000)) << "those that are only too large";
}

TEST(BitRates, ComeFromWhatWasMade) {
    const std::vector<std::int64_t> starts{0, 1'000, 2'000, 2'500};
    BitRates rates(starts, 1'000);
    EXPECT_EQ(rates.figures().average, 0u);
    EXPECT_FALSE(rates.add(0, 1'000));
    EXPECT_FALSE(rates.add(0, 9'999)) << "known already";
    EXPECT_FALSE(rates.add(2, 250));
    EXPECT_EQ(rates.figures().peak, 8'000u);
    EXPECT_EQ(rates.figures().average, 6'667u);
    EXPECT_FALSE(rates.figures().complete);
    EXPECT_TRUE(rates.add(1, 500)) << "complete";
    EXPECT_TRUE(rates.figures().complete);
    EXPECT_EQ(rates.figures().average, 5'600u);

    BitRates restored(starts, 1'000);
    restored.restore("too short");
    EXPECT_EQ(restored.figures().peak, 0u);
    restored.restore(rates.save());
    EXPECT_EQ(restored.figures().average, 5'600u);
    EXPECT_TRUE(restored.figures().complete);
}

}  // namespace
}  // namespace consort::media
