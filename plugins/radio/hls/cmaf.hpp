// Coded frames as fragmented MP4: the boxes around them (ISO/IEC 14496-12, CMAF 23000-19).
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "plugins/radio/common/chunk.hpp"

namespace consort::radio {

// Whether such frames have a place in MP4 here: Opus and FLAC.
bool cmaf_carries(const FrameCoding& coding) noexcept;

// The initialization segment: ftyp and a moov without samples. `each`: PCM frames of a coded frame.
std::string cmaf_init(const FrameCoding& coding, std::uint32_t each);

// moof and the head of an mdat; the frames, of `sizes` bytes each, follow. `time`: of the first PCM
// frame, in PCM frames. `sequence`: larger than that of the fragment before.
std::string cmaf_head(std::uint32_t sequence, std::uint64_t time,
                      std::span<const std::uint32_t> sizes);

// An ID3 tag as an event that begins at `time` and lasts until the next one (emsg, "Carriage of ID3
// Timed Metadata in CMAF"). Stands before a moof.
std::string cmaf_event(std::uint32_t rate, std::uint64_t time, std::uint32_t id,
                       std::string_view tag);

}  // namespace consort::radio
