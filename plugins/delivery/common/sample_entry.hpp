// Sample entries: how `stsd` describes each codec.
#pragma once

#include "consort/abi/media.h"
#include "consort/result.hpp"

#include "plugins/delivery/common/box_writer.hpp"

namespace consort::delivery {

// Writes one sample entry with its codec's configuration box:
//   AAC, MP3  mp4a + esds  ISO/IEC 14496-14      H.264  avc1 + avcC  ISO/IEC 14496-15
//   FLAC      fLaC + dfLa  xiph.org's mapping    HEVC   hvc1 + hvcC  ISO/IEC 14496-15
//   ALAC      alac + alac  Apple's               VP9    vp09 + vpcC  webmproject.org's mapping
//   Opus      Opus + dOps  opus-codec.org's      AV1    av01 + av1C  AOM's mapping
// Video gets colr, pasp; all get btrt. UNSUPPORTED for other codecs, CORRUPT if the configuration
// cannot be right.
Result<void> write_sample_entry(BoxWriter& out, const consort_track& track);

}  // namespace consort::delivery
