// A media playlist whose segments are byte ranges of one file (RFC 8216, EXT-X-BYTERANGE).
#pragma once

#include <string>
#include <string_view>

#include "plugins/delivery/common/virtual_file.hpp"

namespace consort::delivery {

std::string write_byte_range_playlist(const VirtualFile& file, std::string_view uri);

}  // namespace consort::delivery
