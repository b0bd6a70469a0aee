#include "plugins/radio/sound/mixer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "plugins/radio/sound/testing.hpp"

namespace consort::radio {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint32_t kRate = 44'100;

Entry entry(const std::string& uri, bool jingle = false) {
    Entry made;
    made.uri = uri;
    made.jingle = jingle;
    return made;
}

// A mixer over sounds in memory.
class Mixing : public ::testing::Test, public MixerEvents {
  protected:
    std::shared_ptr<MemoryVoice> add(const std::string& uri, const Pcm& pcm, const Tags& tags = {},
                                     bool jingle = false) {
        SourceFacts facts = facts_of(entry(uri, jingle), tags);
        facts.seconds = static_cast<double>(pcm.size() / 2) / kRate;
        return voices[uri] = std::make_shared<MemoryVoice>(pcm, facts);
    }
    void start(std::vector<Entry> entries, double crossfade = 0,
               std::optional<double> loudness = std::nullopt) {
        upcoming = std::make_unique<ListUpcoming>(std::move(entries));
        mixer = std::make_unique<Mixer>(
            MixerSettings{kRate, crossfade, 0, std::chrono::milliseconds(0)},
            [this](const Entry& wanted, const auto&) { return open(wanted); },
            Gains(loudness, nullptr), *upcoming, *this);
    }
    std::shared_ptr<Voice> open(const Entry& wanted) {
        ++opened[wanted.uri];
        opened_at[wanted.uri] = mixer->position();
        const auto found = voices.find(wanted.uri);
        if (found != voices.end()) return found->second;
        auto missing = std::make_shared<MemoryVoice>(Pcm{}, SourceFacts{});
        missing->state = Voice::Condition::kFailed;
        missing->why = "there is no such file";
        return missing;
    }
    // As encoders ask: in pieces of 1152.
    Pcm mix(std::uint64_t frames) {
        Pcm out(2 * frames, 9.0f);
        for (std::uint64_t at = 0; at < frames; at += 1'152)
            mixer->mix(out.data() + 2 * at, std::min<std::uint64_t>(1'152, frames - at));
        return out;
    }
    void turned(std::uint64_t position, std::shared_ptr<const Track> track) override {
        turns.emplace_back(position, track ? track->title : "");
    }
    void underrun(const std::string& what) override { underruns.push_back(what); }
    void trouble(const std::string& what) override { troubles.push_back(what); }

    std::map<std::string, std::shared_ptr<MemoryVoice>> voices;
    std::map<std::string, int> opened;
    std::map<std::string, std::uint64_t> opened_at;
    std::unique_ptr<ListUpcoming> upcoming;
    std::unique_ptr<Mixer> mixer;
    std::vector<std::pair<std::uint64_t, std::string>> turns;
    std::vector<std::string> underruns, troubles;
};

using Turns = std::vector<std::pair<std::uint64_t, std::string>>;

TEST_F(Mixing, ASweepCutIntoFilesComesOutUncut) {
    const Pcm whole = sweep(kRate, 100'000);
    const std::vector<std::uint64_t> cuts = {0, 1, 1'152, 40'001, 40'002, 99'999, 100'000};
    std::vector<Entry> entries;
    Turns expected;
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
        const std::string name = "part" + std::to_string(i);
        add("/" + name, part(whole, cuts[i], cuts[i + 1]));
        entries.push_back(entry("/" + name));
        expected.emplace_back(cuts[i], name);
    }
    start(entries);
    EXPECT_EQ(mix(100'000), whole);
    EXPECT_EQ(turns, expected);
    EXPECT_THAT(upcoming->begun(),
                ElementsAre("part0", "part1", "part2", "part3", "part4", "part5"));
    EXPECT_THAT(underruns, IsEmpty());
}

TEST_F(Mixing, ShortSourcesAreOpenedSecondsAhead) {
    // A long one, then many of a fifth of a second.
    constexpr std::uint64_t kShort = kRate / 5;
    const Pcm whole = sweep(kRate, 20 * kRate + 50 * kShort);
    std::vector<Entry> entries{entry("/long")};
    add("/long", part(whole, 0, 20 * kRate));
    for (std::uint64_t i = 0; i < 50; ++i) {
        const std::string name = "/short" + std::to_string(i);
        add(name, part(whole, 20 * kRate + i * kShort, 20 * kRate + (i + 1) * kShort));
        entries.push_back(entry(name));
    }
    start(entries);
    EXPECT_EQ(mix(whole.size() / 2), whole);
    for (std::uint64_t i = 0; i < 50; ++i) {
        const std::string name = "/short" + std::to_string(i);
        EXPECT_EQ(opened[name], 1) << name;
        EXPECT_LE(opened_at[name] + 2 * kRate, 20 * kRate + i * kShort) << name;
    }
    EXPECT_GE(opened_at["/short1"], 15 * kRate) << "long sources do not hold many open";
}

TEST_F(Mixing, ABrokenSourceAmongShortOnesLeavesNoHole) {
    const Pcm whole = sweep(kRate, 9'000);
    add("/a", part(whole, 0, 3'000));
    add("/c", part(whole, 3'000, 6'000));
    add("/f", part(whole, 6'000, 9'000));
    start({entry("/a"), entry("/b"), entry("/c"), entry("/d"), entry("/e"), entry("/f")});
    EXPECT_EQ(mix(9'000), whole);
    EXPECT_THAT(upcoming->begun(), ElementsAre("a", "c", "f"));
    EXPECT_THAT(upcoming->failures(),
                ElementsAre("/b: there is no such file", "/d: there is no such file",
                            "/e: there is no such file"));
}

TEST_F(Mixing, MovingOnFadesOutWithinSeconds) {
    add("/a", Pcm(2 * 60 * kRate, 0.5f));
    add("/b", Pcm(2 * 60 * kRate, 0.25f));
    add("/c", Pcm(2 * 60 * kRate, 0.125f));
    start({entry("/a"), entry("/b")});
    mix(kRate);
    upcoming->set({entry("/c")});
    mixer->move_on();
    const Pcm out = mix(4 * kRate);
    const std::uint64_t fade = 3 * kRate;
    for (std::uint64_t i = 1; i < fade; ++i) ASSERT_LE(out[2 * i], out[2 * i - 2]) << i;
    EXPECT_LT(out[2 * fade - 2], 0.001f);
    EXPECT_EQ(part(out, fade, 4 * kRate), Pcm(2 * kRate, 0.125f));
    EXPECT_THAT(upcoming->begun(), ElementsAre("a", "c"));
}

TEST_F(Mixing, SilenceSaysWhyAndEndsWhenThereIsSomething) {
    start({});
    EXPECT_EQ(mix(5'000), Pcm(10'000, 0.0f));
    EXPECT_EQ(mixer->state().reason, "There is nothing to play.");
    EXPECT_STREQ(mixer->state().code, "nothing_to_play");
    EXPECT_EQ(mixer->state().track, nullptr);
    add("/a", tone(kRate, 20'000, 440, 0.5f));
    upcoming->set({entry("/a")});
    mixer->changed();
    EXPECT_EQ(mix(20'000), tone(kRate, 20'000, 440, 0.5f));
    EXPECT_EQ(mixer->state().track->title, "a");
    EXPECT_EQ(mixer->state().reason, "");
    EXPECT_STREQ(mixer->state().code, "");
    EXPECT_NEAR(mixer->state().seconds, 20'000.0 / kRate, 1e-9);
    mix(1'000);
    EXPECT_EQ(turns, (Turns{{5'000, "a"}, {25'000, ""}}));
}

TEST_F(Mixing, WhatCannotBePlayedIsReportedAndPassed) {
    const Pcm good = tone(kRate, 10'000, 440, 0.5f);
    add("/good", good);
    add("/empty", {});
    start({entry("/gone"), entry("/empty"), entry("/good")});
    const Pcm out = mix(30'000);
    EXPECT_THAT(upcoming->failures(),
                ElementsAre("/gone: there is no such file", "/empty: The file holds no sound."));
    EXPECT_THAT(troubles, ElementsAre("/gone cannot be played: there is no such file",
                                      "/empty cannot be played: The file holds no sound."));
    ASSERT_EQ(turns.back().second, "");
    const std::uint64_t begin = turns[turns.size() - 2].first;
    EXPECT_LT(begin, kRate / 4);
    EXPECT_EQ(part(out, begin, begin + 10'000), good);
}

TEST_F(Mixing, AFolderOfBrokenFilesIsNotTriedAtFullSpeed) {
    std::vector<Entry> broken;
    for (int i = 0; i < 1'000; ++i) broken.push_back(entry("/broken" + std::to_string(i)));
    start(broken);
    mix(10 * kRate);
    EXPECT_GE(upcoming->failures().size(), 8u);
    EXPECT_LE(upcoming->failures().size(), 30u);
    EXPECT_EQ(mixer->state().reason,
              upcoming->failures().back().substr(0, upcoming->failures().back().find(':')) +
                  " cannot be played: there is no such file");
}

TEST_F(Mixing, CrossfadesWithEqualPower) {
    // Tones that have nothing in common: powers add up.
    add("/a", tone(kRate, 4 * kRate, 441, 0.5f));
    add("/b", tone(kRate, 4 * kRate, 1'470, 0.5f));
    start({entry("/a"), entry("/b")}, 1);
    const Pcm out = mix(7 * kRate);
    EXPECT_EQ(turns, (Turns{{0, "a"}, {3 * kRate, "b"}}));
    const auto power = [&](std::uint64_t from) {
        double sum = 0;
        for (std::uint64_t i = from; i < from + 4'410; ++i) sum += out[2 * i] * out[2 * i];
        return sum / 4'410;
    };
    for (std::uint64_t at = 0; at + 4'410 <= 7 * kRate; at += 4'410)
        EXPECT_NEAR(power(at), 0.125, 0.002) << at;
    // Nothing is lost: what comes before and after is untouched.
    EXPECT_EQ(part(out, 0, 3 * kRate), part(tone(kRate, 4 * kRate, 441, 0.5f), 0, 3 * kRate));
    EXPECT_EQ(part(out, 4 * kRate, 7 * kRate),
              part(tone(kRate, 4 * kRate, 1'470, 0.5f), kRate, 4 * kRate));
}

TEST_F(Mixing, DoesNotCrossfadeWithinAnAlbumOrBesideAJingle) {
    const Pcm whole = sweep(kRate, 4 * kRate);
    add("/x/1", part(whole, 0, kRate), {{"album", "X"}, {"track", "1"}});
    add("/x/2", part(whole, kRate, 2 * kRate), {{"album", "X"}, {"track", "2"}});
    add("/jingle", part(whole, 2 * kRate, 3 * kRate), {}, true);
    add("/y", part(whole, 3 * kRate, 4 * kRate));
    start({entry("/x/1"), entry("/x/2"), entry("/jingle", true), entry("/y")}, 2);
    EXPECT_EQ(mix(4 * kRate), whole);
}

TEST_F(Mixing, AShortSourceIsNotSwallowedByTheCrossfade) {
    add("/a", tone(kRate, 10 * kRate, 441, 0.5f));
    add("/b", tone(kRate, 3 * kRate, 882, 0.5f));
    start({entry("/a"), entry("/b")}, 8);
    mix(12 * kRate);
    EXPECT_EQ(turns, (Turns{{0, "a"}, {9 * kRate, "b"}}));
}

TEST_F(Mixing, SkippingFadesForFiftyMilliseconds) {
    add("/a", tone(kRate, 5 * kRate, 441, 0.5f));
    add("/b", Pcm(2 * 5 * kRate, 0.25f));
    start({entry("/a"), entry("/b")});
    mix(1'152 * 10);
    mixer->skip();
    const Pcm out = mix(1'152 * 10);
    EXPECT_EQ(turns, (Turns{{0, "a"}, {11'520, "b"}}));
    EXPECT_THAT(upcoming->begun(), ElementsAre("a", "b"));
    // The next one is there at once; the tone over it goes away.
    const std::uint64_t fade = kRate / 20;
    const auto swing = [&](std::uint64_t from, std::uint64_t to) {
        float most = 0;
        for (std::uint64_t i = from; i < to; ++i)
            most = std::max(most, std::abs(out[2 * i] - 0.25f));
        return most;
    };
    EXPECT_GT(swing(0, 200), 0.48f);
    EXPECT_LT(swing(fade - 200, fade), 0.09f);
    EXPECT_EQ(swing(fade, 11'000), 0.0f);
}

TEST_F(Mixing, SkippingWaitsForTheNextSourceToOpenButNotForLong) {
    add("/a", tone(kRate, 5 * kRate, 441, 0.5f));
    const auto slow = add("/b", Pcm(2 * kRate, 0.25f));
    slow->state = Voice::Condition::kOpening;
    start({entry("/a"), entry("/b")});
    mix(1'152);
    mixer->skip();
    mix(1'152 * 20);
    EXPECT_EQ(turns.size(), 1u);
    slow->state = Voice::Condition::kReady;
    mix(1'152);
    EXPECT_EQ(turns.back(), (std::pair<std::uint64_t, std::string>(1'152 * 21, "b")));

    const auto never = add("/c", Pcm(2 * kRate, 0.25f));
    never->state = Voice::Condition::kOpening;
    upcoming->set({entry("/c")});
    mixer->skip();
    mix(kRate + 2'000 + kRate / 20);
    EXPECT_EQ(turns.back().second, "");
    EXPECT_EQ(mixer->state().reason, "Waiting for /c to open.");
    EXPECT_STREQ(mixer->state().code, "opening");
}

TEST_F(Mixing, WhatComesNextMayChangeUntilItsTurn) {
    add("/a", Pcm(2 * 3 * kRate, 0.1f));
    const auto b = add("/b", Pcm(2 * kRate, 0.2f));
    add("/c", Pcm(2 * kRate, 0.3f));
    start({entry("/a"), entry("/b")});
    mix(kRate);
    upcoming->set({entry("/c")});
    mixer->changed();
    mix(1'152);
    EXPECT_TRUE(b->abandoned);
    mix(2 * kRate);
    EXPECT_THAT(upcoming->begun(), ElementsAre("a", "c"));
    // Asked often, opened once.
    EXPECT_EQ(opened["/c"], 1);
}

TEST_F(Mixing, ASlowSourceIsSilenceAndGoesOnWithoutLoss) {
    const Pcm whole = sweep(kRate, kRate);
    const auto slow = add("/a", whole);
    slow->hold = 5'000;
    start({entry("/a")});
    const Pcm out = mix(20'000);
    EXPECT_EQ(part(out, 0, 5'000), part(whole, 0, 5'000));
    EXPECT_EQ(part(out, 5'000, 20'000), Pcm(30'000, 0.0f));
    EXPECT_THAT(underruns, ElementsAre("reading /a is too slow"));
    slow->hold = UINT64_MAX;
    EXPECT_EQ(mix(kRate - 5'000), part(whole, 5'000, kRate));
}

TEST_F(Mixing, ASourceThatBreaksOffIsReported) {
    add("/a", Pcm(2 * 1'000, 0.1f))->why = "the data is damaged";
    add("/b", Pcm(2 * 1'000, 0.2f));
    start({entry("/a"), entry("/b")});
    mix(2'000);
    EXPECT_THAT(troubles, ElementsAre("/a broke off: the data is damaged"));
    EXPECT_THAT(upcoming->begun(), ElementsAre("a", "b"));
}

TEST_F(Mixing, TellsHowFarItIs) {
    add("/a", Pcm(2 * 5 * kRate, 0.1f));
    Entry late = entry("/a");
    late.start_seconds = 100;
    start({late});
    mix(3 * kRate + 1'152);
    EXPECT_GE(upcoming->last_reached(), 102);
    EXPECT_LE(upcoming->last_reached(), 103.1);
}

TEST_F(Mixing, TagsLevelWhatWasNotMeasured) {
    // 12 dB louder than wanted.
    add("/a", Pcm(2 * 1'000, 0.8f), {{"replaygain_track_gain", "-14 dB"}});
    start({entry("/a")}, 0, -16);
    EXPECT_NEAR(mix(500)[600], 0.8 * std::pow(10, -12 / 20.0), 1e-4);
    EXPECT_NEAR(mixer->state().gain_db, -12, 1e-9);
}

TEST_F(Mixing, AnAlbumHasOneGain) {
    add("/1", Pcm(2 * 1'000, 0.8f),
        {{"replaygain_track_gain", "-14 dB"}, {"album", "A"}, {"track", "4"}});
    add("/2", Pcm(2 * 1'000, 0.8f),
        {{"replaygain_track_gain", "-4 dB"}, {"album", "A"}, {"track", "5"}});
    start({entry("/1"), entry("/2")}, 0, -16);
    mix(1'500);
    EXPECT_NEAR(mixer->state().gain_db, -12, 1e-9);
}

}  // namespace
}  // namespace consort::radio
