// The FLAC index from frame headers against the one from FFmpeg's packets, for what encoders write:
// the same on every file, whole or damaged; and where nothing is in doubt it is made of headers
// alone.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <random>

#include "plugins/container/ffmpeg/test_flac.hpp"

namespace consort::container_ffmpeg {
namespace {

using testing::Blob;

void expect_same(const Blob& bytes) {
    EXPECT_EQ(
        testing::difference(testing::index_of(bytes, "x.flac"), testing::index_by_packets(bytes)),
        "");
}

// ... and not because FFmpeg was asked.
void expect_same_by_headers(const Blob& bytes) {
    expect_same(bytes);
    EXPECT_TRUE(testing::flac_by_headers(bytes));
}

void append(Blob& to, const Blob& more) { to.insert(to.end(), more.begin(), more.end()); }

struct Recipe {
    const char* name;
    const char* source;     // a filter of ffmpeg's
    const char* arguments;  // of the encoder
    bool by_flac = false;   // the encoder is the `flac` command's
};
void PrintTo(const Recipe& recipe, std::ostream* out) { *out << recipe.name; }

const char* const kSweep = "aevalsrc='sin(440*t*(1+t))*0.5|0.3*random(0)':s=44100:d=4";

class Encoded : public ::testing::TestWithParam<Recipe> {
  protected:
    Blob make() const {
        const Recipe& recipe = GetParam();
        const std::string from = std::string("-f lavfi -i \"") + recipe.source + "\" ";
        if (!recipe.by_flac)
            return testing::read_file(
                workshop_.make(from + "-c:a flac " + recipe.arguments, "x.flac"));
        const auto wave = workshop_.make(from + "-c:a pcm_s24le -bitexact", "x.wav");
        const auto path = workshop_.path("x.flac");
        const std::string command = "flac --silent " + std::string(recipe.arguments) + " -o " +
                                    path.string() + " " + wave.string();
        EXPECT_EQ(std::system(command.c_str()), 0) << command;
        return testing::read_file(path);
    }
    testing::Workshop workshop_;
};

TEST_P(Encoded, SameByHeaders) {
    const Blob bytes = make();
    expect_same_by_headers(bytes);
    for (const std::size_t block : {64u, 1'000u, 4'096u})
        EXPECT_TRUE(testing::flac_by_headers(bytes, block));
}

// What is around the frames.
TEST_P(Encoded, SameInOtherClothes) {
    const Blob bytes = make();
    Blob unknown = bytes;  // STREAMINFO without total, frame sizes and checksum of the sound
    for (const std::size_t at : {12u, 13u, 14u, 15u, 16u, 17u, 22u, 23u, 24u, 25u}) unknown[at] = 0;
    unknown[21] &= 0xf0;
    std::fill_n(unknown.begin() + 26, 16, std::uint8_t{0});
    expect_same_by_headers(unknown);

    Blob lying = bytes;  // the least frame is said to be larger than most are
    lying[12] = 1;
    expect_same_by_headers(lying);

    Blob tagged{'I', 'D', '3', 4, 0, 0, 0, 0, 2, 0};
    tagged.resize(10 + 256);
    append(tagged, bytes);
    Blob end(128, ' ');
    std::memcpy(end.data(), "TAGtitle", 8);
    append(tagged, end);
    expect_same_by_headers(tagged);

    std::mt19937 random(9);
    Blob junk = bytes;
    for (int i = 0; i < 50'000; ++i) junk.push_back(static_cast<std::uint8_t>(random()));
    expect_same(junk);
}

TEST_P(Encoded, SameWhenDamaged) {
    const Blob bytes = make();
    const std::size_t start = testing::flac_frames_start(bytes);
    std::mt19937 random(1);
    int whole = 0;
    for (int i = 0; i < 12; ++i) {
        Blob bad = bytes;
        bad.resize(start + 20 + random() % (bytes.size() - start - 20));
        expect_same(bad);
        whole += testing::flac_by_headers(bad);
    }
    for (int i = 0; i < 30; ++i) {
        Blob bad = bytes;
        for (int flips = 0; flips <= i; ++flips)
            bad[start + random() % (bytes.size() - start)] ^=
                static_cast<std::uint8_t>(1u << random() % 8);
        expect_same(bad);
        whole += testing::flac_by_headers(bad);
    }
    EXPECT_GT(whole, 0);  // a cut loses nothing that counts
}

INSTANTIATE_TEST_SUITE_P(
    ByFfmpeg, Encoded,
    ::testing::Values(
        Recipe{"fast", kSweep, "-compression_level 0"}, Recipe{"usual", kSweep, ""},
        Recipe{"small", kSweep, "-compression_level 12"},
        Recipe{"frames16", kSweep, "-frame_size 16 -t 1"},
        Recipe{"frames576", kSweep, "-frame_size 576"},
        Recipe{"frames1000", kSweep, "-frame_size 1000"},
        Recipe{"frames4608", kSweep, "-frame_size 4608"},
        Recipe{"frames16384", kSweep, "-frame_size 16384"},
        Recipe{"frames32768", kSweep, "-frame_size 32768"},
        Recipe{"deep", kSweep, "-sample_fmt s32 -bits_per_raw_sample 24"},
        Recipe{"mono", kSweep, "-ac 1"}, Recipe{"low", kSweep, "-ar 8000 -ac 1"},
        Recipe{"odd", kSweep, "-ar 11025"}, Recipe{"odder", kSweep, "-ar 12345"},
        Recipe{"high", kSweep, "-ar 192000 -sample_fmt s32"},
        Recipe{"independent", kSweep, "-ch_mode indep"},
        Recipe{"five",
               "anoisesrc=d=3:r=48000:seed=1,pan=5.1|c0=c0|c1=0.5*c0|c2=c0|c3=c0|c4=c0|c5=c0",
               "-sample_fmt s32"},
        Recipe{"silence", "anullsrc=d=5", ""},
        Recipe{"noise", "anoisesrc=d=3:c=white:a=1:seed=1", ""}, Recipe{"short", "sine=d=0.8", ""},
        Recipe{"single", "sine=d=0.01", ""}));

INSTANTIATE_TEST_SUITE_P(
    ByFlac, Encoded,
    ::testing::Values(Recipe{"flac0", kSweep, "-0", true}, Recipe{"flac8", kSweep, "-8", true},
                      Recipe{"padded", kSweep, "-5 --padding=1500000 --no-seektable", true},
                      Recipe{"table", kSweep, "-5 -S 1s", true},
                      Recipe{"blocks", kSweep, "-5 -b 2304", true},
                      Recipe{"lax", kSweep, "-5 --lax -b 65535", true}));

TEST(FlacIndex, LargePicture) {
    testing::Workshop workshop;
    workshop.make("-f lavfi -i \"nullsrc=s=1200x1200,geq=random(1)*255:128:128\" -frames:v 1",
                  "c.png");
    const Blob bytes = testing::read_file(workshop.make(
        std::string("-f lavfi -i \"") + kSweep +
            "\" -i c.png -map 0 -map 1 -c:a flac -c:v copy -disposition:v attached_pic",
        "x.flac"));
    EXPECT_GT(testing::flac_frames_start(bytes), 1'000'000u);
    expect_same_by_headers(bytes);
}

}  // namespace
}  // namespace consort::container_ffmpeg
