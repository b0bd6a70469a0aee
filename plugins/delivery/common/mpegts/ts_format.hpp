// How a track becomes an elementary stream of an MPEG-2 transport stream (ISO/IEC 13818-1).
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "consort/abi/media.h"
#include "consort/result.hpp"

namespace consort::delivery {

// AAC leaves as ADTS (ISO/IEC 13818-7), H.264 and HEVC as byte streams of Annex B with access unit
// delimiters, and parameter sets before each picture that stands alone; MP3, AC-3 and E-AC-3 as
// they are.
struct TsFormat {
    std::uint8_t stream_type = 0;
    std::uint8_t stream_id = 0;
    std::string descriptors;  // of the program map
    bool adts = false;        // each sample follows `adts_header`
    std::array<std::uint8_t, 7> adts_header{};
    unsigned nal_length = 0;  // bytes of the length before each NAL unit; 0: not video
    bool hevc = false;
    std::string delimiter;       // an access unit delimiter, with start code
    std::string parameter_sets;  // with start codes
};

// UNSUPPORTED, with a sentence for people, if the track has no place in a transport stream that
// players of HLS read; CORRUPT if its configuration can't be read.
Result<TsFormat> ts_format(const consort_track& track);

}  // namespace consort::delivery
