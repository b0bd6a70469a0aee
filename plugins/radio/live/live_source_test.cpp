#include "plugins/radio/live/live_source.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <vector>

namespace consort::radio {
namespace {

constexpr std::uint32_t rate = 48'000;

// A WAV file of unknown length: a tone of 440 Hz at half of full scale, in mono.
std::string wav(double seconds, std::uint32_t wav_rate = 24'000) {
    std::string out = "RIFF";
    const auto put = [&](std::uint32_t value, int bytes) {
        for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
    };
    put(0xffffffff, 4);
    out += "WAVEfmt ";
    put(16, 4);
    put(1, 2);
    put(1, 2);
    put(wav_rate, 4);
    put(2 * wav_rate, 4);
    put(2, 2);
    put(16, 2);
    out += "data";
    put(0xffffffff, 4);
    for (std::uint32_t i = 0; i < seconds * wav_rate; ++i) {
        const double value = 16'384 * std::sin(2 * M_PI * 440 * i / wav_rate);
        put(static_cast<std::uint32_t>(std::lround(value)), 2);
    }
    return out;
}

class LiveSourceTest : public ::testing::Test {
  protected:
    void start(const std::string& content_type = "") {
        info_.content_type = content_type;
        source_ = std::make_shared<LiveSource>(settings_, info_);
        source_->start({[](std::size_t) {},
                        [this](const std::string& reason) {
                            const std::lock_guard lock(mutex_);
                            ends_.push_back(reason);
                        }});
    }
    template <class Holds>
    bool eventually(Holds holds) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!holds()) {
            if (std::chrono::steady_clock::now() > until) return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return true;
    }
    void send(std::string_view bytes) {
        ASSERT_TRUE(eventually([&] {
            bytes.remove_prefix(source_->write(bytes));
            return bytes.empty() || source_->ended();
        }));
    }
    std::vector<float> read_all() {
        std::vector<float> all;
        std::vector<float> some(2 * 1'000);
        EXPECT_TRUE(eventually([&] {
            while (const std::size_t got = source_->read(some.data(), 1'000))
                all.insert(all.end(), some.begin(),
                           some.begin() + static_cast<std::ptrdiff_t>(2 * got));
            return source_->ended();
        }));
        return all;
    }
    std::vector<std::string> ends() {
        const std::lock_guard lock(mutex_);
        return ends_;
    }

    LiveSettings settings_{.rate = rate};
    LiveInfo info_;
    std::mutex mutex_;
    std::vector<std::string> ends_;
    std::shared_ptr<LiveSource> source_;  // ends before what its events use
};

TEST_F(LiveSourceTest, SoundComesAtTheStationsRate) {
    start();
    send(wav(1.5));
    source_->finish();
    const std::vector<float> got = read_all();
    EXPECT_NEAR(static_cast<double>(got.size()) / 2, 1.5 * rate, rate / 100.0);
    double energy = 0;
    for (std::size_t i = 0; i < got.size(); i += 2) {
        ASSERT_EQ(got[i], got[i + 1]);
        energy += got[i] * got[i];
    }
    // Mono goes to both sides.
    EXPECT_NEAR(std::sqrt(2 * energy / (static_cast<double>(got.size()) / 2)), 0.5, 0.16);
    EXPECT_TRUE(ends().empty());
    source_->released("It ended.");
    EXPECT_EQ(ends(), std::vector<std::string>{"It ended."});
}

TEST_F(LiveSourceTest, CountsItsBytesAndTheTimesThatItIsLate) {
    start();
    const std::string sent = wav(1.5);
    send(sent);
    EXPECT_TRUE(eventually([&] { return source_->ready() >= rate; }));
    EXPECT_EQ(source_->bytes(), sent.size());
    std::vector<float> some(2 * 1'000);
    EXPECT_EQ(source_->read(some.data(), 1'000), 1'000u);
    EXPECT_EQ(source_->stalls(), 0u);
    EXPECT_TRUE(eventually([&] { return source_->read(some.data(), 1'000) == 0; }));
    const std::uint64_t stalls = source_->stalls();
    EXPECT_GE(stalls, 1u);
    EXPECT_EQ(source_->read(some.data(), 1'000), 0u);
    EXPECT_EQ(source_->stalls(), stalls) << "it is the same one";
    source_->released("It was skipped.");
    EXPECT_EQ(source_->read(some.data(), 1'000), 0u);
    EXPECT_EQ(source_->stalls(), stalls);
}

TEST_F(LiveSourceTest, ItIsReadyOnceItHasACushion) {
    start();
    send(wav(0.5));
    EXPECT_EQ(source_->ready(), 0u);
    send(wav(1).substr(44));
    EXPECT_TRUE(eventually([&] { return source_->ready() >= rate * 3 / 4; }));
}

TEST_F(LiveSourceTest, WhatWaitsIsBounded) {
    settings_.most_seconds = 1;
    start();
    const std::string all = wav(60);
    std::string_view rest = all;
    rest.remove_prefix(source_->write(rest));
    EXPECT_TRUE(eventually([&] {
        rest.remove_prefix(source_->write(rest));
        return source_->ready() == rate && source_->room() == 0;
    }));
    EXPECT_GT(rest.size(), all.size() / 2);
    source_->released("Enough.");
}

TEST_F(LiveSourceTest, NoiseIsNoSound) {
    std::minstd_rand random(1);
    std::string noise;
    for (int i = 0; i < 300'000; ++i) noise += static_cast<char>(random() >> 8);
    for (const char* type :
         {"", "audio/mpeg", "audio/aac", "audio/ogg", "audio/flac", "audio/webm"}) {
        source_.reset();  // its thread may still tell of its end
        ends_.clear();
        start(type);
        send(noise);
        source_->finish();
        read_all();
        EXPECT_TRUE(eventually([&] { return source_->ended(); })) << type;
    }
}

TEST_F(LiveSourceTest, SilenceOfTheClientEndsIt) {
    settings_.timeout_seconds = 0.2;
    start();
    EXPECT_TRUE(eventually([&] { return !ends().empty(); }));
    EXPECT_EQ(ends().front(), "It sent no sound for 0 seconds.");
    EXPECT_TRUE(source_->ended());
}

TEST_F(LiveSourceTest, ItsTitleIsWhatWasSaidLast) {
    info_.name = "Late show";
    start();
    EXPECT_EQ(source_->track()->title, "Late show");
    EXPECT_TRUE(source_->track()->live);
    const auto before = source_->track();
    source_->set_title("Song", "Somebody");
    EXPECT_EQ(source_->track()->title, "Song");
    EXPECT_EQ(source_->track()->artist, "Somebody");
    EXPECT_NE(source_->track(), before);
    const auto again = source_->track();
    source_->set_title("Song", "Somebody");
    EXPECT_EQ(source_->track(), again);
}

TEST_F(LiveSourceTest, ReleasedWhileItSendsItEndsAtOnce) {
    start();
    send(wav(1));
    source_->released("It was skipped.");
    EXPECT_TRUE(source_->ended());
    EXPECT_EQ(source_->room(), 0u);
    EXPECT_EQ(ends(), std::vector<std::string>{"It was skipped."});
    source_.reset();
}

}  // namespace
}  // namespace consort::radio
