#include "plugins/delivery/common/segmenter.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "plugins/delivery/common/bit_rate.hpp"
#include "plugins/delivery/common/test_media.hpp"

namespace consort::delivery {
namespace {

using namespace testing;

Result<SegmentTable> cut(FakeMedia& media, std::uint32_t index, std::uint32_t seconds) {
    return SegmentTable::cut(media.view(), index, *media.view().track(index), seconds);
}

// What must hold for every table.
void check_table(FakeMedia& media, std::uint32_t index, const SegmentTable& table) {
    const Track track = *media.view().track(index);
    std::uint64_t sample = 0, time = 0;
    for (std::size_t i = 0; i < table.size(); ++i) {
        EXPECT_EQ(table[i].first, sample);
        EXPECT_EQ(table[i].start, time);
        EXPECT_GT(table[i].count, 0u);
        EXPECT_GT(table[i].duration, 0u);
        Sample first{};
        ASSERT_TRUE(media.view().samples(index, table[i].first, 1, {&first, 1}));
        EXPECT_TRUE(first.flags & CONSORT_SAMPLE_SYNC);
        sample += table[i].count;
        time += table[i].duration;
    }
    EXPECT_EQ(sample, track.sample_count);
    EXPECT_EQ(time, track.edit_duration);
}

TEST(SegmentTable, music_of_every_length_keeps_the_rules) {
    for (std::uint32_t seconds = 1; seconds < 40; ++seconds) {
        for (const std::uint32_t target : {1u, 5u, 6u, 10u}) {
            FakeMedia media;
            make_music(media, seconds);
            const auto table = cut(media, 0, target);
            ASSERT_TRUE(table);
            check_table(media, 0, *table);
            for (std::size_t i = 0; i < table->size(); ++i) {
                const double length = static_cast<double>((*table)[i].duration) / 44'100;
                if (table->size() > 1) {
                    EXPECT_GE(length, target * 0.5 - 0.03);
                }
                EXPECT_LE(length, target * 1.5 + 0.03);
            }
        }
    }
}

TEST(SegmentTable, arithmetic_and_reading_agree) {
    FakeMedia even, read;
    make_music(even, 31);
    FakeTrack track = audio_track();
    track.track.flags = CONSORT_TRACK_ALL_SYNC;
    track.track.edit_start = 1024;
    track.track.edit_duration = 31 * 44'100;
    for (std::uint64_t i = 0; i < even.view().track(0)->sample_count; ++i) {
        add_sample(read, track, 1, 10, 1024);
    }
    read.add_track(std::move(track));
    const auto a = cut(even, 0, 6), b = cut(read, 0, 6);
    ASSERT_TRUE(a && b);
    ASSERT_EQ(a->size(), b->size());
    for (std::size_t i = 0; i < a->size(); ++i) EXPECT_EQ((*a)[i].first, (*b)[i].first);
}

TEST(SegmentTable, sound_of_uneven_samples_keeps_the_rules) {
    for (const std::uint32_t shortest : {1u, 100u, 1024u, 9'000u}) {
        FakeMedia media;
        FakeTrack track = audio_track();
        track.track.flags = CONSORT_TRACK_ALL_SYNC;
        track.track.edit_start = 1024;
        track.track.edit_duration = 40 * 44'100;
        std::uint32_t duration = 0;
        for (std::uint64_t time = 0; time < 41 * 44'100; time += duration) {
            duration = shortest + static_cast<std::uint32_t>(time * 7 % 3'000);
            add_sample(media, track, 1, 10, duration);
        }
        media.add_track(std::move(track));
        const auto table = cut(media, 0, 6);
        ASSERT_TRUE(table);
        check_table(media, 0, *table);
        ASSERT_EQ(table->size(), 7u);
        for (std::size_t i = 1; i < table->size(); ++i) {
            // No other sample begins nearer to the multiple of the target.
            const auto distance = [&](std::uint64_t sample) {
                Sample at{};
                EXPECT_TRUE(media.view().samples(0, sample, 1, {&at, 1}));
                return std::abs(at.decode_time - 1024 - static_cast<std::int64_t>(i) * 6 * 44'100);
            };
            EXPECT_LE(distance((*table)[i].first), distance((*table)[i].first - 1) + 1);
            EXPECT_LE(distance((*table)[i].first), distance((*table)[i].first + 1) + 1);
        }
    }
}

TEST(SegmentTable, film_is_cut_at_key_frames) {
    for (const std::uint32_t key_seconds : {1u, 2u, 4u, 7u, 30u}) {
        FakeMedia media;
        make_film(media, 31, key_seconds);
        const auto table = cut(media, 0, 6);
        ASSERT_TRUE(table);
        check_table(media, 0, *table);
    }
}

TEST(SegmentTable, pictures_shown_before_their_key_frame_are_noticed) {
    for (const bool open : {false, true}) {
        FakeMedia media;
        FakeTrack track = video_track();
        for (int i = 0; i < 500; ++i) {
            const bool sync = i % 50 == 0;
            add_sample(media, track, 1, 10, 512, sync, open && sync ? 2048 : 1024);
        }
        media.add_track(std::move(track));
        const auto table = cut(media, 0, 6);
        ASSERT_TRUE(table);
        EXPECT_EQ(table->has_leading_pictures(), open);
    }
}

TEST(SegmentTable, nonsense_is_refused_or_survived) {
    FakeMedia media;
    FakeTrack empty = audio_track();
    media.add_track(std::move(empty));
    EXPECT_FALSE(cut(media, 0, 6));
    FakeTrack odd = audio_track();
    odd.track.edit_start = 1'000'000;  // beyond the end
    odd.track.edit_duration = 5;
    for (int i = 0; i < 10; ++i) add_sample(media, odd, 1, 10, 1024);
    media.add_track(std::move(odd));
    const auto table = cut(media, 1, 6);
    ASSERT_TRUE(table);
    EXPECT_EQ(table->size(), 1u);
    EXPECT_FALSE(cut(media, 1, 0));
}

TEST(BitRates, a_short_tail_is_no_peak_of_its_own) {
    const SegmentMeasure segments[] = {{6'000, 6}, {12'000, 6}, {6'000, 6}, {9'000, 1}};
    const BitRates rates = bit_rates(segments, 6);
    EXPECT_EQ(rates.peak, 17'143u);  // the last two: 15,000 bytes in 7 s
    EXPECT_EQ(rates.average, 13'895u);
}

}  // namespace
}  // namespace consort::delivery
