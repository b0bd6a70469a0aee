// The decoder over any samples and any description of them: no crash, no hang, and as many frames
// as it promised. Input: codec, flags, configuration size, sample sizes, then their bytes.
#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "consort/testing/fake_media.hpp"

#include "plugins/codec/ffmpeg/track_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace consort;
    using namespace consort::codec;
    static constexpr std::array<const char*, 14> kCodecs = {
        "aac", "mp3",       "opus",      "vorbis", "flac", "alac",    "pcm_s16le",
        "ac3", "pcm_s24be", "pcm_f32le", "pcm_u8", "eac3", "wavpack", "dts"};
    if (size < 8) return 0;
    silence_libav();
    consort::testing::FakeMedia media;
    consort_track track{};
    track.kind = CONSORT_TRACK_AUDIO;
    track.timescale = track.sample_rate = (data[1] & 1) != 0 ? 48'000 : 44'100;
    track.channels = 1 + (data[1] >> 1 & 7);
    track.bits_per_sample = data[1] >> 4 << 2;
    track.edit_start = data[2] * 16;
    const std::size_t configuration = std::min<std::size_t>(data[3], size - 8);
    const std::size_t sample_size = 1 + (data[4] | (data[5] & 3) << 8);
    const std::uint32_t duration = 1 + (data[6] << 4);
    const std::string config(reinterpret_cast<const char*>(data + 8), configuration);
    media.source.assign(reinterpret_cast<const char*>(data + 8 + configuration),
                        size - 8 - configuration);
    std::vector<Sample> samples;
    for (std::size_t at = 0; at < media.source.size() && samples.size() < 300; at += sample_size)
        samples.push_back(
            {at, 0, static_cast<std::uint32_t>(std::min(sample_size, media.source.size() - at)),
             duration, 0, CONSORT_SAMPLE_SYNC});
    if (!samples.empty() && (data[7] & 1) != 0) samples.back().offset += 1'000;  // not in the file
    track.media_duration = samples.size() * std::uint64_t{duration};
    media.add_track({track, kCodecs[data[0] % kCodecs.size()], "", "", "", config, samples});

    auto decoder = TrackDecoder::open(media.view(), 0);
    if (!decoder) return 0;
    const Pcm format = (*decoder)->format();
    TrackReader reader(std::move(*decoder), [](std::string_view) {});
    constexpr std::uint64_t kPiece = 4'096;
    std::vector<std::byte> buffer(kPiece * frame_bytes(format));
    const auto read = [&](std::uint64_t position) {
        const auto got = reader.read(position, kPiece, buffer.data());
        const std::uint64_t left = position < format.frames ? format.frames - position : 0;
        if (got && *got != std::min(kPiece, left)) __builtin_trap();
    };
    for (std::uint64_t position = 0; position < std::min<std::uint64_t>(format.frames, 200'000);
         position += kPiece)
        read(position);
    for (std::uint64_t i = 0; i < 6; ++i) read(format.frames / 7 * (6 - i));
    return 0;
}
