// Streams that real encoders make, framed, and decoded by FFmpeg.
#include "plugins/radio/sound/framer.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "plugins/radio/sound/stream_encoder.hpp"
#include "plugins/radio/sound/testing.hpp"

namespace consort::radio {
namespace {

using namespace testing;

std::shared_ptr<const Track> track(const std::string& title) {
    auto made = std::make_shared<Track>();
    made->title = title;
    made->artist = "Ärtist";
    return made;
}

// Codes a sound at full speed, with turns at given frames.
class Coding : StreamWork {
  public:
    Coding(const std::string& codec, std::uint32_t rate, Pcm pcm,
           std::vector<std::uint64_t> turns = {}, bool chained = true)
        : pcm_(std::move(pcm)),
          chunks_(rate, rate / 2, list),
          framer_(make(codec, chained), chunks_) {
        framer_.turn(0, track("Track 0"));
        for (std::size_t i = 0; i < turns.size(); ++i)
            framer_.turn(turns[i], track("Track " + std::to_string(i + 1)));
        {
            StreamEncoder encoder({codec, 128'000, rate}, *this, framer_);
            std::unique_lock lock(mutex_);
            finished_ = done_.wait_for(lock, std::chrono::minutes(1), [&] { return ended_; });
        }
        framer_.end();
    }
    ChunkList list;
    bool finished() const { return finished_; }
    std::string failure;

  private:
    std::unique_ptr<Format> make(const std::string& codec, bool chained) {
        return or_throw(make_format(codec, chained, chunks_));
    }
    Result<consort_encoder_component> find(const std::string& codec) override {
        return Sounds(host_.link()).encoder(codec);
    }
    bool pull(float* stereo, std::size_t frames) override {
        std::fill_n(stereo, 2 * frames, 0.0f);
        const std::size_t left = pcm_.size() / 2 - at_, count = std::min(left, frames);
        std::copy_n(pcm_.data() + 2 * at_, 2 * count, stereo);
        at_ += count;
        if (count == frames) return true;
        const std::lock_guard lock(mutex_);
        ended_ = true;
        done_.notify_all();
        return false;
    }
    void runs() override {}
    void failed(const std::string& reason) override { failure = reason; }

    SoundHost host_;
    Pcm pcm_;
    std::size_t at_ = 0;
    ChunkBuilder chunks_;
    Framer framer_;
    std::mutex mutex_;
    std::condition_variable done_;
    bool ended_ = false, finished_ = false;
};

std::string demuxer_of(const std::string& codec) {
    return codec == "mp3" || codec == "aac" ? codec : "ogg";
}

class Streams : public ::testing::TestWithParam<const char*> {
  protected:
    std::uint32_t rate() const { return std::string(GetParam()) == "opus" ? 48'000 : 44'100; }
};

const std::vector<std::uint64_t> kTurns = {70'001, 140'777, 200'000};

TEST_P(Streams, AChainIsTheUncutStream) {
    const Pcm pcm = sweep(rate(), rate() * std::uint64_t{6});
    Coding uncut(GetParam(), rate(), pcm, {}, false);
    Coding chain(GetParam(), rate(), pcm, kTurns);
    ASSERT_TRUE(uncut.finished() && chain.finished());
    const Decoded one = decode(uncut.list.bytes(), demuxer_of(GetParam()));
    const Decoded other = decode(chain.list.bytes(), demuxer_of(GetParam()));
    EXPECT_EQ(one.complaints, "");
    EXPECT_EQ(other.complaints, "");
    EXPECT_GT(one.frames(), rate() * 5.8);
    ASSERT_EQ(one.frames(), other.frames());
    const bool vorbis = std::string(GetParam()) == "vorbis";
    for (std::size_t i = 0; i < one.pcm.size(); ++i) {
        // FFmpeg does not overlap a link's first packet of Vorbis with anything.
        const bool at_turn = std::any_of(kTurns.begin(), kTurns.end(), [&](std::uint64_t turn) {
            return i / 2 + 2'048 > turn && i / 2 < turn + 2'048;
        });
        if (vorbis && at_turn) continue;
        ASSERT_NEAR(one.pcm[i], other.pcm[i], 1e-5) << i / 2;
    }
}

// What is packaged again has neither pages nor repeated samples, whatever the links are.
TEST_P(Streams, FramesInOggStandAloneToo) {
    const std::string codec = GetParam();
    const Pcm pcm = sweep(rate(), rate() * std::uint64_t{6});
    Coding uncut(codec, rate(), pcm, {}, false);
    Coding chain(codec, rate(), pcm, kTurns);
    ASSERT_TRUE(uncut.finished() && chain.finished());
    const auto frames = [&](const ChunkList& list) {
        Bytes all;
        for (const auto& chunk : list.chunks()) {
            const bool alone = codec == "opus" || codec == "flac";
            EXPECT_EQ(chunk->coding != nullptr, alone);
            EXPECT_EQ(chunk->frames_alone.empty(), !alone);
            if (!alone) continue;
            EXPECT_EQ(chunk->coding->codec, codec);
            EXPECT_EQ(chunk->coding->rate, rate());
            EXPECT_EQ(chunk->frames,
                      chunk->frame_offsets.size() * (codec == "opus" ? 960u : 4'096u));
            all.insert(all.end(), chunk->frames_alone.begin(), chunk->frames_alone.end());
        }
        return all;
    };
    const Bytes one = frames(uncut.list), other = frames(chain.list);
    // What was still held at the end may differ.
    const std::size_t both = std::min(one.size(), other.size());
    EXPECT_LE(std::max(one.size(), other.size()) - both, 20'000u);
    EXPECT_TRUE(
        std::equal(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(both), other.begin()));
}

TEST_P(Streams, ChunksFollowEachOtherEvenly) {
    Coding coding(GetParam(), rate(), sweep(rate(), rate() * std::uint64_t{6}), kTurns);
    const auto chunks = coding.list.chunks();
    ASSERT_GE(chunks.size(), 12u);
    std::uint64_t at = 0;
    for (std::size_t i = 0; i < chunks.size(); ++i) {
        const Chunk& chunk = *chunks[i];
        EXPECT_EQ(chunk.number, i);
        EXPECT_EQ(chunk.first, at);
        EXPECT_EQ(chunk.rate, rate());
        EXPECT_FALSE(chunk.bytes.empty());
        // About a half of a second, in whole frames; FLAC's have 4096. After a turn the grid of
        // time is found again.
        const bool turns = i + 1 < chunks.size() && chunks[i + 1]->track != chunk.track;
        const bool turned = i > 0 && chunks[i - 1]->track != chunk.track;
        EXPECT_LE(chunk.frames, rate() / (turned ? 1.33 : 2) + 4'096);
        if (!turns && i + 1 < chunks.size()) {
            EXPECT_GE(chunk.frames, rate() / (turned ? 4 : 2) - 4'096) << i;
        }
        at += chunk.frames;
    }
    // Each track begins a chunk, within a frame and the encoder's delay of its turn.
    std::vector<std::uint64_t> begins;
    for (std::size_t i = 1; i < chunks.size(); ++i)
        if (chunks[i]->track != chunks[i - 1]->track) {
            EXPECT_EQ(chunks[i]->track->title, "Track " + std::to_string(begins.size() + 1));
            EXPECT_EQ(chunks[i]->opening, nullptr);
            begins.push_back(chunks[i]->first);
        }
    ASSERT_EQ(begins.size(), kTurns.size());
    for (std::size_t i = 0; i < begins.size(); ++i)
        EXPECT_NEAR(static_cast<double>(begins[i]), static_cast<double>(kTurns[i]), 4'096);
}

TEST_P(Streams, AListenerMayBeginWithAnyChunk) {
    Coding coding(GetParam(), rate(), sweep(rate(), rate() * std::uint64_t{6}), kTurns);
    const auto chunks = coding.list.chunks();
    for (const std::size_t first : {1u, 4u, 6u, 8u}) {
        // FFmpeg takes the time of a link's only page for that of its end.
        if (chunks[first + 1]->track != chunks[first]->track) continue;
        const Decoded decoded = decode(coding.list.bytes(first), demuxer_of(GetParam()));
        EXPECT_EQ(decoded.complaints, "") << first;
        const std::uint64_t whole =
            chunks.back()->first + chunks.back()->frames - chunks[first]->first;
        // What a decoder needs to begin is lost.
        EXPECT_LE(decoded.frames(), whole + 1'200);
        EXPECT_GE(decoded.frames(), whole - 4'200);
    }
}

TEST_P(Streams, FramesBeginWhereTheChunkSays) {
    const std::string codec = GetParam();
    Coding coding(codec, rate(), sweep(rate(), rate() * std::uint64_t{2}));
    for (const auto& chunk : coding.list.chunks()) {
        if (demuxer_of(codec) == "ogg") {
            EXPECT_EQ(chunk->frame_offsets.empty(), codec == "vorbis");
            EXPECT_EQ(std::string(reinterpret_cast<const char*>(chunk->bytes.data()), 4), "OggS");
            continue;
        }
        ASSERT_FALSE(chunk->frame_offsets.empty());
        EXPECT_EQ(chunk->frame_offsets.front(), 0u);
        for (const std::uint32_t offset : chunk->frame_offsets) {
            EXPECT_EQ(chunk->bytes[offset], std::byte{0xff});
            EXPECT_EQ(chunk->bytes[offset + 1] & std::byte{0xf0}, std::byte{0xf0});
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Codecs, Streams, ::testing::Values("mp3", "aac", "opus", "vorbis", "flac"),
                         [](const auto& codec) { return std::string(codec.param); });

std::size_t count(const Bytes& bytes, std::string_view text) {
    const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    std::size_t found = 0;
    for (auto at = all.find(text); at != all.npos; at = all.find(text, at + 1)) ++found;
    return found;
}

TEST(Framer, LinksCarryTheirTags) {
    for (const char* codec : {"opus", "vorbis", "flac"}) {
        Coding chain(codec, 48'000, sweep(48'000, 96'000), {50'000});
        const Bytes bytes = chain.list.bytes();
        EXPECT_EQ(count(bytes, "TITLE=Track 0"), 1u) << codec;
        EXPECT_EQ(count(bytes, "TITLE=Track 1"), 1u) << codec;
        EXPECT_EQ(count(bytes, "ARTIST=Ärtist"), 2u) << codec;
        Coding uncut(codec, 48'000, sweep(48'000, 96'000), {50'000}, false);
        EXPECT_EQ(count(uncut.list.bytes(), "TITLE"), 0u) << codec;
    }
}

// Pages of an Ogg stream with a flag of their header (RFC 3533, section 6).
std::size_t pages(const Bytes& bytes, unsigned flag) {
    const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    std::size_t found = 0;
    for (auto at = all.find("OggS"); at != all.npos; at = all.find("OggS", at + 1))
        found += at + 5 < all.size() && (static_cast<unsigned char>(all[at + 5]) & flag) != 0;
    return found;
}

TEST(Framer, EachLinkEnds) {
    constexpr unsigned kBegins = 2, kEnds = 4;
    for (const char* codec : {"opus", "vorbis", "flac"}) {
        for (const std::uint64_t turn : {1, 5'000, 47'999}) {
            Coding chain(codec, 48'000, sweep(48'000, 48'000), {turn});
            const Bytes bytes = chain.list.bytes();
            EXPECT_GT(pages(bytes, kBegins), 0u) << codec;
            EXPECT_EQ(pages(bytes, kBegins), pages(bytes, kEnds)) << codec << ", turn at " << turn;
        }
    }
}

TEST(Framer, AnUnknownFormatIsRefused) {
    ChunkList list;
    ChunkBuilder chunks(44'100, 22'050, list);
    const auto made = make_format("wma", true, chunks);
    ASSERT_FALSE(made.ok());
    EXPECT_NE(made.error().text.find("wma"), std::string::npos);
}

// A format that writes each call down.
struct Calls : Format {
    explicit Calls(std::vector<std::string>& to) : list(to) {}
    Result<void> begin(const consort_track&, const Track* plays) override {
        list.push_back("begin " + (plays ? plays->title : "nothing"));
        return {};
    }
    Result<void> sample(const CodedSample&) override {
        list.push_back("sample");
        return {};
    }
    Result<void> turn(const std::shared_ptr<const Track>& to) override {
        list.push_back("turn " + to->title);
        return {};
    }
    void end() override { list.push_back("end"); }
    std::vector<std::string>& list;
};

TEST(Framer, TurnsLieWhereTheCodedSoundHasThem) {
    ChunkList list;
    ChunkBuilder chunks(44'100, 22'050, list);
    std::vector<std::string> calls;
    Framer framer(std::make_unique<Calls>(calls), chunks);
    consort_track coded{};
    coded.edit_start = 150;  // the encoder's delay
    const CodedSample sample{{}, 100};
    framer.turn(0, track("A"));
    ASSERT_TRUE(framer.begin(coded, 0).ok());
    framer.turn(49, track("B"));  // in the second sample
    framer.turn(50, track("C"));  // coded at 200: in the third
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(framer.sample(sample).ok());
    framer.turn(1'000, track("D"));
    framer.end();
    // A new run begins behind that turn.
    ASSERT_TRUE(framer.begin(coded, 1'200).ok());
    ASSERT_TRUE(framer.sample(sample).ok());
    const std::vector<std::string> expected = {"begin A", "sample", "turn B",  "sample", "turn C",
                                               "sample",  "end",    "begin D", "sample"};
    EXPECT_EQ(calls, expected);
}

}  // namespace
}  // namespace consort::radio
