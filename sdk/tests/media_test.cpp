#include "consort/media.hpp"

#include <gtest/gtest.h>

#include <array>

#include "consort/testing/fake_media.hpp"

#include "sdk/tests/counted.hpp"

namespace consort {
namespace {

using testing::FakeMedia;
using tests::Counted;

class MediaTest : public ::testing::Test {
  protected:
    void SetUp() override {
        media_.source = "0123456789";
        media_.inline_area = "inline";
        testing::FakeTrack track;
        track.codec = "aac";
        track.track.kind = CONSORT_TRACK_AUDIO;
        track.track.timescale = 48000;
        track.samples = {{2, 0, 3, 1024, 0, CONSORT_SAMPLE_SYNC},
                         {5, 0, 2, 1024, 0, CONSORT_SAMPLE_SYNC},
                         {0, 0, 6, 512, 0, CONSORT_SAMPLE_SYNC | CONSORT_SAMPLE_INLINE}};
        media_.add_track(std::move(track));
    }
    FakeMedia media_;
};

TEST_F(MediaTest, TellsTracksAndSamples) {
    const MediaView view = media_.view();
    ASSERT_EQ(view.track_count(), 1u);
    const auto track = view.track(0);
    ASSERT_TRUE(track.ok());
    EXPECT_EQ(consort::view(track->codec), "aac");
    EXPECT_EQ(track->sample_count, 3u);
    EXPECT_EQ(track->media_duration, 2560u);
    EXPECT_EQ(view.track(1).error().status, CONSORT_E_INVALID);

    std::array<Sample, 2> samples;
    ASSERT_TRUE(view.samples(0, 1, 2, samples).ok());
    EXPECT_EQ(samples[0].decode_time, 1024);
    EXPECT_EQ(samples[1].decode_time, 2048);
    EXPECT_FALSE(view.samples(0, 2, 2, samples).ok());
    EXPECT_FALSE(view.samples(0, 0, 3, samples).ok()) << "no room";
    EXPECT_EQ(view.sample_at(0, 1023), 0u);
    EXPECT_EQ(view.sample_at(0, 1024), 1u);
    EXPECT_EQ(view.sample_at(0, 99999), 2u);
    EXPECT_EQ(*view.bytes_before(0, 0), 0u);
    EXPECT_EQ(*view.bytes_before(0, 2), 5u);
    EXPECT_EQ(*view.bytes_before(0, 3), 11u);
    EXPECT_EQ(view.bytes_before(0, 4).error().status, CONSORT_E_INVALID);
    EXPECT_FALSE(view.bytes_before(1, 0).ok());
}

TEST_F(MediaTest, ReadsSamplesAndSource) {
    std::array<Sample, 3> samples;
    ASSERT_TRUE(media_.view().samples(0, 0, 3, samples).ok());
    std::string bytes(3, '?');
    ASSERT_TRUE(media_.view().read_sample(samples[0], bytes.data()).ok());
    EXPECT_EQ(bytes, "234");
    bytes.resize(6);
    ASSERT_TRUE(media_.view().read_sample(samples[2], bytes.data()).ok());
    EXPECT_EQ(bytes, "inline");
    EXPECT_FALSE(media_.view().read_source(8, 3, bytes.data()).ok());
}

TEST_F(MediaTest, SlicesAndReferencesKeepTheMedia) {
    {
        auto slice = media_.view().source_slice(2, 3);
        ASSERT_TRUE(slice.ok());
        EXPECT_EQ(media_.references(), 1);
        Media kept = media_.view().keep();
        Media copy = kept;
        EXPECT_EQ(media_.references(), 3);
        const Media moved = std::move(copy);
        kept = moved;
        EXPECT_EQ(media_.references(), 3);
        EXPECT_FALSE(media_.view().source_slice(9, 2).ok());
        EXPECT_TRUE(media_.view().inline_slice(0, 6).ok());
    }
    EXPECT_EQ(media_.references(), 0);
}

struct Table {
    Counted counted;
    int value;
};

TEST(MediaAttachmentTest, IsMadeOnceAndGoesWithTheMedia) {
    int alive = 0, made = 0;
    {
        FakeMedia media;
        const auto make = [&](MediaView view) {
            EXPECT_EQ(view.identity(), "0123456789abcdef");
            return std::make_unique<Table>(Table{Counted(alive), ++made});
        };
        const auto first = media.view().attachment<Table>(make);
        const auto second = media.view().attachment<Table>(make);
        ASSERT_TRUE(first.ok());
        EXPECT_EQ(*first, *second);
        static const char other_key = 0;
        const auto third = media.view().attachment<Table>(make, &other_key);
        EXPECT_NE(*third, *first);
        EXPECT_EQ(made, 2);
        EXPECT_EQ(alive, 2);
    }
    EXPECT_EQ(alive, 0);
}

TEST(MediaAttachmentTest, AFailureKeepsItsSentenceAndIsTriedAgain) {
    FakeMedia media;
    const auto refused =
        media.view().attachment<int>([](MediaView) -> Result<std::unique_ptr<int>> {
            return Error{CONSORT_E_CORRUPT, "no samples"};
        });
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().status, CONSORT_E_CORRUPT);
    EXPECT_EQ(refused.error().text, "no samples");
    const auto thrown = media.view().attachment<int>(
        [](MediaView) -> std::unique_ptr<int> { throw std::runtime_error("thrown"); });
    EXPECT_EQ(thrown.error().text, "thrown");
    const auto made =
        media.view().attachment<int>([](MediaView) { return std::make_unique<int>(7); });
    ASSERT_TRUE(made.ok());
    EXPECT_EQ(**made, 7);
}

}  // namespace
}  // namespace consort
