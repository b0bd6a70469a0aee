// What a track decodes to, where its configuration says it for certain.
#pragma once

#include <optional>

#include "consort/abi/codec.h"
#include "consort/media.hpp"

namespace consort::codec {

// What the decoder would put out (without `frames`), without starting it: a manifest needs no more
// than that, and the first start of a decoder takes a millisecond. Nothing where only decoding
// tells: more than two channels, AAC that may hold hidden SBR (ISO/IEC 14496-3, 1.6.5), codecs that
// are rare.
std::optional<consort_pcm> declared_format(const Track& track);

}  // namespace consort::codec
