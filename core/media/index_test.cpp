#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <random>
#include <utility>

#include "core/media/index_file.hpp"
#include "core/media/index_writer.hpp"
#include "core/media/test_world.hpp"

namespace consort::media {
namespace {

const std::string kIdentity(32, 'a');
constexpr std::uint64_t kSource = 1ull << 40;

consort_track audio_track() {
    consort_track track{};
    track.struct_size = sizeof track;
    track.kind = CONSORT_TRACK_AUDIO;
    track.timescale = 44'100;
    track.codec = {"aac", 3};
    track.configuration = {"\x12\x10", 2};
    track.sample_rate = 44'100;
    track.channels = 2;
    return track;
}

class IndexTest : public ::testing::Test {
  protected:
    testing::TemporaryDirectory directory_;
    std::filesystem::path path_ = directory_.path() / "aa" / "test.cmx";
    std::unique_ptr<IndexWriter> writer_ = std::move(*IndexWriter::create(path_, kSource));

    std::shared_ptr<const IndexFile> finish() {
        auto written = writer_->commit(kIdentity);
        EXPECT_TRUE(written) << written.error().text;
        auto file = IndexFile::open(path_);
        EXPECT_TRUE(file) << file.error().text;
        return *file;
    }
};

// Every kind of irregularity: interleaved, inline, reordered, with gaps backwards.
std::vector<consort_sample> irregular(std::size_t count, unsigned seed,
                                      std::uint64_t inline_bytes) {
    std::mt19937_64 random(seed);
    std::vector<consort_sample> samples;
    std::int64_t time = 0;
    for (std::size_t i = 0; i < count; ++i) {
        consort_sample sample{};
        sample.size = static_cast<std::uint32_t>(random() % 5'000);
        sample.flags = random() % 30 == 0 ? CONSORT_SAMPLE_SYNC : 0;
        if (random() % 7 == 0) {
            sample.flags |= CONSORT_SAMPLE_INLINE;
            sample.offset = random() % (inline_bytes - sample.size);
        } else {
            sample.offset = random() % (kSource - sample.size);
        }
        sample.duration = static_cast<std::uint32_t>(random() % 4'000);
        sample.composition_offset = static_cast<std::int32_t>(random() % 9'000) - 3'000;
        sample.decode_time = time;
        time += sample.duration;
        samples.push_back(sample);
    }
    return samples;
}

void expect_equal(const consort_sample& a, const consort_sample& b, std::size_t at) {
    EXPECT_EQ(a.offset, b.offset) << at;
    EXPECT_EQ(a.decode_time, b.decode_time) << at;
    EXPECT_EQ(a.size, b.size) << at;
    EXPECT_EQ(a.duration, b.duration) << at;
    EXPECT_EQ(a.composition_offset, b.composition_offset) << at;
    EXPECT_EQ(a.flags, b.flags) << at;
}

TEST_F(IndexTest, GivesBackWhatWasWritten) {
    const std::string area(100'000, 'x');
    ASSERT_EQ(*writer_->add_inline(area.data(), area.size()), 0u);
    for (unsigned t = 0; t < 3; ++t) ASSERT_TRUE(writer_->add_track(audio_track()));
    const std::size_t counts[3] = {1, 128, 1'000};
    std::vector<std::vector<consort_sample>> all;
    for (unsigned t = 0; t < 3; ++t) {
        all.push_back(irregular(counts[t], t + 1, area.size()));
        ASSERT_TRUE(writer_->add_samples(t, all[t].data(), all[t].size()));
    }
    const auto file = finish();
    EXPECT_EQ(file->identity(), kIdentity);
    EXPECT_EQ(file->source_size(), kSource);
    EXPECT_EQ(file->inline_area().size(), area.size());
    ASSERT_EQ(file->track_count(), 3u);
    std::mt19937 random(5);
    for (std::uint32_t t = 0; t < 3; ++t) {
        const consort_track track = file->track(t);
        EXPECT_EQ(track.sample_count, all[t].size());
        EXPECT_EQ(std::string_view(track.codec.ptr, track.codec.len), "aac");
        EXPECT_EQ(track.configuration.len, 2u);
        for (int round = 0; round < 50; ++round) {
            const std::size_t first = random() % all[t].size();
            const std::size_t count = 1 + random() % (all[t].size() - first);
            std::vector<consort_sample> got(count);
            ASSERT_TRUE(file->samples(t, first, count, got.data()));
            for (std::size_t i = 0; i < count; ++i)
                expect_equal(got[i], all[t][first + i], first + i);
        }
        std::uint64_t expected = 0, bytes = 1;
        for (std::size_t i = 0; i <= all[t].size(); ++i) {
            ASSERT_TRUE(file->bytes_before(t, i, bytes));
            EXPECT_EQ(bytes, expected) << i;
            if (i < all[t].size()) expected += all[t][i].size;
        }
        EXPECT_FALSE(file->bytes_before(t, all[t].size() + 1, bytes));
        EXPECT_FALSE(file->bytes_before(t, UINT64_MAX, bytes));
        EXPECT_FALSE(file->samples(t, 0, all[t].size() + 1, nullptr));
        EXPECT_FALSE(file->samples(t, UINT64_MAX, 2, nullptr));
    }
    EXPECT_FALSE(file->samples(3, 0, 0, nullptr));
    std::uint64_t none = 0;
    EXPECT_FALSE(file->bytes_before(3, 0, none));
}

// Sizes of sound are summed by quarters of a block, the last of which may be open.
TEST_F(IndexTest, AddsUpSizesOfSound) {
    for (const std::size_t count : {1u, 31u, 33u, 100u, 127u, 128u, 129u, 1000u}) {
        writer_ = std::move(*IndexWriter::create(path_, kSource));
        ASSERT_TRUE(writer_->add_track(audio_track()));
        std::mt19937 random(static_cast<unsigned>(count));
        std::vector<consort_sample> all(count);
        std::uint64_t end = 100;
        for (std::size_t i = 0; i < count; ++i) {
            all[i].size = 200 + random() % 2048;
            all[i].offset = std::exchange(end, end + all[i].size);
            all[i].decode_time = static_cast<std::int64_t>(i) * 1024;
            all[i].duration = 1024;
        }
        ASSERT_TRUE(writer_->add_samples(0, all.data(), all.size()));
        const auto file = finish();
        std::uint64_t bytes = 1;
        for (std::size_t i = 0; i <= count; ++i) {
            ASSERT_TRUE(file->bytes_before(0, i, bytes));
            EXPECT_EQ(bytes + 100, i < count ? all[i].offset : end) << i << " of " << count;
        }
    }
}

TEST_F(IndexTest, FindsTheSampleAtATime) {
    ASSERT_TRUE(writer_->add_track(audio_track()));
    std::vector<consort_sample> samples(1'000, {0, 0, 10, 1'024, 0, CONSORT_SAMPLE_SYNC});
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i].offset = i * 10;
    ASSERT_TRUE(writer_->add_samples(0, samples.data(), samples.size()));
    const auto file = finish();
    EXPECT_EQ(file->sample_at(0, -5), 0u);
    EXPECT_EQ(file->sample_at(0, 0), 0u);
    EXPECT_EQ(file->sample_at(0, 1'023), 0u);
    EXPECT_EQ(file->sample_at(0, 1'024), 1u);
    EXPECT_EQ(file->sample_at(0, 128 * 1'024 - 1), 127u);
    EXPECT_EQ(file->sample_at(0, 128 * 1'024), 128u);
    EXPECT_EQ(file->sample_at(0, INT64_MAX), 999u);
    const consort_track track = file->track(0);
    EXPECT_EQ(track.flags, CONSORT_TRACK_ALL_SYNC | CONSORT_TRACK_CONSTANT_DURATION);
    EXPECT_EQ(track.media_duration, 1'024'000u);
    EXPECT_EQ(track.edit_duration, 1'024'000u);
    EXPECT_EQ(track.average_bit_rate, 3'445u);
}

TEST_F(IndexTest, OnlyTheLastSampleMayDifferInAConstantTrack) {
    for (int t = 0; t < 2; ++t) ASSERT_TRUE(writer_->add_track(audio_track()));
    std::vector<consort_sample> samples(10, {0, 0, 10, 4'096, 0, CONSORT_SAMPLE_SYNC});
    samples.back().duration = 100;
    ASSERT_TRUE(writer_->add_samples(0, samples.data(), samples.size()));
    std::swap(samples[8], samples[9]);
    ASSERT_TRUE(writer_->add_samples(1, samples.data(), samples.size()));
    const auto file = finish();
    EXPECT_NE(file->track(0).flags & CONSORT_TRACK_CONSTANT_DURATION, 0u);
    EXPECT_EQ(file->track(1).flags & CONSORT_TRACK_CONSTANT_DURATION, 0u);
}

TEST_F(IndexTest, AnHourOfAacIsSmallAndQuick) {
    ASSERT_TRUE(writer_->add_track(audio_track()));
    std::mt19937 random(1);
    std::vector<consort_sample> samples;
    std::uint64_t offset = 44;
    for (int i = 0; i < 155'040; ++i) {
        const std::uint32_t size = 650 + random() % 200;
        samples.push_back({offset, 0, size, 1'024, 0, CONSORT_SAMPLE_SYNC});
        offset += size;
    }
    ASSERT_TRUE(writer_->add_samples(0, samples.data(), samples.size()));
    const auto file = finish();
    EXPECT_LT(file->file_size(), 300'000u);
    RecordProperty("index_bytes", static_cast<int>(file->file_size()));
    std::vector<consort_sample> segment(260);
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 10'000; ++i)
        ASSERT_TRUE(file->samples(0, static_cast<std::uint64_t>(i) * 15, 260, segment.data()));
    const double ns =
        std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count() /
        10'000;
    RecordProperty("segment_ns", static_cast<int>(ns));
    EXPECT_LT(ns, 100'000);  // loose: sanitizers
    std::printf("index %llu bytes, 260 samples in %.0f ns\n",
                static_cast<unsigned long long>(file->file_size()), ns);
}

TEST_F(IndexTest, RefusesSamplesOutsideTheSource) {
    ASSERT_TRUE(writer_->add_track(audio_track()));
    const consort_sample outside{kSource - 5, 0, 10, 1, 0, 0},
        no_inline{0, 0, 1, 1, 0, CONSORT_SAMPLE_INLINE};
    EXPECT_EQ(writer_->add_samples(0, &outside, 1).error().status, CONSORT_E_CORRUPT);
    EXPECT_EQ(writer_->add_samples(0, &no_inline, 1).error().status, CONSORT_E_CORRUPT);
    EXPECT_EQ(writer_->add_samples(1, &outside, 1).error().status, CONSORT_E_INVALID);
}

TEST_F(IndexTest, LeavesNothingBehindWithoutCommit) {
    writer_.reset();
    EXPECT_TRUE(std::filesystem::is_empty(path_.parent_path()));
    EXPECT_EQ(IndexFile::open(path_).error().status, CONSORT_E_NOT_FOUND);
}

// With its checksum made right again, so that damage reaches the checks behind it.
void reseal(std::vector<std::byte>& bytes) {
    auto* header = reinterpret_cast<cmx::Header*>(bytes.data());
    if (header->tail_offset > bytes.size()) return;
    header->checksum = 0;
    header->checksum =
        cmx::checksum(bytes.data() + header->tail_offset, bytes.size() - header->tail_offset,
                      cmx::checksum(header, sizeof *header, 0));
}

TEST_F(IndexTest, SurvivesAnyDamage) {
    const std::string area(3'000, 'x');
    ASSERT_TRUE(writer_->add_inline(area.data(), area.size()));
    ASSERT_TRUE(writer_->add_track(audio_track()));
    auto samples = irregular(300, 3, 3'000 + 5'000);
    for (auto& sample : samples) sample.flags &= ~CONSORT_SAMPLE_INLINE;
    ASSERT_TRUE(writer_->add_samples(0, samples.data(), samples.size()));
    finish();
    std::ifstream in(path_, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const std::vector<std::byte> whole(
        reinterpret_cast<const std::byte*>(text.data()),
        reinterpret_cast<const std::byte*>(text.data()) + text.size());
    std::mt19937 random(11);
    int accepted = 0;
    for (int round = 0; round < 4'000; ++round) {
        std::vector<std::byte> bad = whole;
        if (round % 10 == 0) bad.resize(random() % bad.size());
        for (int flips = 1 + round % 4; flips > 0 && !bad.empty(); --flips)
            bad[random() % (round % 2 == 0 ? std::min<std::size_t>(bad.size(), 96) : bad.size())] ^=
                static_cast<std::byte>(1u << random() % 8);
        if (round % 3 != 0 && bad.size() >= sizeof(cmx::Header)) reseal(bad);
        const auto file = IndexFile::parse(bad);
        if (!file) {
            EXPECT_EQ(file.error().status, CONSORT_E_CORRUPT);
            continue;
        }
        ++accepted;
        for (std::uint32_t t = 0; t < (*file)->track_count(); ++t) {
            const consort_track track = (*file)->track(t);
            std::vector<consort_sample> got(std::min<std::uint64_t>(track.sample_count, 1'000));
            EXPECT_TRUE((*file)->samples(t, 0, got.size(), got.data()));
            (*file)->sample_at(t, static_cast<std::int64_t>(random()));
        }
    }
    EXPECT_GT(accepted, 0);
}

}  // namespace
}  // namespace consort::media
