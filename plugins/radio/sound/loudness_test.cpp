#include "plugins/radio/sound/loudness.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "plugins/radio/sound/gains.hpp"
#include "plugins/radio/sound/loudness_measure.hpp"
#include "plugins/radio/sound/testing.hpp"

namespace consort::radio {
namespace {

using namespace testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

class Folder {
  public:
    Folder() {
        std::string pattern = (fs::temp_directory_path() / "radio-loudness-XXXXXX").string();
        if (!::mkdtemp(pattern.data())) throw std::runtime_error("no temporary directory");
        path_ = pattern;
    }
    ~Folder() { fs::remove_all(path_); }
    std::string file() const { return (path_ / "loudness").string(); }
    fs::path path() const { return path_; }

  private:
    fs::path path_;
};

float level(double decibels) { return static_cast<float>(std::pow(10, decibels / 20)); }

TEST(LoudnessMeasure, AgreesWithEbuTech3341) {
    // Case 1: a sine of 1000 Hz at -23 dBFS on both sides has -23 LUFS.
    LoudnessMeasure measure(48'000);
    const Pcm pcm = tone(48'000, 20 * 48'000, 1'000, level(-23));
    measure.add(pcm.data(), pcm.size() / 2);
    const auto result = measure.result();
    ASSERT_TRUE(result);
    EXPECT_NEAR(result->lufs, -23, 0.1);
    EXPECT_NEAR(20 * std::log10(*result->peak), -23, 0.1);
}

TEST(LoudnessMeasure, SilenceHasNone) {
    LoudnessMeasure measure(44'100);
    EXPECT_FALSE(measure.result());
    const Pcm pcm(2 * 44'100, 0.0f);
    measure.add(pcm.data(), pcm.size() / 2);
    EXPECT_FALSE(measure.result());
}

LoudnessBook::Line line(double lufs, double peak, double seconds = 100, std::uint64_t album = 0) {
    LoudnessBook::Line made;
    made.measured = {lufs, peak};
    made.seconds = seconds;
    made.album = album;
    return made;
}

TEST(LoudnessBook, IsReadBackAsItWasWritten) {
    Folder folder;
    LoudnessBook book(folder.file());
    EXPECT_FALSE(book.changes());
    book.put("abc", line(-12.25, 0.5, 61.5, LoudnessBook::album_key("an album")));
    auto silent = line(0, 0);
    silent.silent = true;
    book.put("def", silent);
    book.put("not an identity", line(-1, 1));
    const auto text = book.changes();
    ASSERT_TRUE(text);
    EXPECT_FALSE(book.changes());
    ASSERT_TRUE(replace_file(folder.file(), *text).ok());
    LoudnessBook again(folder.file());
    EXPECT_EQ(again.size(), 2u);
    ASSERT_NE(again.find("abc"), nullptr);
    EXPECT_NEAR(again.find("abc")->measured.lufs, -12.25, 1e-9);
    EXPECT_NEAR(*again.find("abc")->measured.peak, 0.5, 1e-9);
    EXPECT_EQ(again.find("abc")->album, LoudnessBook::album_key("an album"));
    EXPECT_TRUE(again.find("def")->silent);
    // Nothing but the file is left in the folder.
    EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
}

TEST(LoudnessBook, ForgetsWhatWasNotAskedForLongest) {
    LoudnessBook book("", 100);
    for (int i = 0; i < 100; ++i) book.put("id" + std::to_string(i), line(-10, 1));
    EXPECT_NE(book.find("id0"), nullptr);
    book.put("one-more", line(-10, 1));
    EXPECT_LE(book.size(), 100u);
    EXPECT_NE(book.find("id0"), nullptr);
    EXPECT_NE(book.find("one-more"), nullptr);
    EXPECT_EQ(book.find("id1"), nullptr);
}

TEST(LoudnessBook, ReadsDamagedFilesAsFarAsTheyMakeSense) {
    Folder folder;
    std::ofstream(folder.file()) << "consort-loudness 1\n"
                                 << "good -10 0.5 60 0 0\n"
                                 << "bad nan 0.5 60 0 0\n"
                                 << "worse -10\n"
                                 << std::string(1'000, 'x') << " -10 0.5 60 0 0\n"
                                 << "fine -11 0.5 60 ff 0";
    LoudnessBook book(folder.file());
    EXPECT_EQ(book.size(), 2u);
    EXPECT_NE(book.find("good"), nullptr);
    EXPECT_NE(book.find("fine"), nullptr);
    std::ofstream(folder.file()) << "something else\ngood -10 0.5 60 0 0\n";
    EXPECT_EQ(LoudnessBook(folder.file()).size(), 0u);
}

TEST(LoudnessBook, AnAlbumsLoudnessIsThatOfItsSound) {
    LoudnessBook book("");
    book.put("a", line(-10, 0.5, 100, 7));
    EXPECT_FALSE(book.album(7));
    book.put("b", line(-20, 0.9, 100, 7));
    book.put("c", line(-5, 1.0, 100, 8));
    const auto album = book.album(7);
    ASSERT_TRUE(album);
    EXPECT_NEAR(album->lufs, 10 * std::log10((0.1 + 0.01) / 2), 1e-9);
    EXPECT_EQ(album->peak, 0.9);
    EXPECT_FALSE(book.album(0));
}

TEST(LoudnessBook, AFileThatCannotBeWrittenIsAnError) {
    const auto done = replace_file("/nonexistent/folder/file", "text");
    ASSERT_FALSE(done.ok());
    EXPECT_NE(done.error().text.find("/nonexistent/folder/file"), std::string::npos);
}

SourceFacts facts(const std::string& uri, const std::string& identity, const Tags& tags = {}) {
    Entry entry;
    entry.uri = uri;
    SourceFacts made = facts_of(entry, tags);
    made.identity = identity;
    return made;
}

TEST(Loudness, MeasuresOnceAndRemembers) {
    Folder folder;
    SoundHost host;
    const auto one = facts("/a", "aa");
    {
        host.add("/a", float_sound(tone(44'100, 5 * 44'100, 1'000, level(-14)), 44'100, "aa"));
        Loudness loudness(host.link(), folder.file());
        EXPECT_FALSE(loudness.known(one, 0ms));
        loudness.want(one, false);
        ASSERT_TRUE(loudness.idle(60s));
        const auto known = loudness.known(one, 0ms);
        ASSERT_TRUE(known && known->measured);
        EXPECT_TRUE(known->whole);
        EXPECT_NEAR(known->measured->lufs, -14, 0.1);
    }
    host.remove("/a");
    Loudness loudness(host.link(), folder.file());
    const auto known = loudness.known(one, 0ms);
    ASSERT_TRUE(known && known->whole && known->measured);
    EXPECT_NEAR(known->measured->lufs, -14, 0.1);
}

TEST(Loudness, TellsOfTheBeginningBeforeAllIsRead) {
    SoundHost host;
    FakeSound sound = float_sound(tone(44'100, 40 * 44'100, 1'000, level(-14)), 44'100, "aa");
    std::mutex mutex;
    mutex.lock();
    sound.reads = [&](std::uint64_t position) {
        if (position >= 32 * 44'100) const std::lock_guard wait(mutex);
    };
    host.add("/a", std::move(sound));
    Loudness loudness(host.link(), "");
    const auto one = facts("/a", "aa");
    loudness.want(one, true);
    const auto beginning = loudness.known(one, 60s);
    EXPECT_TRUE(beginning && !beginning->whole && beginning->measured);
    mutex.unlock();
    ASSERT_TRUE(loudness.idle(60s));
    EXPECT_TRUE(loudness.known(one, 0ms)->whole);
}

TEST(Loudness, WhatCannotBeReadIsNotTriedAgain) {
    SoundHost host;
    Loudness loudness(host.link(), "");
    const auto one = facts("/gone", "bb");
    loudness.want(one, false);
    ASSERT_TRUE(loudness.idle(60s));
    const auto known = loudness.known(one, 0ms);
    ASSERT_TRUE(known);
    EXPECT_FALSE(known->measured);
    loudness.want(one, false);
    ASSERT_TRUE(loudness.idle(60s));
    EXPECT_EQ(host.fake.log.lines.size(), 1u);
    EXPECT_TRUE(host.fake.log.contains("/gone"));
}

TEST(Gains, BringSourcesToTheTargetButNotAboveTheirPeaks) {
    EXPECT_NEAR(gain_db({-10, 0.5}, -16), -6, 1e-9);
    EXPECT_NEAR(gain_db({-30, 0.1}, -16), 14, 1e-9);
    // Up to the ceiling and no further.
    EXPECT_NEAR(gain_db({-30, level(-6)}, -16), 6 + kGainCeilingDbtp, 1e-5);
    EXPECT_NEAR(gain_db({-16, 1.0}, -16), kGainCeilingDbtp, 1e-9);
    // An unknown peak may be full scale.
    EXPECT_LE(gain_db({-30, std::nullopt}, -16), 0);
}

TEST(Gains, TakeTheBestThatIsKnown) {
    SoundHost host;
    host.add("/a", float_sound(tone(44'100, 5 * 44'100, 1'000, level(-10)), 44'100, "aa"));
    auto loudness = std::make_shared<Loudness>(host.link(), "");
    Gains gains(-16, loudness);
    const auto tagged = facts("/a", "aa", {{"replaygain_track_gain", "-4 dB"}});
    // Not measured: the tags, without waiting.
    EXPECT_NEAR(gains.decibels(tagged, 1h), -2, 1e-9);
    EXPECT_NEAR(gains.decibels(facts("/b", "bb"), 0ms), -2, 1e-9);
    gains.prepare(tagged, true);
    ASSERT_TRUE(loudness->idle(60s));
    EXPECT_NEAR(gains.decibels(tagged, 0ms), -6, 0.1);
    EXPECT_EQ(Gains(std::nullopt, loudness).decibels(tagged, 0ms), 0);
    EXPECT_NEAR(Gains(-16, nullptr).decibels(tagged, 0ms), -2, 1e-9);
}

TEST(Gains, AnAlbumThatBeginsGetsTheGainOfAllOfIt) {
    SoundHost host;
    const auto add = [&](const std::string& name, double decibels) {
        host.add("/x/" + name,
                 float_sound(tone(44'100, 5 * 44'100, 1'000, level(decibels)), 44'100, name));
    };
    add("1", -10);
    add("2", -30);
    auto loudness = std::make_shared<Loudness>(host.link(), "");
    const auto first = facts("/x/1", "1", {{"album", "X"}, {"track", "1"}});
    const auto second = facts("/x/2", "2", {{"album", "X"}, {"track", "2"}});
    Gains gains(-16, loudness);
    gains.prepare(first, true);
    gains.prepare(second, false);
    ASSERT_TRUE(loudness->idle(60s));
    // Half of it is loud: 3 dB below the loud one.
    EXPECT_NEAR(gains.decibels(first, 0ms), -3, 0.15);
    EXPECT_NEAR(gains.decibels(second, 0ms), 14, 0.15);
}

}  // namespace
}  // namespace consort::radio
