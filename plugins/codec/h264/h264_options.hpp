// What a rendition's configuration can say about H.264.
#pragma once

#include "consort/offers/encoder.hpp"

#include "plugins/codec/h264/h264_stream.hpp"

namespace consort::h264 {

// Puts the options into `settings`: preset, profile, crf, rate_control (capped, average).
// UNSUPPORTED, with the values that are possible, for any other.
Result<void> apply_options(const EncodeSettings& wanted, StreamSettings& settings);

}  // namespace consort::h264
