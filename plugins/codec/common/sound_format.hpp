// Interleaved PCM of consort.decoder/1 as values to calculate with, and back.
#pragma once

#include <cstdint>

#include "consort/abi/codec.h"

namespace consort::codec {

// `values` of any format as floats, full scale -1 to 1.
void to_float(const void* from, const consort_pcm& format, std::uint64_t values,
              float* to) noexcept;

// Triangular noise of one quantisation step either way (-1 to 1), which makes the rounding error
// independent of the sound. A pure function of the place, so that every range gets the same.
float dither(std::uint64_t frame, std::uint32_t channel) noexcept;

// The nearest integer of `bits` bits, dithered: 1.0 is 2^(bits - 1). Bits: 8 to 24. What is an
// integer already stays as it is, so that sound of that depth comes out as it went in.
std::int32_t quantized(float value, std::uint32_t bits, std::uint64_t frame,
                       std::uint32_t channel) noexcept;
// The same from an integer whose full scale is 2^31.
std::int32_t quantized(std::int32_t value, std::uint32_t bits, std::uint64_t frame,
                       std::uint32_t channel) noexcept;

}  // namespace consort::codec
