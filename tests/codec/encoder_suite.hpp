// For tests: what every encoder must do, told by what a decoder makes of its samples.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "plugins/codec/common/testing.hpp"

namespace consort::codec::testing {

using Prepare = std::function<Result<std::unique_ptr<SoundEncoding>>(const Pcm&)>;

// Prepares an `Encoder` with these settings; 0: as the source has it.
template <class Encoder>
struct PrepareWith {
    Prepare operator()(std::uint32_t bit_rate, std::uint32_t channels = 0, std::uint32_t rate = 0,
                       std::uint32_t bits = 0) const {
        return [=](const Pcm& pcm) {
            EncodeSource source;
            source.kind = CONSORT_TRACK_AUDIO;
            source.pcm = pcm;
            EncodeSettings settings;
            settings.bit_rate = bit_rate;
            settings.channels = channels;
            settings.sample_rate = rate;
            settings.bits_per_sample = bits;
            return Encoder().prepare(source, settings);
        };
    }
};
template <class Encoder>
inline constexpr PrepareWith<Encoder> prepare_with;

// All of a track's presented sound, and the same as floats; throw if it can't be decoded.
Sound decode_sound(const Track& track, const Coded& coded);
std::vector<float> decode_all(const Track& track, const Coded& coded);

// The ranges between the cuts (in samples), one after the other, each by a call of its own.
Coded encode_in_ranges(const SoundEncoding& encoding, const Sound& sound,
                       const std::vector<std::uint64_t>& cuts);

// Random places to cut at, rising.
std::vector<std::uint64_t> random_cuts(std::uint64_t samples, std::size_t count, unsigned seed);

// How much worse each join of ranges is than the same place of the whole run: in dB of the error
// over 200 ms, the worst of four such windows that begin at the join and 0.1 s apart. Hearing takes
// noise together over 100 to 250 ms; over a single frame of 20 ms, two whole runs whose starts lie
// one frame apart differ by decibels too, because a coder's steps are 1.5 dB.
std::vector<double> join_losses(const Sound& sound, const std::vector<float>& whole,
                                const std::vector<float>& joined,
                                const std::vector<std::int64_t>& joins);

// EXPECTs. Ranges cut at random are, at every single join, within 1 dB of the whole run.
void expect_good_joins(const Prepare& prepare, const Sound& sound, std::size_t cuts);
// Ranges cut at random have the whole run's very samples, but for 2 %.
void expect_same_samples(const Prepare& prepare, const Sound& sound, std::size_t cuts);
// The decoded sound is as long as the source, and as close to it as `most_error_db`.
void expect_exact_length(const Prepare& prepare, const Sound& sound, double most_error_db);
// Endless input that ends makes the very samples of sound whose length is known before.
void expect_live_equals_known(const Prepare& prepare, const Sound& sound);
// Two runs, and two encodings, make the same bytes.
void expect_repeatable(const Prepare& prepare, const Sound& sound);
// CANCELED comes soon, INVALID for what is no range.
void expect_canceled_and_refused(const Prepare& prepare, const Sound& sound);

}  // namespace consort::codec::testing
