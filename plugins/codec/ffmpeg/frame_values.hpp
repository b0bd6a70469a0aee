// What FFmpeg's decoders put out, as consort.decoder/1 wants it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "consort/abi/codec.h"

struct AVFrame;
struct AVCodecContext;

namespace consort::codec {

// The PCM format (without `frames`) that holds all of a frame's values; nothing if they are of a
// kind that no decoder of sound should have. `bits`: what the track claims, 0: unknown.
std::optional<consort_pcm> pcm_of(const AVFrame& frame, const AVCodecContext& context,
                                  std::uint32_t bits);

// Appends the frame's values. Mono and stereo become each other where a track changes over; false
// if the frame has another rate or layout than the track, which only damage makes.
bool append_values(const AVFrame& frame, const consort_pcm& format, std::vector<std::byte>& to);

}  // namespace consort::codec
