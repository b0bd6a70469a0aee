// A live source in the place of the programme.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "plugins/radio/sound/mixer.hpp"
#include "plugins/radio/sound/testing.hpp"

namespace consort::radio {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint32_t kRate = 44'100;

class FakeLive : public LiveInput {
  public:
    explicit FakeLive(const std::string& title) { name(title); }
    void name(const std::string& title) {
        auto made = std::make_shared<Track>();
        made->title = title;
        made->live = true;
        track_ = made;
    }
    std::size_t ready() const override { return sent; }
    std::size_t read(float* stereo, std::size_t frames) override {
        const std::size_t count = std::min(frames, sent);
        std::fill_n(stereo, 2 * count, 0.5f);
        sent -= count;
        return count;
    }
    bool ended() const override { return closed; }
    std::shared_ptr<const Track> track() const override { return track_; }
    void released(const std::string& reason) override { releases.push_back(reason); }

    std::size_t sent = 0;  // frames, of a constant
    bool closed = false;
    std::vector<std::string> releases;

  private:
    std::shared_ptr<const Track> track_;
};

class Live : public ::testing::Test, public MixerEvents {
  protected:
    Live() : upcoming({named("/a"), named("/b")}, true) {}
    static Entry named(const std::string& uri) {
        Entry entry;
        entry.uri = uri;
        return entry;
    }
    std::shared_ptr<Voice> open(const Entry& entry) {
        SourceFacts facts = facts_of(entry, {});
        facts.seconds = 60;
        return std::make_shared<MemoryVoice>(Pcm(2 * 60 * kRate, 0.1f), facts);
    }
    Pcm mix(std::uint64_t frames) {
        Pcm out(2 * frames, 9.0f);
        for (std::uint64_t at = 0; at < frames; at += 1'000)
            mixer.mix(out.data() + 2 * at, std::min<std::uint64_t>(1'000, frames - at));
        return out;
    }
    void turned(std::uint64_t, std::shared_ptr<const Track> track) override {
        turns.push_back(track ? track->title : "");
    }
    void underrun(const std::string& what) override { underruns.push_back(what); }
    void trouble(const std::string&) override {}

    ListUpcoming upcoming;
    std::vector<std::string> turns, underruns;
    Mixer mixer{{kRate, 0, 0, std::chrono::milliseconds(0)},
                [this](const Entry& entry, const auto&) { return open(entry); },
                Gains(std::nullopt, nullptr),
                upcoming,
                *this};
    std::shared_ptr<FakeLive> live = std::make_shared<FakeLive>("DJ");
};

TEST_F(Live, TakesOverOnceItHasSound) {
    mix(kRate);
    mixer.take_over(live);
    mix(kRate);
    EXPECT_THAT(turns, ElementsAre("a"));
    live->sent = 2 * kRate;
    const Pcm out = mix(kRate);
    EXPECT_THAT(turns, ElementsAre("a", "DJ"));
    EXPECT_TRUE(mixer.state().live);
    EXPECT_NEAR(out.front(), 0.1f, 0.01f);
    // Half a second of fading, of equal power.
    for (std::size_t i = 0; i < out.size(); ++i) ASSERT_LT(out[i], 0.52f);
    EXPECT_EQ(out[2 * (kRate / 2 + 1'000)], 0.5f);
    EXPECT_EQ(out.back(), 0.5f);
    live->name("Another song");
    mix(1'000);
    EXPECT_THAT(turns, ElementsAre("a", "DJ", "Another song"));
}

TEST_F(Live, TheProgrammeGoesOnWhenItEnds) {
    mix(1'000);
    mixer.take_over(live);
    live->sent = kRate;
    live->closed = true;
    mix(kRate - 1'500);
    EXPECT_TRUE(mixer.state().live);
    const Pcm out = mix(kRate);
    EXPECT_THAT(live->releases, ElementsAre("It ended."));
    EXPECT_THAT(turns, ElementsAre("a", "DJ", "b"));
    EXPECT_FALSE(mixer.state().live);
    EXPECT_THAT(underruns, IsEmpty());
    // No click: no step greater than the fades make.
    for (std::size_t i = 2; i < out.size(); ++i) ASSERT_LT(std::abs(out[i] - out[i - 2]), 0.01f);
    EXPECT_EQ(out.back(), 0.1f);
}

TEST_F(Live, AStallIsSilenceThenTheProgramme) {
    mixer.take_over(live);
    live->sent = kRate;
    mix(kRate + 500);
    EXPECT_TRUE(mixer.state().live);
    live->sent = kRate / 2;
    mix(kRate / 2 + 1'000);
    // It went on after the first pause; the second one lasts.
    EXPECT_THAT(live->releases, IsEmpty());
    mix(2 * kRate);
    EXPECT_THAT(live->releases, ElementsAre("It sent no sound for 2 seconds."));
    EXPECT_FALSE(underruns.empty());
    EXPECT_EQ(turns.front(), "DJ");
    EXPECT_EQ(turns.back(), "a");
}

TEST_F(Live, AnotherOneTakesItsPlace) {
    auto other = std::make_shared<FakeLive>("Guest");
    mixer.take_over(live);
    mixer.take_over(other);
    EXPECT_THAT(live->releases, ElementsAre("Another source took its place."));
    live = std::make_shared<FakeLive>("Third");
    other->sent = 5 * kRate;
    mix(kRate);
    live->sent = 5 * kRate;
    mixer.take_over(live);
    mix(kRate);
    EXPECT_THAT(other->releases, ElementsAre("Another source took its place."));
    EXPECT_THAT(turns, ElementsAre("Guest", "Third"));
}

TEST_F(Live, SkippingEndsIt) {
    mixer.take_over(live);
    live->sent = 5 * kRate;
    mix(kRate);
    mixer.skip();
    mix(kRate);
    EXPECT_THAT(live->releases, ElementsAre("It was skipped."));
    EXPECT_THAT(turns, ElementsAre("DJ", "a"));
}

TEST_F(Live, OneThatSendsNothingIsLetGo) {
    mixer.take_over(live);
    live->closed = true;
    mix(1'000);
    EXPECT_THAT(live->releases, ElementsAre("It ended before it sent sound."));
    EXPECT_THAT(turns, ElementsAre("a"));
}

}  // namespace
}  // namespace consort::radio
