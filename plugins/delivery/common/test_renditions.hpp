// For tests: encoded renditions of known samples.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "consort/testing/fake_renditions.hpp"

#include "plugins/delivery/common/test_media.hpp"

namespace consort::delivery::testing {

using consort::testing::FakeRendition;
using consort::testing::FakeRenditions;

// Appends a sample that lasts until the next one.
inline void add_coded(FakeRendition& to, std::size_t size, std::uint32_t duration, bool sync = true,
                      std::int32_t composition = 0) {
    consort_sample sample{};
    sample.offset = to.payload.size();
    sample.size = static_cast<std::uint32_t>(size);
    sample.duration = duration;
    sample.flags = sync ? CONSORT_SAMPLE_SYNC : 0;
    sample.composition_offset = composition;
    if (!to.coded.samples.empty()) {
        const consort_sample& last = to.coded.samples.back();
        sample.decode_time = last.decode_time + last.duration;
    }
    to.payload += sample_bytes(9, to.coded.samples.size(), size);
    to.coded.samples.push_back(sample);
}

// AAC of `seconds`, in segments of six seconds or what is nearest to them.
inline FakeRendition encoded_music(std::string name, std::uint32_t seconds,
                                   std::uint32_t bit_rate = 128'000) {
    FakeRendition out;
    out.name = std::move(name);
    out.average_bit_rate = bit_rate;
    out.peak_bit_rate = bit_rate + bit_rate / 10;
    out.coded = audio_track();
    out.coded.track.edit_start = 1024;
    out.coded.track.edit_duration = std::uint64_t{seconds} * 44'100;
    const std::uint64_t frames = (out.coded.track.edit_duration + 1024 + 1023) / 1024;
    for (std::uint64_t i = 0; i < frames; ++i) {
        add_coded(out, bit_rate / 8 * 1024 / 44'100 + i % 20, 1024);
    }
    out.coded.track.sample_count = frames;
    out.coded.track.media_duration = frames * 1024;
    const std::uint64_t per_segment = (6 * 44'100 + 512) / 1024;
    for (std::uint64_t first = 0; first < frames; first += per_segment) {
        if (frames - first < per_segment / 2 && first > 0) {
            out.segments.back().end = static_cast<std::int64_t>(frames * 1024);
            break;
        }
        out.segments.push_back(
            {static_cast<std::int64_t>(first * 1024),
             static_cast<std::int64_t>(std::min(first + per_segment, frames) * 1024)});
    }
    return out;
}

inline void offer_encoded_music(FakeRenditions& to, std::uint32_t seconds) {
    to.offered.push_back(encoded_music("aac-128", seconds));
    to.offered.push_back(encoded_music("aac-64", seconds, 64'000));
    to.offered.back().flags = 0;  // not listed
}

}  // namespace consort::delivery::testing
