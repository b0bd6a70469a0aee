#include "plugins/delivery/common/fragment.hpp"

#include <gtest/gtest.h>

#include "plugins/delivery/common/box_reader.hpp"
#include "plugins/delivery/common/init_segment.hpp"
#include "plugins/delivery/common/packaged_track.hpp"
#include "plugins/delivery/common/test_media.hpp"

namespace consort::delivery {
namespace {

using namespace testing;

// Header and samples, as a player gets them.
std::string whole(FakeMedia& media, const Assembly& assembly) {
    std::string out = assembly.header;
    std::string payload(assembly.payload, '\0');
    EXPECT_TRUE(read_runs(media.view(), assembly.runs, payload.data()));
    return out + payload;
}

TEST(Fragment, samples_read_back_as_they_were_written) {
    FakeMedia media;
    make_film(media, 8, 2);
    for (std::uint32_t index = 0; index < 2; ++index) {
        const auto track = package_track(media.view(), index);
        ASSERT_TRUE(track);
        const auto assembly = assemble_fragment(media.view(), *track, 50, 50, 3);
        ASSERT_TRUE(assembly);
        const std::string bytes = whole(media, *assembly);
        EXPECT_EQ(number(box(bytes, "moof/mfhd"), 4, 4), 3u);
        const auto samples =
            read_samples(bytes, track->default_duration, default_sample_flags(track->track));
        ASSERT_EQ(samples.size(), 50u);
        for (std::size_t i = 0; i < samples.size(); ++i) {
            Sample expected{};
            ASSERT_TRUE(media.view().samples(index, 50 + i, 1, {&expected, 1}));
            EXPECT_EQ(samples[i].decode_time, expected.decode_time);
            EXPECT_EQ(samples[i].duration, expected.duration);
            EXPECT_EQ(samples[i].composition_offset, expected.composition_offset);
            EXPECT_EQ(samples[i].sync, (expected.flags & CONSORT_SAMPLE_SYNC) != 0);
            EXPECT_EQ(samples[i].bytes, sample_bytes(index + 1, 50 + i, expected.size));
        }
    }
}

TEST(Fragment, durations_that_differ_are_written_one_by_one) {
    FakeMedia media;
    FakeTrack track = audio_track("flac");
    for (int i = 0; i < 5; ++i) add_sample(media, track, 1, 100, i == 4 ? 777 : 4096);
    media.add_track(std::move(track));
    const auto packaged = package_track(media.view(), 0);
    ASSERT_TRUE(packaged);
    const auto assembly = assemble_fragment(media.view(), *packaged, 0, 5, 1);
    ASSERT_TRUE(assembly);
    const auto samples = read_samples(whole(media, *assembly), 4096, 0x02000000);
    ASSERT_EQ(samples.size(), 5u);
    EXPECT_EQ(samples[3].duration, 4096u);
    EXPECT_EQ(samples[4].duration, 777u);
}

TEST(Fragment, constant_sound_costs_four_bytes_a_sample) {
    FakeMedia media;
    make_music(media, 10);
    const auto track = package_track(media.view(), 0);
    ASSERT_TRUE(track);
    const auto assembly = assemble_fragment(media.view(), *track, 0, 200, 1);
    ASSERT_TRUE(assembly);
    EXPECT_LT(assembly->header.size(), 200 * 4 + 120u);
    EXPECT_EQ(assembly->runs.size(), 1u);
}

// Against the header that is really written.
void check_size(FakeMedia& media, std::uint32_t index, std::uint64_t first, std::uint64_t count) {
    const auto track = package_track(media.view(), index);
    ASSERT_TRUE(track);
    const auto assembly = assemble_fragment(media.view(), *track, first, count, 1);
    ASSERT_TRUE(assembly);
    const auto payload = payload_size(media.view(), *track, first, count);
    const auto bound = fragment_size_bound(media.view(), *track, first, count);
    ASSERT_TRUE(payload && bound);
    EXPECT_EQ(*payload, assembly->payload);
    EXPECT_EQ(*bound, assembly->size()) << index << " " << first << " " << count;
}

TEST(Fragment, its_size_is_known_without_it) {
    FakeMedia music, film, odd, uneven;
    make_music(music, 20, 3);
    make_film(film, 8, 2);
    FakeTrack track = audio_track("flac");
    for (int i = 0; i < 9; ++i) add_sample(odd, track, 1, 100 + i * i, i == 8 ? 777 : 4096);
    odd.add_track(std::move(track));
    track = audio_track();
    track.track.flags = CONSORT_TRACK_ALL_SYNC;
    for (int i = 0; i < 300; ++i) add_sample(uneven, track, 1, 100 + i % 7, i % 40 ? 1024 : 960);
    uneven.add_track(std::move(track));
    const auto check_all = [](FakeMedia& of, std::uint32_t index, std::uint64_t count) {
        const std::uint64_t samples = of.view().track(index)->sample_count;
        for (std::uint64_t first = 0; first + count <= samples; first += count) {
            check_size(of, index, first, count);
        }
        check_size(of, index, samples - count, count);
    };
    for (const std::uint64_t count : {1, 2, 9, 43, 100}) {
        check_all(music, 0, count);
        check_all(film, 0, count);
        check_all(film, 1, count);
        check_all(uneven, 0, count);
    }
    for (const std::uint64_t count : {1, 4, 8, 9}) check_all(odd, 0, count);
    const auto packaged = package_track(odd.view(), 0);
    ASSERT_TRUE(packaged);
    EXPECT_FALSE(fragment_size_bound(odd.view(), *packaged, 5, 5));
    EXPECT_FALSE(fragment_size_bound(odd.view(), *packaged, 1, UINT64_MAX));
}

TEST(Fragment, a_later_start_is_a_later_decode_time) {
    FakeMedia media;
    FakeTrack track = audio_track();
    track.track.start_offset_ns = 500'000'000;
    for (int i = 0; i < 5; ++i) add_sample(media, track, 1, 100, 1024);
    media.add_track(std::move(track));
    const auto packaged = package_track(media.view(), 0);
    ASSERT_TRUE(packaged);
    const auto assembly = assemble_fragment(media.view(), *packaged, 1, 4, 1);
    ASSERT_TRUE(assembly);
    EXPECT_EQ(number(box(whole(media, *assembly), "moof/traf/tfdt"), 4, 8), 22'050u + 1024u);
}

TEST(Fragment, samples_that_the_media_has_not_are_refused) {
    FakeMedia media;
    make_music(media, 1);
    const auto track = package_track(media.view(), 0);
    ASSERT_TRUE(track);
    EXPECT_FALSE(assemble_fragment(media.view(), *track, 40, 1'000'000, 1));
    EXPECT_FALSE(assemble_fragment(media.view(), *track, 0, 0, 1));
}

}  // namespace
}  // namespace consort::delivery
