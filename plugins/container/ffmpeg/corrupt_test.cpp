// Damaged files of every format: an answer with a sentence, never a crash, a hang or a flood.
#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "plugins/container/ffmpeg/test_media.hpp"

namespace consort::container_ffmpeg {
namespace {

using testing::Blob;

struct Victim {
    const char* file;
    const char* arguments;
};
void PrintTo(const Victim& victim, std::ostream* out) { *out << victim.file; }

const char* const kSound = "-f lavfi -i sine=440:r=44100:d=1 -metadata title=x ";
const char* const kBoth =
    "-f lavfi -i testsrc2=s=64x48:r=25:d=1 -f lavfi -i sine=440:r=44100:d=1 -pix_fmt yuv420p ";

void examine(const Blob& bytes, const char* name) {
    const auto begin = std::chrono::steady_clock::now();
    const auto judge = [](const Result<void>& result) {
        if (result) return;
        const consort_status status = result.error().status;
        EXPECT_TRUE(status == CONSORT_E_CORRUPT || status == CONSORT_E_UNSUPPORTED ||
                    status == CONSORT_E_NOT_FOUND)
            << status << ' ' << result.error().text;
        EXPECT_GT(result.error().text.size(), 10u);
        EXPECT_TRUE(result.error().text.ends_with('.')) << result.error().text;
    };
    judge(testing::probe_of(bytes, name).result);
    judge(testing::cover_of(bytes, name).result);
    const auto index = testing::index_of(bytes, name);
    judge(index.result);
    if (index.result) {
        EXPECT_FALSE(index.tracks.empty());
        for (const auto& track : index.tracks) EXPECT_NE(track.values.timescale, 0u);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

class Damaged : public ::testing::TestWithParam<Victim> {
  protected:
    void SetUp() override {
        const bool video = std::string(GetParam().arguments).find("-c:v") != std::string::npos;
        whole_ = testing::read_file(workshop_.make(
            std::string(video ? kBoth : kSound) + GetParam().arguments, GetParam().file));
        ASSERT_TRUE(testing::index_of(whole_, GetParam().file).result.ok());
    }
    testing::Workshop workshop_;
    Blob whole_;
};

TEST_P(Damaged, CutShort) {
    for (std::size_t step = 0; step < 24; ++step) {
        Blob part = whole_;
        // Densely near the start, where the headers are.
        part.resize(step < 12 ? step * step * 9 + 1 : whole_.size() * (step - 11) / 13);
        examine(part, GetParam().file);
    }
}

TEST_P(Damaged, BitsFlipped) {
    std::mt19937 random(20'261'121);
    for (int round = 0; round < 40; ++round) {
        Blob bad = whole_;
        const std::size_t reach =
            round % 2 == 0 ? std::min<std::size_t>(bad.size(), 2'048) : bad.size();
        for (int flip = 0; flip < 1 + round; ++flip)
            bad[random() % reach] ^= static_cast<std::uint8_t>(1u << random() % 8);
        examine(bad, GetParam().file);
    }
}

TEST_P(Damaged, WronglyNamed) {
    const auto index = testing::index_of(whole_, "holiday.jpg");
    EXPECT_TRUE(index.result.ok()) << index.result.error().text;
    EXPECT_TRUE(testing::probe_of(whole_, "x.txt").result.ok());
}

INSTANTIATE_TEST_SUITE_P(
    Formats, Damaged,
    ::testing::Values(Victim{"a.m4a", "-c:a aac -movflags +faststart"},
                      Victim{"b.mp4", "-c:v libx264 -c:a aac"},
                      Victim{"c.mp4", "-c:v libx264 -c:a aac -movflags +frag_keyframe+empty_moov"},
                      Victim{"d.mov", "-c:a pcm_s16le"}, Victim{"e.aac", "-c:a aac"},
                      Victim{"f.mp3", "-c:a libmp3lame"}, Victim{"g.flac", "-c:a flac"},
                      Victim{"h.opus", "-c:a libopus"}, Victim{"i.ogg", "-c:a libvorbis"},
                      Victim{"j.wav", "-c:a pcm_s16le"}, Victim{"k.aiff", "-c:a pcm_s16be"},
                      Victim{"l.mkv", "-c:v libx264 -c:a flac"},
                      Victim{"m.webm",
                             "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus"}));

TEST(Nonsense, EmptyFile) {
    const auto probe = testing::probe_of({}, "nothing.flac");
    ASSERT_FALSE(probe.result.ok());
    EXPECT_EQ(probe.result.error().status, CONSORT_E_CORRUPT);
    EXPECT_NE(probe.result.error().text.find("empty"), std::string::npos);
    EXPECT_FALSE(testing::index_of({}, "nothing.flac").result.ok());
}

TEST(Nonsense, TextNamedLikeMusic) {
    Blob text;
    for (int i = 0; i < 4'000; ++i)
        text.push_back(static_cast<std::uint8_t>("lorem ipsum\n"[i % 12]));
    for (const char* name : {"a.mp3", "a.m4a", "a.flac", "a.ogg", "a.wav", "a.mkv"}) {
        const auto probe = testing::probe_of(text, name);
        ASSERT_FALSE(probe.result.ok());
        EXPECT_EQ(probe.result.error().status, CONSORT_E_UNSUPPORTED);
    }
}

TEST(Nonsense, RandomBytesBehindEveryMagic) {
    std::mt19937 random(7);
    for (const std::string magic :
         {"fLaC", "OggS", "\x1a\x45\xdf\xa3", "RIFF\x10\x20\x30\x40WAVEfmt ",
          "FORM\x01\x02\x03\x04"
          "AIFF",
          "ID3\x04", "\xff\xfb\x90\x64", "\xff\xf1\x50\x80"}) {
        for (int round = 0; round < 20; ++round) {
            Blob bytes(magic.begin(), magic.end());
            while (bytes.size() < 20'000) bytes.push_back(static_cast<std::uint8_t>(random()));
            examine(bytes, "x.bin");
        }
    }
    for (const std::string box : {"ftyp", "moov", "mdat"}) {
        const std::string head = std::string("\0\0\x10\0", 4) + box;
        Blob bytes(head.begin(), head.end());
        while (bytes.size() < 20'000) bytes.push_back(static_cast<std::uint8_t>(random()));
        examine(bytes, "x.bin");
    }
}

}  // namespace
}  // namespace consort::container_ffmpeg
