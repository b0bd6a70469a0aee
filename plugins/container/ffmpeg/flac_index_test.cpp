// The FLAC index from frame headers against the one from FFmpeg's packets: the same on every file,
// whole or damaged; and where it is made of headers alone.
#include "plugins/container/ffmpeg/flac_index.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <random>

#include "plugins/container/ffmpeg/flac_header.hpp"
#include "plugins/container/ffmpeg/mpeg_audio.hpp"
#include "plugins/container/ffmpeg/packet_index.hpp"
#include "plugins/container/ffmpeg/test_flac.hpp"
#include "plugins/container/ffmpeg/test_media.hpp"

namespace consort::container_ffmpeg {
namespace {

using testing::Blob;
using testing::CollectedIndex;
using testing::FlacFrame;

constexpr std::size_t kBlock = 1 << 20;

CollectedIndex by_packets(const Blob& bytes) {
    return testing::index_by(
        [](Input& input, const IndexSink& sink) {
            ByteWindow window(input, kBlock, kBlock);
            return index_packets(window, input.name(), Format::kFlac, sink);
        },
        bytes, "x.flac");
}

// Where the frames begin, and what STREAMINFO says of them.
struct Start {
    std::uint64_t at = 0;
    FlacStream stream;
};
Start start_of(const Blob& bytes) {
    Start start;
    start.at = id3v2_size(bytes) + 4;
    const std::uint8_t* info = bytes.data() + start.at + 4;
    start.stream.sample_rate = unsigned{info[10]} << 12 | unsigned{info[11]} << 4 | info[12] >> 4;
    start.stream.channels = ((info[12] >> 1) & 7u) + 1;
    for (bool last = false; !last;) {
        const std::uint8_t* block = bytes.data() + start.at;
        last = (block[0] & 0x80) != 0;
        start.at += 4 + (std::uint64_t{block[1]} << 16 | std::uint64_t{block[2]} << 8 | block[3]);
    }
    return start;
}

// Whether headers alone are enough.
bool by_headers(const Blob& bytes, std::size_t block = kBlock) {
    bool enough = false;
    const Start start = start_of(bytes);
    const auto scanned = testing::index_by(
        [&](Input& input, const IndexSink&) -> Result<void> {
            ByteWindow window(input, block, block, 64 << 10);
            enough = flac_frames(window, start.at, start.stream).has_value();
            return {};
        },
        bytes, "x.flac");
    return enough && scanned.result.ok();
}

void expect_same(const Blob& bytes) {
    EXPECT_EQ(testing::difference(testing::index_of(bytes, "x.flac"), by_packets(bytes)), "");
}

// ... and not because FFmpeg was asked.
void expect_same_by_headers(const Blob& bytes) {
    expect_same(bytes);
    EXPECT_TRUE(by_headers(bytes));
}

void append(Blob& to, const Blob& more) { to.insert(to.end(), more.begin(), more.end()); }

// The body of a frame: a verbatim subframe of noise without sync codes.
Blob noise(std::mt19937& random, std::size_t size) {
    Blob body{0x02};
    while (body.size() < size) body.push_back(static_cast<std::uint8_t>(random() % 255));
    return body;
}

// Mono, 44.1 kHz, with frames of about `size` bytes.
struct Stream {
    bool variable = false;
    int frames = 40;
    std::size_t size = 300;
    FlacFrame form{};
};
Blob stream_of(const Stream& wanted, std::vector<std::size_t>* places = nullptr) {
    std::mt19937 random(5);
    Blob bytes = testing::flac_start(44'100, 1, 0);
    std::uint64_t number = 0;
    for (int i = 0; i < wanted.frames; ++i) {
        FlacFrame frame = wanted.form;
        frame.number = number;
        frame.variable = wanted.variable;
        if (wanted.variable) frame.samples = 16 + random() % 4'000;
        number += wanted.variable ? frame.samples : 1;
        if (places != nullptr) places->push_back(bytes.size());
        append(bytes, testing::flac_frame(frame, noise(random, wanted.size + random() % 50)));
    }
    return bytes;
}

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
    for (const std::size_t block : {64u, 1'000u, 4'096u}) EXPECT_TRUE(by_headers(bytes, block));
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
    const std::size_t start = start_of(bytes).at;
    std::mt19937 random(1);
    int whole = 0;
    for (int i = 0; i < 12; ++i) {
        Blob bad = bytes;
        bad.resize(start + 20 + random() % (bytes.size() - start - 20));
        expect_same(bad);
        whole += by_headers(bad);
    }
    for (int i = 0; i < 30; ++i) {
        Blob bad = bytes;
        for (int flips = 0; flips <= i; ++flips)
            bad[start + random() % (bytes.size() - start)] ^=
                static_cast<std::uint8_t>(1u << random() % 8);
        expect_same(bad);
        whole += by_headers(bad);
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
    EXPECT_GT(start_of(bytes).at, 1'000'000u);
    expect_same_by_headers(bytes);
}

TEST(FlacIndex, MadeByHand) {
    expect_same_by_headers(stream_of({}));
    expect_same_by_headers(stream_of({.frames = 1}));
    expect_same_by_headers(stream_of({.frames = 12}));
    expect_same_by_headers(stream_of({.frames = 3'000, .size = 60}));
    expect_same_by_headers(stream_of({.frames = 30, .size = 100'000}));
    expect_same_by_headers(stream_of({.variable = true}));
    expect_same_by_headers(stream_of({.variable = true, .frames = 3'000}));
}

TEST(FlacIndex, FramesOutOfOrder) {
    for (const bool variable : {false, true}) {
        std::vector<std::size_t> places;
        const Blob bytes = stream_of({.variable = variable}, &places);
        const auto at = [&](int frame) {
            return bytes.begin() +
                   static_cast<std::ptrdiff_t>(places[static_cast<std::size_t>(frame)]);
        };
        for (const int frame : {0, 1, 17, 30, 38}) {
            Blob lost = bytes;
            lost.erase(lost.begin() + (at(frame) - bytes.begin()),
                       lost.begin() + (at(frame + 1) - bytes.begin()));
            EXPECT_FALSE(by_headers(lost));
            expect_same(lost);
            Blob twice = bytes;
            twice.insert(twice.begin() + (at(frame) - bytes.begin()), at(frame), at(frame + 1));
            EXPECT_FALSE(by_headers(twice));
            expect_same(twice);
        }
        Blob again = bytes;  // a stream behind a stream
        append(again, bytes);
        EXPECT_FALSE(by_headers(again));
        expect_same(again);
    }
}

// Good headers that break the stream's form.
TEST(FlacIndex, ChangesOfForm) {
    const auto changed = [](const std::function<void(FlacFrame&)>& change) {
        std::mt19937 random(5);
        Blob bytes = testing::flac_start(44'100, 1, 0);
        for (unsigned i = 0; i < 40; ++i) {
            FlacFrame frame{.number = i};
            if (i >= 20) change(frame);
            append(bytes, testing::flac_frame(frame, noise(random, 300)));
        }
        EXPECT_FALSE(by_headers(bytes));
        expect_same(bytes);
    };
    changed([](FlacFrame& frame) { frame.rate_code = 10; });
    changed([](FlacFrame& frame) { frame.rate_code = 0; });
    changed([](FlacFrame& frame) { frame.rate_code = 12; });
    changed([](FlacFrame& frame) { frame.channel_code = 1; });
    changed([](FlacFrame& frame) { frame.bits_code = 6; });
    changed([](FlacFrame& frame) { frame.variable = true; });
    changed([](FlacFrame& frame) { frame.samples = 1'024; });
    changed([](FlacFrame& frame) { frame.samples = 40'000; });
    changed([](FlacFrame& frame) { frame.number += 100; });
}

TEST(FlacIndex, StreamInfoSaysOtherwise) {
    for (const FlacFrame& form : {FlacFrame{.rate_code = 10}, FlacFrame{.rate_code = 0},
                                  FlacFrame{.channel_code = 1}, FlacFrame{.channel_code = 10}}) {
        const Blob bytes = stream_of({.form = form});
        EXPECT_FALSE(by_headers(bytes));
        expect_same(bytes);
    }
}

// Bytes of the sound that happen to be a good header.
TEST(FlacIndex, HeadersWithinFrames) {
    const auto hidden = [](int frames, int frame, const std::vector<FlacFrame>& impostors) {
        std::mt19937 random(3);
        Blob bytes = testing::flac_start(44'100, 1, 0);
        for (int i = 0; i < frames; ++i) {
            Blob body = noise(random, 400);
            if (i == frame)
                for (const FlacFrame& impostor : impostors) {
                    append(body, testing::flac_frame_header(impostor));
                    append(body, noise(random, 200));
                }
            append(bytes, testing::flac_frame({.number = static_cast<std::uint64_t>(i)}, body));
        }
        expect_same(bytes);
        return by_headers(bytes);
    };
    const FlacFrame stranger{.number = 1'000};
    EXPECT_TRUE(hidden(40, 20, {stranger}));
    EXPECT_TRUE(hidden(40, 0, {stranger}));
    EXPECT_TRUE(hidden(40, 38, {stranger, stranger}));
    EXPECT_TRUE(hidden(40, 20, {{.number = 2}, {.number = 3}}));
    EXPECT_TRUE(hidden(40, 20, {{.number = 500, .variable = true, .rate_code = 4}}));
    EXPECT_FALSE(hidden(40, 20, {stranger, stranger, stranger}));
    EXPECT_FALSE(hidden(40, 20, {stranger, stranger, stranger, stranger, stranger}));
    EXPECT_FALSE(hidden(40, 39, {stranger}));  // in the last
    // Numbers that link it to frames around, by frames and by samples.
    EXPECT_FALSE(hidden(40, 20, {{.number = 21, .channel_code = 1}}));
    EXPECT_FALSE(hidden(40, 20, {{.number = 20}}));
    EXPECT_FALSE(hidden(40, 20, {{.number = 22}}));
    EXPECT_FALSE(hidden(40, 20, {{.number = 20 + 4'096}}));
    EXPECT_FALSE(hidden(40, 20, {{.number = 1, .samples = 21}}));
}

// A whole frame that is no part of the stream.
TEST(FlacIndex, GoodFramesOfAnotherStream) {
    std::vector<std::size_t> places;
    const Blob bytes = stream_of({}, &places);
    std::mt19937 random(3);
    Blob other = bytes;
    const Blob frame = testing::flac_frame({.number = 777}, noise(random, 300));
    other.insert(other.begin() + static_cast<std::ptrdiff_t>(places[10]), frame.begin(),
                 frame.end());
    EXPECT_FALSE(by_headers(other));
    expect_same(other);
}

TEST(FlacIndex, JunkBeforeTheFirstFrame) {
    Blob bytes = stream_of({});
    bytes.insert(bytes.begin() + 42, 100, std::uint8_t{7});
    EXPECT_FALSE(by_headers(bytes));
    expect_same(bytes);
}

// FFmpeg finds nothing in a stream that begins with frames of 300 kB.
TEST(FlacIndex, LargeFrames) {
    std::vector<std::size_t> places;
    const Blob bytes = stream_of({.frames = 12, .size = 300'000}, &places);
    EXPECT_TRUE(by_headers(bytes));
    const CollectedIndex index = testing::index_of(bytes, "x.flac");
    ASSERT_TRUE(index.result.ok()) << index.result.error().text;
    ASSERT_EQ(index.tracks.at(0).samples.size(), 12u);
    places.push_back(bytes.size());
    for (std::size_t i = 0; i < 12; ++i) {
        EXPECT_EQ(index.tracks[0].samples[i].offset, places[i]);
        EXPECT_EQ(index.tracks[0].samples[i].size, places[i + 1] - places[i]);
    }
    const Blob larger = stream_of({.frames = 2, .size = kMostFrame + 1});
    EXPECT_FALSE(by_headers(larger));
    expect_same(larger);
}

TEST(FlacIndex, DamagedHeader) {
    std::vector<std::size_t> places;
    const Blob bytes = stream_of({.frames = 300}, &places);
    for (const std::size_t frame : {0u, 1u, 150u, 298u}) {
        const std::size_t header = testing::flac_frame_header({.number = frame}).size();
        // ... and the first bit of its subframe.
        for (std::size_t bit = 0; bit <= header * 8; ++bit) {
            Blob bad = bytes;
            bad[places[frame] + bit / 8] ^= static_cast<std::uint8_t>(0x80 >> bit % 8);
            EXPECT_FALSE(by_headers(bad)) << frame << ' ' << bit;
            expect_same(bad);
        }
    }
}

// Where the source ends within what may be a header.
TEST(FlacIndex, CutWithinHeaders) {
    for (const bool variable : {false, true}) {
        std::vector<std::size_t> places;
        const Blob bytes = stream_of({.variable = variable}, &places);
        for (std::size_t more = 0; more < 24; ++more) {
            Blob part = bytes;
            part.resize(places[30] + more);
            expect_same(part);
            part.resize(places[0] + more);
            expect_same(part);
        }
    }
}

TEST(FlacIndex, NumbersOfManyBytes) {
    for (const std::uint64_t first : {0x70ull, 0x7f0ull, 0xfff0ull, 0x1ffff0ull, 0x3fffff0ull}) {
        Blob bytes = testing::flac_start(44'100, 1, 0);
        const std::uint32_t step = 60'000;
        std::mt19937 random(3);
        std::uint64_t number = 0;
        for (int i = 0; number < first + 40 * step && i < 2'000; ++i) {
            FlacFrame frame{.number = number, .samples = step, .variable = true};
            append(bytes, testing::flac_frame(frame, noise(random, 30)));
            number += step;
        }
        expect_same_by_headers(bytes);
    }
}

TEST(FlacIndex, NobodyWantsIt) {
    const Blob bytes = stream_of({.frames = 3'000});
    const auto stopped = testing::index_by(
        [](Input& input, const IndexSink& sink) {
            consort_input raw{};
            raw.self = &input;
            raw.size = input.size();
            raw.read = [](void* self, std::uint64_t offset, void* buffer, std::uint64_t size,
                          std::uint64_t* got) noexcept -> consort_status {
                *got = *static_cast<Input*>(self)->read(offset, buffer, size);
                return CONSORT_OK;
            };
            raw.canceled = [](void*) noexcept -> std::int32_t { return 1; };
            Input given_up(raw);
            ByteWindow window(given_up, kBlock, kBlock);
            return index_flac(given_up, window, sink);
        },
        bytes, "x.flac");
    ASSERT_FALSE(stopped.result.ok());
    EXPECT_EQ(stopped.result.error().status, CONSORT_E_CANCELED);
}

TEST(FlacIndex, SourceThatCannotBeRead) {
    const Blob bytes = stream_of({.frames = 3'000, .size = 2'000});
    const auto failed = testing::index_by(
        [](Input& input, const IndexSink& sink) {
            consort_input raw{};
            raw.self = &input;
            raw.size = input.size();
            raw.read = [](void* self, std::uint64_t offset, void* buffer, std::uint64_t size,
                          std::uint64_t* got) noexcept -> consort_status {
                if (offset > 2 * kBlock) return CONSORT_E_IO;
                *got = *static_cast<Input*>(self)->read(offset, buffer, size);
                return CONSORT_OK;
            };
            raw.canceled = [](void*) noexcept -> std::int32_t { return 0; };
            Input broken(raw);
            ByteWindow window(broken, kBlock, kBlock);
            return index_flac(broken, window, sink);
        },
        bytes, "x.flac");
    ASSERT_FALSE(failed.result.ok());
    EXPECT_EQ(failed.result.error().status, CONSORT_E_IO);
}

}  // namespace
}  // namespace consort::container_ffmpeg
