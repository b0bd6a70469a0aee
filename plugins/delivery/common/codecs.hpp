// Which codecs can be packaged without encoding them anew, and what the standards call them.
#pragma once

#include <string>

#include "consort/abi/media.h"

namespace consort::delivery {

enum class Packaging {
    kNone,         // no way yet; `reason` says why
    kFragmented,   // ISO BMFF fragments
    kPackedAudio,  // RFC 8216 section 3.4 for HLS; MP4 carries it too, but not for Media Source
};

struct CodecSupport {
    Packaging packaging = Packaging::kNone;
    std::string codecs;  // RFC 6381 as Apple's players spell it: "fLaC", "Opus", "mp4a.40.2"
    std::string reason;  // a sentence for people, if kNone
};

CodecSupport codec_support(const consort_track& track);

}  // namespace consort::delivery
