// How each format of stations goes into HLS.
#pragma once

#include <cstdint>
#include <string_view>

#include "plugins/radio/hls/live_window.hpp"

namespace consort::radio {

struct LiveFormat {
    std::string_view name;  // as StationSettings call it
    std::string_view codecs;
    std::string_view extension;     // of segments and parts
    std::string_view content_type;  // of both
    std::uint32_t overhead = 0;     // bits a second of boxes and tags
    double varies = 1;              // the peak is so many times the average
    std::uint32_t bit_rate = 0;     // if it is not the station's
    LiveShape shape;
};

// Null: HLS has no place for it.
const LiveFormat* live_format(std::string_view name) noexcept;

}  // namespace consort::radio
