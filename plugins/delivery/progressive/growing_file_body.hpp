// A growing file as the body of a response.
#pragma once

#include <cstdint>

#include "consort/exchange.hpp"
#include "consort/services/renditions.hpp"
#include "consort/slice.hpp"

#include "plugins/delivery/progressive/growing_file.hpp"

namespace consort::delivery {

// The file from its first byte to its last, each fragment as soon as it is made; its length is not
// known. `file` lives as long as the media.
Slice growing_file_body(const EncodedRenditions& service, const ExchangeView& exchange,
                        const MediaView& media, GrowingFile& file);

// The first `size` bytes of the file, all of them known: the host may seek in them.
Slice known_file_body(const EncodedRenditions& service, const ExchangeView& exchange,
                      const MediaView& media, GrowingFile& file, std::uint64_t size);

}  // namespace consort::delivery
