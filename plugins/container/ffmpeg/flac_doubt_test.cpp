// Streams made frame by frame: the FLAC index from headers against the one from FFmpeg's packets
// where headers are enough, and where something is in doubt.
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "plugins/container/ffmpeg/flac_index.hpp"
#include "plugins/container/ffmpeg/test_flac.hpp"

namespace consort::container_ffmpeg {
namespace {

using testing::Blob;
using testing::CollectedIndex;
using testing::FlacFrame;

constexpr std::size_t kBlock = 1 << 20;

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
            EXPECT_FALSE(testing::flac_by_headers(lost));
            expect_same(lost);
            Blob twice = bytes;
            twice.insert(twice.begin() + (at(frame) - bytes.begin()), at(frame), at(frame + 1));
            EXPECT_FALSE(testing::flac_by_headers(twice));
            expect_same(twice);
        }
        Blob again = bytes;  // a stream behind a stream
        append(again, bytes);
        EXPECT_FALSE(testing::flac_by_headers(again));
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
        EXPECT_FALSE(testing::flac_by_headers(bytes));
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
        EXPECT_FALSE(testing::flac_by_headers(bytes));
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
        return testing::flac_by_headers(bytes);
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
    EXPECT_FALSE(testing::flac_by_headers(other));
    expect_same(other);
}

TEST(FlacIndex, JunkBeforeTheFirstFrame) {
    Blob bytes = stream_of({});
    bytes.insert(bytes.begin() + 42, 100, std::uint8_t{7});
    EXPECT_FALSE(testing::flac_by_headers(bytes));
    expect_same(bytes);
}

// FFmpeg finds nothing in a stream that begins with frames of 300 kB.
TEST(FlacIndex, LargeFrames) {
    std::vector<std::size_t> places;
    const Blob bytes = stream_of({.frames = 12, .size = 300'000}, &places);
    EXPECT_TRUE(testing::flac_by_headers(bytes));
    const CollectedIndex index = testing::index_of(bytes, "x.flac");
    ASSERT_TRUE(index.result.ok()) << index.result.error().text;
    ASSERT_EQ(index.tracks.at(0).samples.size(), 12u);
    places.push_back(bytes.size());
    for (std::size_t i = 0; i < 12; ++i) {
        EXPECT_EQ(index.tracks[0].samples[i].offset, places[i]);
        EXPECT_EQ(index.tracks[0].samples[i].size, places[i + 1] - places[i]);
    }
    const Blob larger = stream_of({.frames = 2, .size = kMostFrame + 1});
    EXPECT_FALSE(testing::flac_by_headers(larger));
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
            EXPECT_FALSE(testing::flac_by_headers(bad)) << frame << ' ' << bit;
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
