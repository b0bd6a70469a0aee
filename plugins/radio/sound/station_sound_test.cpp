// A station's sound as a whole, in real time, with real encoders.
#include "plugins/radio/sound/station_sound.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <thread>

#include "consort/failure.hpp"

#include "plugins/radio/sound/loudness.hpp"
#include "plugins/radio/sound/testing.hpp"

namespace consort::radio {
namespace {

using namespace testing;
using namespace std::chrono_literals;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::Not;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kRate = 44'100;

SoundSettings settings(const std::string& codec = "mp3") {
    SoundSettings made;
    made.name = "test";
    made.codec = codec;
    made.chunk_seconds = 0.1;
    made.loudness_lufs.reset();
    return made;
}

Entry named(const std::string& uri) {
    Entry entry;
    entry.uri = uri;
    return entry;
}

// Waits for a state. False: it did not come within a minute.
bool await(const StationSound& sound, const std::function<bool(const SoundState&)>& wanted) {
    const auto end = Clock::now() + 1min;
    while (!wanted(sound.state())) {
        if (Clock::now() > end) return false;
        std::this_thread::sleep_for(5ms);
    }
    return true;
}

TEST(StationSound, ASweepCutIntoFilesIsHeardUncut) {
    SoundHost host;
    const Pcm whole = sweep(kRate, 3 * kRate);
    const std::vector<std::uint64_t> cuts = {0, 30'011, 71'234, 3 * kRate};
    std::vector<Entry> entries;
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
        const std::string uri = "/" + std::to_string(i);
        host.add(uri, float_sound(part(whole, cuts[i], cuts[i + 1]), kRate, uri));
        entries.push_back(named(uri));
    }
    ListUpcoming upcoming(entries);
    ChunkList list;
    {
        StationSound sound(host.link(), settings("flac"), nullptr, upcoming, list);
        ASSERT_TRUE(list.wait_for(34));
    }
    EXPECT_THAT(upcoming.begun(), ElementsAre("0", "1", "2"));
    const Decoded decoded = decode(list.bytes(), "ogg");
    EXPECT_EQ(decoded.complaints, "");
    // A machine that was busy may have begun with silence.
    const auto differs = [&](std::size_t offset, std::size_t i) {
        return std::abs(decoded.pcm[offset + i] - whole[i]) > 3 / 32'768.0f;
    };
    std::size_t offset = 0;
    const auto found = [&] {
        for (std::size_t i = 2'000; i < 20'000; i += 37)
            if (differs(offset, i)) return false;
        return true;
    };
    const std::size_t surplus = decoded.pcm.size() - std::min(decoded.pcm.size(), whole.size());
    while (offset < surplus && !found()) offset += 2;
    ASSERT_LE(offset + whole.size(), decoded.pcm.size() + 2 * 4'096);
    for (std::size_t i = 0; i < std::min(whole.size(), decoded.pcm.size() - offset); ++i)
        ASSERT_FALSE(differs(offset, i)) << i / 2;
}

TEST(StationSound, KeepsToRealTime) {
    SoundHost host;
    host.add("/a", float_sound(tone(kRate, 60 * kRate, 440, 0.5f), kRate, "a"));
    ListUpcoming upcoming({named("/a")});
    ChunkList list;
    const auto begin = Clock::now();
    StationSound sound(host.link(), settings(), nullptr, upcoming, list);
    ASSERT_TRUE(list.wait_for(20));
    const std::chrono::duration<double> took = Clock::now() - begin;
    const auto chunks = list.chunks();
    const double seconds = static_cast<double>(chunks[19]->first + chunks[19]->frames) / kRate;
    // A turn, where a busy machine began with silence, makes shorter ones.
    EXPECT_NEAR(seconds, 2, 0.2);
    // One chunk ahead of time, and never more.
    EXPECT_GE(took.count(), seconds - 0.1 - 0.03);
}

TEST(StationSound, BeginsAtOnceLevelled) {
    SoundHost host;
    host.add("/a", float_sound(tone(kRate, 60 * kRate, 1'000, 0.5f), kRate, "a"));
    ListUpcoming upcoming({named("/a")});
    ChunkList list;
    auto how = settings();
    how.loudness_lufs = -16;
    StationSound sound(host.link(), how, std::make_shared<Loudness>(host.link(), ""), upcoming,
                       list);
    ASSERT_TRUE(await(
        sound, [](const SoundState& state) { return state.doing == SoundState::Doing::kPlaying; }));
    const SoundState state = sound.state();
    EXPECT_EQ(state.track->title, "a");
    EXPECT_LT(state.gain_db, -1);
    EXPECT_TRUE(state.encoder_runs);
    ASSERT_TRUE(list.wait_for(3));
    EXPECT_GE(sound.state().chunks, 2u);
}

TEST(StationSound, WaitsInSilenceAndSaysSo) {
    SoundHost host;
    ListUpcoming upcoming({});
    ChunkList list;
    StationSound sound(host.link(), settings("aac"), nullptr, upcoming, list);
    ASSERT_TRUE(list.wait_for(3));
    EXPECT_EQ(sound.state().doing, SoundState::Doing::kWaiting);
    EXPECT_EQ(sound.state().reason, "There is nothing to play.");
    EXPECT_EQ(list.chunks()[1]->track, nullptr);
    host.add("/a", float_sound(tone(kRate, 60 * kRate, 440, 0.5f), kRate, "a"));
    upcoming.set({named("/a")});
    sound.changed();
    EXPECT_TRUE(await(sound, [](const SoundState& state) { return state.track != nullptr; }));
    // The file goes away while another one is named: what plays goes on.
    host.remove("/a");
    upcoming.set({named("/gone"), named("/a")});
    sound.skip();
    EXPECT_TRUE(await(sound, [](const SoundState& state) {
        return state.reason.find("cannot be played") != std::string::npos;
    }));
    EXPECT_FALSE(upcoming.failures().empty());
    EXPECT_TRUE(host.fake.log.contains("/gone cannot be played"));
}

TEST(StationSound, SkippingWithinAnAlbumOfAnotherRateCostsNoSilence) {
    SoundHost host;
    std::vector<Entry> entries;
    for (int i = 1; i <= 3; ++i) {
        const std::string uri = "/x/" + std::to_string(i);
        host.add(uri, float_sound(tone(48'000, 20 * 48'000, 200 * i, 0.5f), 48'000, uri,
                                  {{"album", "X"}, {"track", std::to_string(i)}}));
        entries.push_back(named(uri));
    }
    ListUpcoming upcoming(entries);
    ChunkList list;
    StationSound sound(host.link(), settings(), nullptr, upcoming, list);
    for (const char* title : {"1", "2", "3"}) {
        ASSERT_TRUE(await(sound, [&](const SoundState& state) {
            return state.track && state.track->title == title && state.seconds > 0.3;
        }));
        sound.skip();
    }
    EXPECT_EQ(sound.state().underruns, 0u);
}

// An encoder that fails after some samples, three times, then works.
struct Failing {
    consort_encoder table;
    consort_encoder_component real;
    std::atomic<int> left = 3;
    static inline Failing* now = nullptr;

    explicit Failing(const consort_encoder_component& from) : table(*from.table), real(from) {
        now = this;
        table.encode = [](consort_encoding* raw, std::int64_t start, std::int64_t end,
                          consort_pcm_input pcm, consort_encode_sink sink) noexcept {
            if (now->left.fetch_sub(1) <= 0)
                return now->real.table->encode(raw, start, end, pcm, sink);
            struct Limited {
                consort_encode_sink sink;
                int samples = 0;
            } limited{sink};
            const consort_encode_sink counting{
                &limited, [](void* self, const consort_sample* sample, const void* data) noexcept {
                    auto& to = *static_cast<Limited*>(self);
                    if (++to.samples > 10) return consort_status{CONSORT_E_INTERNAL};
                    return to.sink.sample(to.sink.self, sample, data);
                }};
            return now->real.table->encode(raw, start, end, pcm, counting);
        };
    }
};

TEST(StationSound, AnEncoderThatFailsIsStartedAnew) {
    for (const char* codec : {"mp3", "opus"}) {
        SoundHost host;
        host.add("/a", float_sound(tone(48'000, 60 * 48'000, 440, 0.5f), 48'000, "a"));
        std::unique_ptr<Failing> failing;
        host.swap = [&](const std::string&, consort_encoder_component real) {
            if (!failing) failing = std::make_unique<Failing>(real);
            return consort_encoder_component{&failing->table, real.self};
        };
        ListUpcoming upcoming({named("/a")});
        ChunkList list;
        {
            StationSound sound(host.link(), settings(codec), nullptr, upcoming, list);
            ASSERT_TRUE(await(sound, [](const SoundState& state) {
                return state.encoder_failures == 3 && state.encoder_runs;
            }));
            ASSERT_TRUE(list.wait_for(list.chunks().size() + 5));
            EXPECT_EQ(sound.state().doing, SoundState::Doing::kPlaying);
        }
        EXPECT_TRUE(host.fake.log.contains("encoder failed and is started anew"));
        EXPECT_EQ(host.fake.metrics.values["encoder_failures_total{station=test}"], 3);
        // It began once and went on.
        EXPECT_THAT(upcoming.begun(), ElementsAre("a"));
        const auto chunks = list.chunks();
        for (std::size_t i = 1; i < chunks.size(); ++i) {
            EXPECT_EQ(chunks[i]->number, i);
            EXPECT_GE(chunks[i]->first, chunks[i - 1]->first + chunks[i - 1]->frames);
        }
        const Decoded decoded = decode(list.bytes(), std::string(codec) == "mp3" ? "mp3" : "ogg");
        // A link of a few packets confuses FFmpeg's clock, not its decoder.
        EXPECT_THAT(decoded.complaints, Not(ContainsRegex("rror|nvalid data|orrupt|failed")));
        EXPECT_GT(decoded.frames(), kRate / 2);
    }
}

TEST(StationSound, WithoutAnEncoderItSaysSoAndTriesAgain) {
    SoundHost host;
    std::atomic<bool> there = false;
    host.swap = [&](const std::string&, consort_encoder_component real) {
        static const consort_encoder none = [] {
            consort_encoder table{};
            table.prepare = [](void*, const consort_encode_source*, const consort_encode_settings*,
                               consort_encoding**) noexcept {
                return consort_status{CONSORT_E_UNSUPPORTED};
            };
            return table;
        }();
        return there ? real : consort_encoder_component{&none, nullptr};
    };
    ListUpcoming upcoming({});
    ChunkList list;
    StationSound sound(host.link(), settings(), nullptr, upcoming, list);
    ASSERT_TRUE(await(sound, [](const SoundState& state) {
        return state.doing == SoundState::Doing::kFailed && state.encoder_failures > 1;
    }));
    EXPECT_NE(sound.state().reason.find("mp3 encoder does not run"), std::string::npos);
    there = true;
    EXPECT_TRUE(list.wait_for(1));
    EXPECT_TRUE(sound.state().encoder_runs);
}

class Hum : public LiveInput {
  public:
    std::size_t ready() const override { return kRate; }
    std::size_t read(float* stereo, std::size_t frames) override {
        std::fill_n(stereo, 2 * frames, 0.0f);
        return frames;
    }
    bool ended() const override { return closed; }
    std::shared_ptr<const Track> track() const override { return track_; }
    void released(const std::string&) override { ++releases; }
    std::atomic<bool> closed = false;
    std::atomic<int> releases = 0;

  private:
    static std::shared_ptr<const Track> make() {
        auto made = std::make_shared<Track>();
        made->title = "hum";
        made->live = true;
        return made;
    }
    std::shared_ptr<const Track> track_ = make();
};

TEST(StationSound, IsSteeredFromAnyThread) {
    SoundHost host;
    std::vector<Entry> entries;
    for (int i = 0; i < 5; ++i) {
        const std::string uri = "/" + std::to_string(i);
        host.add(uri, float_sound(tone(kRate, 60 * kRate, 200 + 100 * i, 0.5f), kRate, uri));
        entries.push_back(named(uri));
    }
    ListUpcoming upcoming(entries, true);
    ChunkList list;
    auto how = settings();
    how.loudness_lufs = -16;
    auto loudness = std::make_shared<Loudness>(host.link(), "");
    StationSound sound(host.link(), how, loudness, upcoming, list);
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i)
        threads.emplace_back([&] {
            for (std::size_t n = 2; n < 12; ++n) {
                list.wait_for(n);
                sound.skip();
                sound.changed();
                static_cast<void>(sound.state());
            }
        });
    for (auto& thread : threads) thread.join();
    EXPECT_GE(upcoming.begun().size(), 3u);
    const auto hum = std::make_shared<Hum>();
    sound.take_over(hum);
    EXPECT_TRUE(await(
        sound, [](const SoundState& state) { return state.doing == SoundState::Doing::kLive; }));
    sound.skip();
    EXPECT_TRUE(await(
        sound, [](const SoundState& state) { return state.doing == SoundState::Doing::kPlaying; }));
    EXPECT_EQ(hum->releases, 1);
}

TEST(StationSound, EndsPromptly) {
    SoundHost host;
    host.add("/a", float_sound(tone(kRate, 60 * kRate, 440, 0.5f), kRate, "a"));
    ListUpcoming upcoming({named("/a")});
    ChunkList list;
    auto how = settings();
    how.chunk_seconds = 10;
    auto sound = std::make_unique<StationSound>(host.link(), how, nullptr, upcoming, list);
    ASSERT_TRUE(await(*sound, [](const SoundState& state) { return state.track != nullptr; }));
    const auto begin = Clock::now();
    sound.reset();
    EXPECT_LT(Clock::now() - begin, 5s);
}

TEST(StationSound, RefusesImpossibleSettings) {
    SoundHost host;
    ListUpcoming upcoming({});
    ChunkList list;
    const auto with = [&](auto change) {
        SoundSettings how = settings();
        change(how);
        StationSound sound(host.link(), how, nullptr, upcoming, list);
    };
    EXPECT_THROW(with([](SoundSettings& how) { how.codec = "wma"; }), Failure);
    EXPECT_THROW(with([](SoundSettings& how) { how.sample_rate = 7; }), Failure);
    EXPECT_THROW(with([](SoundSettings& how) { how.crossfade_seconds = -1; }), Failure);
    EXPECT_THROW(with([](SoundSettings& how) { how.chunk_seconds = std::nan(""); }), Failure);
    EXPECT_THROW(with([](SoundSettings& how) { how.loudness_lufs = 3; }), Failure);
    EXPECT_NO_THROW(with([](SoundSettings& how) { how.codec = "opus"; }));
}

}  // namespace
}  // namespace consort::radio
