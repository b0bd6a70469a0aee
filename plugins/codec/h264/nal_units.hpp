// H.264's NAL units behind 4-byte lengths (ISO/IEC 14496-15, 5.3).
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "consort/result.hpp"

namespace consort::h264 {

using Bytes = std::span<const std::uint8_t>;

// AVCDecoderConfigurationRecord of the parameter sets in `headers`. INTERNAL: there are none.
Result<std::string> configuration_record(Bytes headers);

// "avc1.64001F" of a record (RFC 6381).
std::string codec_string(const std::string& record);

// The access unit less the text in which libx264 tells its settings, which it puts first: 700 bytes
// that would stand in every segment. Empty if the lengths don't fit.
Bytes without_signature(Bytes unit);

}  // namespace consort::h264
