// For tests: media objects with tracks of known samples.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "consort/testing/fake_media.hpp"

namespace consort::delivery::testing {

using consort::testing::FakeMedia;
using consort::testing::FakeTrack;

inline FakeTrack audio_track(std::string codec = "aac", std::uint32_t timescale = 44'100) {
    FakeTrack out;
    out.codec = std::move(codec);
    out.language = "eng";
    out.configuration = out.codec == "aac" ? std::string("\x12\x10", 2) : std::string(42, 'c');
    out.track.kind = CONSORT_TRACK_AUDIO;
    out.track.flags =
        CONSORT_TRACK_ALL_SYNC | CONSORT_TRACK_CONSTANT_DURATION | CONSORT_TRACK_DEFAULT;
    out.track.timescale = out.track.sample_rate = timescale;
    out.track.channels = 2;
    out.track.average_bit_rate = 128'000;
    return out;
}

inline FakeTrack video_track() {
    FakeTrack out;
    out.codec = "h264";
    out.configuration = std::string("\x01\x64\x00\x1f\xff\xe1\x00\x00", 8);
    out.track.kind = CONSORT_TRACK_VIDEO;
    out.track.flags = CONSORT_TRACK_CONSTANT_DURATION | CONSORT_TRACK_DEFAULT;
    out.track.timescale = 12'800;
    out.track.width = 320;
    out.track.height = 180;
    out.track.frame_rate_num = 25;
    out.track.frame_rate_den = 1;
    out.track.edit_start = 1024;
    return out;
}

// Bytes that tell which sample of which track they belong to.
inline std::string sample_bytes(std::uint32_t track, std::size_t sample, std::size_t size) {
    std::string out(size, '\0');
    for (std::size_t i = 0; i < size; ++i) {
        out[i] = static_cast<char>(track * 101 + sample * 7 + i * 3);
    }
    return out;
}

// Appends a sample to the track and its bytes to the source, `gap` bytes behind what is there.
inline void add_sample(FakeMedia& media, FakeTrack& track, std::uint32_t number, std::size_t size,
                       std::uint32_t duration, bool sync = true, std::int32_t composition = 0,
                       std::size_t gap = 0) {
    media.source.append(gap, '#');
    consort_sample sample{};
    sample.offset = media.source.size();
    sample.size = static_cast<std::uint32_t>(size);
    sample.duration = duration;
    sample.flags = sync ? CONSORT_SAMPLE_SYNC : 0;
    sample.composition_offset = composition;
    media.source += sample_bytes(number, track.samples.size(), size);
    track.samples.push_back(sample);
}

// AAC as an encoder leaves it: 1024 samples of delay, and padding after `seconds`.
inline void make_music(FakeMedia& media, std::uint32_t seconds, std::size_t gap = 0) {
    media.source = "header";
    FakeTrack track = audio_track();
    track.track.edit_start = 1024;
    track.track.edit_duration = std::uint64_t{seconds} * 44'100;
    const std::uint64_t frames = (track.track.edit_duration + 1024 + 1023) / 1024;
    for (std::uint64_t i = 0; i < frames; ++i) {
        add_sample(media, track, 1, 200 + i % 50, 1024, true, 0, gap);
    }
    media.add_track(std::move(track));
}

// 25 pictures a second, a key frame every `key_seconds`, reordered, interleaved with sound.
inline void make_film(FakeMedia& media, std::uint32_t seconds, std::uint32_t key_seconds) {
    media.source = "header";
    FakeTrack video = video_track(), audio = audio_track();
    audio.track.edit_start = 1024;
    audio.track.edit_duration = std::uint64_t{seconds} * 44'100;
    video.track.edit_duration = std::uint64_t{seconds} * 12'800;
    const std::uint64_t frames = (audio.track.edit_duration + 1024 + 1023) / 1024;
    for (std::uint32_t second = 0; second < seconds; ++second) {
        for (std::uint32_t i = 0; i < 25; ++i) {
            const bool sync = i == 0 && second % key_seconds == 0;
            add_sample(media, video, 1, 300 + i, 512, sync, i % 2 == 0 ? 1024 : 512);
        }
        while (audio.samples.size() < frames &&
               (audio.samples.size() * 1024 < (second + 1) * 44'100 || second + 1 == seconds)) {
            add_sample(media, audio, 2, 180, 1024);
        }
    }
    media.add_track(std::move(video));
    media.add_track(std::move(audio));
}

}  // namespace consort::delivery::testing
