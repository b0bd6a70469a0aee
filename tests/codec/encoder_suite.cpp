#include "tests/codec/encoder_suite.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <random>
#include <stdexcept>

#include "plugins/codec/ffmpeg/track_reader.hpp"

namespace consort::codec::testing {

Sound decode_sound(const Track& track, const Coded& coded) {
    const auto media = media_of(track, coded);
    auto decoder = TrackDecoder::open(media->view(), 0);
    if (!decoder) throw std::runtime_error(decoder.error().text);
    const Pcm format = (*decoder)->format();
    TrackReader reader(std::move(*decoder), [](std::string_view what) {
        throw std::runtime_error("a damaged sample: " + std::string(what));
    });
    Sound sound;
    sound.pcm = format;
    sound.values.resize(format.frames * frame_bytes(format));
    const auto got = reader.read(0, format.frames, sound.values.data());
    if (!got || *got != format.frames) throw std::runtime_error("the track ends too early");
    return sound;
}

std::vector<float> decode_all(const Track& track, const Coded& coded) {
    return decode_sound(track, coded).floats();
}

Coded encode_in_ranges(const SoundEncoding& encoding, const Sound& sound,
                       const std::vector<std::uint64_t>& cuts) {
    const std::int64_t unit = encoding.info().sample_duration;
    Coded all;
    SoundInput input(sound);
    std::int64_t from = 0;
    for (std::size_t i = 0; i <= cuts.size(); ++i) {
        const std::int64_t to =
            i < cuts.size() ? static_cast<std::int64_t>(cuts[i]) * unit : INT64_MAX;
        auto coded = encode(encoding, input, from, to);
        if (!coded) throw std::runtime_error(coded.error().text);
        if (i < cuts.size()) {
            EXPECT_EQ(static_cast<std::int64_t>(coded->size()) * unit, to - from);
        }
        for (auto& each : *coded) all.push_back(std::move(each));
        from = to;
    }
    return all;
}

std::vector<std::uint64_t> random_cuts(std::uint64_t samples, std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<std::uint64_t> cuts;
    for (std::size_t i = 0; i < count; ++i) cuts.push_back(1 + random() % (samples - 1));
    std::sort(cuts.begin(), cuts.end());
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    return cuts;
}

std::vector<double> join_losses(const Sound& sound, const std::vector<float>& whole,
                                const std::vector<float>& joined,
                                const std::vector<std::int64_t>& joins) {
    const std::vector<float> source = sound.floats();
    const std::uint32_t channels = sound.pcm.channels;
    const std::uint64_t window = sound.pcm.rate / 5;
    std::vector<double> losses;
    for (const std::int64_t join : joins) {
        double most = -1'000;
        for (int half = 0; half < 4; ++half) {
            const std::int64_t start = join + half * static_cast<std::int64_t>(window / 2);
            const auto from = static_cast<std::uint64_t>(std::max<std::int64_t>(start, 0));
            const std::uint64_t to = std::min<std::uint64_t>(from + window, sound.frames());
            if (to < from + window / 2) break;
            most = std::max(most, error_db(source, joined, channels, from, to) -
                                      error_db(source, whole, channels, from, to));
        }
        losses.push_back(most);
    }
    return losses;
}

void expect_good_joins(const Prepare& prepare, const Sound& sound, std::size_t cuts) {
    const auto encoding = prepare(sound.pcm);
    ASSERT_TRUE(encoding.ok()) << encoding.error().text;
    const Track track = (*encoding)->track();
    const auto unit = static_cast<std::int64_t>((*encoding)->info().sample_duration);
    const Coded whole = encode_all(**encoding, sound);
    const auto places = random_cuts(whole.size(), cuts, 17);
    const Coded joined = encode_in_ranges(**encoding, sound, places);
    ASSERT_EQ(joined.size(), whole.size());
    std::vector<std::int64_t> joins;
    for (const auto place : places)
        joins.push_back(static_cast<std::int64_t>(place) * unit - track.edit_start);
    const auto losses =
        join_losses(sound, decode_all(track, whole), decode_all(track, joined), joins);
    for (std::size_t i = 0; i < losses.size(); ++i)
        EXPECT_LE(losses[i], 1.0) << "at the join before sample " << places[i];
    if (std::getenv("CONSORT_SHOW_LOSSES") != nullptr)
        std::printf(
            "%s: mean %.2f dB, worst %.2f dB\n", std::string(view(track.codec)).c_str(),
            std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(losses.size()),
            *std::max_element(losses.begin(), losses.end()));
}

void expect_same_samples(const Prepare& prepare, const Sound& sound, std::size_t cuts) {
    const auto encoding = prepare(sound.pcm);
    ASSERT_TRUE(encoding.ok()) << encoding.error().text;
    const Coded whole = encode_all(**encoding, sound);
    const Coded joined = encode_in_ranges(**encoding, sound, random_cuts(whole.size(), cuts, 23));
    ASSERT_EQ(joined.size(), whole.size());
    std::size_t same = 0;
    for (std::size_t i = 0; i < whole.size(); ++i) same += joined[i] == whole[i] ? 1 : 0;
    EXPECT_GE(static_cast<double>(same), 0.98 * static_cast<double>(whole.size()));
    if (std::getenv("CONSORT_SHOW_LOSSES") != nullptr)
        std::printf("%s: %zu of %zu samples the same\n",
                    std::string(view((*encoding)->track().codec)).c_str(), same, whole.size());
}

void expect_exact_length(const Prepare& prepare, const Sound& sound, double most_error_db) {
    const auto encoding = prepare(sound.pcm);
    ASSERT_TRUE(encoding.ok()) << encoding.error().text;
    const Track track = (*encoding)->track();
    const Coded coded = encode_all(**encoding, sound);
    EXPECT_EQ(coded.size(), track.sample_count);
    std::uint64_t sum = 0;
    for (const CodedSample& each : coded) {
        EXPECT_EQ(each.sample.decode_time, static_cast<std::int64_t>(sum));
        sum += each.sample.duration;
    }
    EXPECT_EQ(sum, track.media_duration);
    EXPECT_EQ(track.edit_duration,
              (sound.frames() * track.timescale + sound.pcm.rate / 2) / sound.pcm.rate);
    EXPECT_LE(static_cast<std::uint64_t>(track.edit_start) + track.edit_duration, sum);
    if (sound.frames() == 0) return;
    const std::vector<float> decoded = decode_all(track, coded);
    EXPECT_EQ(decoded.size(), track.edit_duration * track.channels);
    if (track.timescale == sound.pcm.rate && track.channels == sound.pcm.channels) {
        EXPECT_LE(error_db(sound.floats(), decoded, sound.pcm.channels, 0, sound.frames()),
                  most_error_db);
    }
}

void expect_live_equals_known(const Prepare& prepare, const Sound& sound) {
    const auto known = prepare(sound.pcm);
    Pcm endless = sound.pcm;
    endless.frames = CONSORT_PCM_ENDLESS;
    const auto live = prepare(endless);
    ASSERT_TRUE(known.ok() && live.ok());
    EXPECT_EQ((*live)->track().sample_count, 0u);
    EXPECT_EQ((*live)->track().edit_duration, 0u);
    const Coded expected = encode_all(**known, sound), got = encode_all(**live, sound);
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) EXPECT_TRUE(got[i] == expected[i]) << i;
}

void expect_repeatable(const Prepare& prepare, const Sound& sound) {
    const auto one = prepare(sound.pcm), other = prepare(sound.pcm);
    ASSERT_TRUE(one.ok() && other.ok());
    EXPECT_EQ(view((*one)->info().revision), view((*other)->info().revision));
    const Coded first = encode_all(**one, sound);
    EXPECT_FALSE(first.empty());
    EXPECT_TRUE(first == encode_all(**one, sound));
    EXPECT_TRUE(first == encode_all(**other, sound));
    if (((*one)->info().flags & CONSORT_ENCODING_CUTTABLE) == 0) return;
    const auto cuts = random_cuts(first.size(), 4, 5);
    EXPECT_TRUE(encode_in_ranges(**one, sound, cuts) == encode_in_ranges(**other, sound, cuts));
}

void expect_canceled_and_refused(const Prepare& prepare, const Sound& sound) {
    const auto encoding = prepare(sound.pcm);
    ASSERT_TRUE(encoding.ok());
    SoundInput input(sound);
    input.cancel_after = sound.frames() / 4;
    auto coded = encode(**encoding, input, 0, INT64_MAX);
    ASSERT_FALSE(coded.ok());
    EXPECT_EQ(coded.error().status, CONSORT_E_CANCELED);
    EXPECT_LT(input.read, sound.frames() / 2);
    SoundInput again(sound);
    EXPECT_EQ(encode(**encoding, again, -1, INT64_MAX).error().status, CONSORT_E_INVALID);
    EXPECT_EQ(encode(**encoding, again, 1, INT64_MAX).error().status, CONSORT_E_INVALID);
}

}  // namespace consort::codec::testing
