// What a decision needs to know of the source.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "consort/abi/media.h"

namespace consort::stream {

struct Source {
    std::string container;            // a name of names.hpp
    std::vector<std::string> codecs;  // of its audio and video tracks, names of names.hpp
    std::uint64_t bit_rate = 0;       // bits a second of the whole file; 0: not known
    bool lossless = false;            // its main sound, and it has no picture
};

Source source_of(const consort_media* media);

}  // namespace consort::stream
