#include "plugins/radio/sound/track_pcm.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "plugins/radio/sound/testing.hpp"

namespace consort::radio {
namespace {

using namespace testing;
using namespace std::chrono_literals;

constexpr std::uint32_t kRate = 44'100;

Entry entry(const std::string& uri, double start = 0) {
    Entry made;
    made.uri = uri;
    made.start_seconds = start;
    return made;
}

// Until it has ended, or that much is there.
Pcm read_all(Voice& voice, std::size_t most = SIZE_MAX) {
    Pcm all;
    std::vector<float> block(2 * 1'152);
    for (;;) {
        const std::size_t count = voice.take(block.data(), std::min<std::size_t>(1'152, most));
        all.insert(all.end(), block.begin(),
                   block.begin() + static_cast<std::ptrdiff_t>(2 * count));
        most -= count;
        if (most == 0) return all;
        const auto ahead = voice.ahead();
        if (ahead.complete && ahead.frames == 0) return all;
        voice.wait(1s);
    }
}

void await_open(Voice& voice) {
    while (voice.condition() == Voice::Condition::kOpening) voice.wait(1s);
}

TEST(TrackPcm, GivesTheWholeSoundSampleForSample) {
    SoundHost host;
    const Pcm whole = sweep(kRate, 20 * kRate);
    host.add("/music/a.flac", float_sound(whole, kRate, "id", {{"title", "T"}, {"artist", "A"}}));
    const Sounds sounds(host.link());
    const auto voice = open_track_pcm(sounds, entry("/music/a.flac"), kRate, 2);
    await_open(*voice);
    ASSERT_EQ(voice->condition(), Voice::Condition::kReady);
    EXPECT_EQ(voice->facts().identity, "id");
    EXPECT_EQ(voice->facts().track->title, "T");
    EXPECT_EQ(voice->facts().track->seconds, 20);
    EXPECT_EQ(read_all(*voice), whole);
    EXPECT_EQ(voice->reason(), "");
}

TEST(TrackPcm, ReadsAheadAndNoFurther) {
    SoundHost host;
    std::atomic<std::uint64_t> furthest = 0;
    FakeSound sound = float_sound(Pcm(2 * 60 * kRate, 0.1f), kRate, "id");
    sound.reads = [&](std::uint64_t position) { furthest = position; };
    host.add("/a", std::move(sound));
    const Sounds sounds(host.link());
    const auto voice = open_track_pcm(sounds, entry("/a"), kRate, 2);
    while (voice->ahead().frames < 2 * kRate) std::this_thread::yield();
    EXPECT_LE(furthest, 3 * kRate);
    EXPECT_FALSE(voice->ahead().complete);
    read_all(*voice, 10 * kRate);
    while (voice->ahead().frames < kRate) std::this_thread::yield();
    EXPECT_GE(furthest, 10 * kRate);
    EXPECT_LE(furthest, 13 * kRate);
}

TEST(TrackPcm, BeginsWhereItIsTold) {
    SoundHost host;
    const Pcm whole = sweep(kRate, 5 * kRate);
    host.add("/a", float_sound(whole, kRate, "id"));
    const Sounds sounds(host.link());
    EXPECT_EQ(read_all(*open_track_pcm(sounds, entry("/a", 2), kRate, 2)),
              part(whole, 2 * kRate, 5 * kRate));
    // From a time when the file was longer.
    EXPECT_EQ(read_all(*open_track_pcm(sounds, entry("/a", 50), kRate, 2)), whole);
}

TEST(TrackPcm, AnotherRateHasTheExactLength) {
    SoundHost host;
    host.add("/a", float_sound(sweep(48'000, 480'001), 48'000, "id"));
    const Sounds sounds(host.link());
    EXPECT_EQ(read_all(*open_track_pcm(sounds, entry("/a"), kRate, 2)).size(), 2 * 441'001u);
}

TEST(TrackPcm, RoundingsOfManyTracksDoNotAddUp) {
    SoundHost host;
    const Sounds sounds(host.link());
    std::shared_ptr<Voice> before;
    double exact = 0, made = 0;
    // 1,089.52 frames here; a third of them 640.5, from another rate.
    for (int i = 0; i < 60; ++i) {
        const std::string uri = "/" + std::to_string(i);
        const bool other = i % 3 == 2;
        host.add(uri, other ? float_sound(sweep(32'000, 427), 32'000, uri)
                            : float_sound(sweep(kRate, 1'001), kRate, uri));
        const auto voice = open_track_pcm(sounds, entry(uri), 48'000, 2, before);
        exact += other ? 640.5 : 1'001 * 480.0 / 441;
        made += static_cast<double>(read_all(*voice).size() / 2);
        EXPECT_NEAR(made, exact, 0.501) << i;
        before = voice;
    }
}

// An album of three files, as one and cut; at 44,100 Hz, for a station of 48,000.
class Album : public ::testing::Test {
  protected:
    Album() {
        whole_ = sweep(kRate, 12 * kRate);
        host.add("/x/whole", float_sound(whole_, kRate, "whole"));
        const std::vector<std::uint64_t> cuts = {0, 200'003, 351'111, 12 * kRate};
        for (std::size_t i = 0; i + 1 < cuts.size(); ++i)
            host.add("/x/" + std::to_string(i),
                     float_sound(part(whole_, cuts[i], cuts[i + 1]), kRate, std::to_string(i),
                                 {{"album", "X"}, {"track", std::to_string(i + 1)}}));
    }
    static void append(Pcm& to, const Pcm& more) { to.insert(to.end(), more.begin(), more.end()); }
    SoundHost host;
    Pcm whole_;
};

TEST_F(Album, AtAnotherRateHasNoSeam) {
    const Sounds sounds(host.link());
    const Pcm expected = read_all(*open_track_pcm(sounds, entry("/x/whole"), 48'000, 2));
    // As the mixer does: the next one is opened while one plays.
    Pcm heard;
    auto now = open_track_pcm(sounds, entry("/x/0"), 48'000, 2);
    for (const char* next : {"/x/1", "/x/2", ""}) {
        await_open(*now);
        append(heard, read_all(*now, 24'000));
        const auto then =
            *next ? open_track_pcm(sounds, entry(next), 48'000, 2, now) : std::shared_ptr<Voice>();
        if (then) await_open(*then);
        append(heard, read_all(*now));
        now = then;
    }
    EXPECT_EQ(heard, expected);
}

TEST_F(Album, TracksThatAreDecodedBeforeTheNextOneOpensHaveNoSeamEither) {
    const Sounds sounds(host.link());
    constexpr std::uint64_t kLength = 8'001, kTracks = 20;
    for (std::uint64_t i = 0; i < kTracks; ++i)
        host.add("/y/" + std::to_string(10 + i),
                 float_sound(part(whole_, i * kLength, (i + 1) * kLength), kRate,
                             "y" + std::to_string(i),
                             {{"album", "Y"}, {"track", std::to_string(i + 1)}}));
    host.add("/y/whole", float_sound(part(whole_, 0, kTracks * kLength), kRate, "y"));
    const Pcm expected = read_all(*open_track_pcm(sounds, entry("/y/whole"), 48'000, 2));
    Pcm heard;
    auto now = open_track_pcm(sounds, entry("/y/10"), 48'000, 2);
    for (std::uint64_t i = 1; i <= kTracks; ++i) {
        while (!now->ahead().complete) now->wait(1s);
        const auto then =
            i == kTracks
                ? std::shared_ptr<Voice>()
                : open_track_pcm(sounds, entry("/y/" + std::to_string(10 + i)), 48'000, 2, now);
        if (then) await_open(*then);
        append(heard, read_all(*now));
        now = then;
    }
    EXPECT_EQ(heard, expected);
}

TEST_F(Album, TracksOpenedAllAtOnceHaveNoSeamEither) {
    const Sounds sounds(host.link());
    const Pcm expected = read_all(*open_track_pcm(sounds, entry("/x/whole"), 48'000, 2));
    std::vector<std::shared_ptr<Voice>> voices{nullptr};
    for (const char* uri : {"/x/0", "/x/1", "/x/2"})
        voices.push_back(open_track_pcm(sounds, entry(uri), 48'000, 2, voices.back()));
    Pcm heard;
    for (std::size_t i = 1; i < voices.size(); ++i) append(heard, read_all(*voices[i]));
    EXPECT_EQ(heard, expected);
}

TEST_F(Album, WithoutItsNeighbourATrackEndsAsAlone) {
    const Sounds sounds(host.link());
    const Pcm alone = read_all(*open_track_pcm(sounds, entry("/x/0"), 48'000, 2));
    const auto first = open_track_pcm(sounds, entry("/x/0"), 48'000, 2);
    await_open(*first);
    Pcm heard = read_all(*first, 24'000);
    auto next = open_track_pcm(sounds, entry("/x/1"), 48'000, 2, first);
    await_open(*next);
    EXPECT_EQ(next->ahead().frames, 0u);
    next.reset();
    append(heard, read_all(*first));
    EXPECT_EQ(heard, alone);
}

TEST_F(Album, ATrackWhoseNeighbourIsSkippedBeginsAlone) {
    const Sounds sounds(host.link());
    const Pcm alone = read_all(*open_track_pcm(sounds, entry("/x/1"), 48'000, 2));
    const auto first = open_track_pcm(sounds, entry("/x/0"), 48'000, 2);
    await_open(*first);
    const auto next = open_track_pcm(sounds, entry("/x/1"), 48'000, 2, first);
    await_open(*next);
    first->abandon();
    EXPECT_EQ(read_all(*next), alone);
}

TEST(TrackPcm, SaysWhyItCannotBePlayed) {
    SoundHost host;
    host.add("/damaged", float_sound(sweep(kRate, kRate), kRate, "id"));
    FakeSound broken = float_sound(sweep(kRate, kRate), kRate, "id");
    broken.broken_at = 0;
    host.add("/broken", std::move(broken));
    host.add("/empty", float_sound({}, kRate, "id"));
    FakeSound odd = float_sound(sweep(kRate, kRate), kRate, "id");
    odd.format.sample_format = 77;
    host.add("/odd", std::move(odd));
    const Sounds sounds(host.link());
    for (const char* uri : {"/gone", "/broken", "/empty", "/odd"}) {
        const auto voice = open_track_pcm(sounds, entry(uri), kRate, 2);
        await_open(*voice);
        EXPECT_EQ(voice->condition(), Voice::Condition::kFailed) << uri;
        EXPECT_NE(voice->reason(), "") << uri;
    }
}

TEST(TrackPcm, WhatWasReadBeforeItBrokeOffIsHeard) {
    SoundHost host;
    const Pcm whole = sweep(kRate, 3 * kRate);
    FakeSound sound = float_sound(whole, kRate, "id");
    sound.broken_at = 2 * kRate;
    host.add("/a", std::move(sound));
    const Sounds sounds(host.link());
    const auto voice = open_track_pcm(sounds, entry("/a"), kRate, 2);
    const Pcm heard = read_all(*voice);
    EXPECT_GT(heard.size() / 2, kRate);
    EXPECT_EQ(heard, part(whole, 0, heard.size() / 2));
    EXPECT_NE(voice->reason(), "");
}

TEST(TrackPcm, AbandonedItStopsReading) {
    SoundHost host;
    host.add("/a", float_sound(Pcm(2 * 60 * kRate, 0.1f), kRate, "id"));
    const Sounds sounds(host.link());
    const auto voice = open_track_pcm(sounds, entry("/a"), kRate, 2);
    await_open(*voice);
    voice->abandon();
    while (!voice->gone()) std::this_thread::yield();
}

}  // namespace
}  // namespace consort::radio
