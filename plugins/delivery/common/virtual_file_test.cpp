#include "plugins/delivery/common/virtual_file.hpp"

#include <gtest/gtest.h>

#include "plugins/delivery/common/box_reader.hpp"
#include "plugins/delivery/common/test_media.hpp"

namespace consort::delivery {
namespace {

using namespace testing;

Result<VirtualFile> lay_out(FakeMedia& media, std::uint32_t seconds) {
    std::vector<PackagedTrack> tracks;
    for (std::uint32_t i = 0; i < media.view().track_count(); ++i) {
        tracks.push_back(*package_track(media.view(), i));
    }
    return VirtualFile::lay_out(media.view(), std::move(tracks), seconds);
}

std::string bytes_of(FakeMedia& media, const VirtualFile& file) {
    std::string out = file.head();
    for (std::size_t i = 0; i < file.part_count(); ++i) {
        const auto assembly = file.assemble(media.view(), i);
        EXPECT_TRUE(assembly);
        EXPECT_EQ(out.size(), file.part(i).offset);
        EXPECT_EQ(assembly->size(), file.part(i).size);
        std::string payload(assembly->payload, '\0');
        EXPECT_TRUE(read_runs(media.view(), assembly->runs, payload.data()));
        out += assembly->header + payload;
    }
    return out;
}

TEST(VirtualFile, layout_is_what_is_made) {
    FakeMedia media;
    make_music(media, 61, 7);
    const auto file = lay_out(media, 10);
    ASSERT_TRUE(file);
    EXPECT_EQ(file->part_count(), 6u);
    const std::string bytes = bytes_of(media, *file);
    EXPECT_EQ(bytes.size(), file->size());
    for (std::size_t i = 0; i < file->part_count(); ++i) {
        EXPECT_EQ(file->part_at(file->part(i).offset), i);
        EXPECT_EQ(file->part_at(file->part(i).offset + file->part(i).size - 1), i);
    }
}

TEST(VirtualFile, holds_every_sample_of_every_track_once) {
    FakeMedia media;
    make_film(media, 23, 2);
    const auto file = lay_out(media, 4);
    ASSERT_TRUE(file);
    const std::string bytes = bytes_of(media, *file);
    std::vector<std::size_t> next(2, 0);
    for (const ReadBox& found : read_boxes(bytes)) {
        if (found.path != "moof") continue;
        // Video has its own default flags; sound is all sync, which its trex says.
        const std::size_t end = bytes.find("moof", found.offset + 8);
        const std::string_view part = std::string_view(bytes).substr(
            found.offset, end == std::string::npos ? end : end - 4 - found.offset);
        for (const ReadSample& sample : read_samples(part, 512, 0x01010000)) {
            const std::uint32_t track = sample.track - 1;
            Sample expected{};
            ASSERT_TRUE(media.view().samples(track, next[track], 1, {&expected, 1}));
            EXPECT_EQ(sample.bytes, sample_bytes(sample.track, next[track], expected.size));
            if (track == 0) {
                EXPECT_EQ(sample.decode_time, expected.decode_time);
            }
            ++next[track];
        }
    }
    EXPECT_EQ(next[0], media.view().track(0)->sample_count);
    EXPECT_EQ(next[1], media.view().track(1)->sample_count);
}

TEST(VirtualFile, interleaved_tracks_stay_a_few_pieces_of_the_source) {
    FakeMedia media;
    make_film(media, 40, 2);
    const auto file = lay_out(media, 10);
    ASSERT_TRUE(file);
    for (std::size_t i = 0; i < file->part_count(); ++i) {
        EXPECT_LE(file->assemble(media.view(), i)->runs.size(), 4u);
    }
}

TEST(VirtualFile, segment_index_sums_up) {
    FakeMedia media;
    make_music(media, 61);
    const auto file = lay_out(media, 10);
    ASSERT_TRUE(file);
    const std::string_view sidx = box(file->head(), "sidx");
    const std::uint64_t count = number(sidx, 30, 2);
    ASSERT_EQ(count, file->part_count());
    std::uint64_t size = 0, duration = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        size += number(sidx, 32 + i * 12, 4);
        duration += number(sidx, 36 + i * 12, 4);
    }
    EXPECT_EQ(file->head().size() + size, file->size());
    EXPECT_EQ(duration, 61u * 44'100 + 1024);
}

}  // namespace
}  // namespace consort::delivery
