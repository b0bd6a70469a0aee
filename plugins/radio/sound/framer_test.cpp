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

TEST_P(Streams, ChainIsTheUncutStream) {
    const std::uint64_t frames = rate() * std::uint64_t{6};
    const Pcm pcm = sweep(rate(), frames);
    Coding uncut(GetParam(), rate(), pcm, {}, false);
    Coding chain(GetParam(), rate(), pcm, {70'001, 140'777, 200'000});
    const Decoded one = decode(uncut.list.bytes(), demuxer_of(GetParam()));
    const Decoded other = decode(chain.list.bytes(), demuxer_of(GetParam()));
    EXPECT_EQ(one.complaints, "");
    EXPECT_EQ(other.complaints, "");
    EXPECT_EQ(one.frames(), other.frames());
    double worst = 0;
    for (std::size_t i = 0; i < std::min(one.pcm.size(), other.pcm.size()); ++i)
        worst = std::max<double>(worst, std::abs(one.pcm[i] - other.pcm[i]));
    EXPECT_LT(worst, 1e-4);
    std::cout << GetParam() << " frames " << one.frames() << " " << other.frames() << " worst "
              << worst << "\n";
}

INSTANTIATE_TEST_SUITE_P(Codecs, Streams,
                         ::testing::Values("mp3", "aac", "opus", "vorbis", "flac"));

}  // namespace
}  // namespace consort::radio
