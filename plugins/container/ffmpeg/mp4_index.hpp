// MP4 and MOV from their sample tables: no media bytes are read.
#pragma once

#include "consort/offers/container.hpp"

#include "plugins/container/ffmpeg/byte_window.hpp"

namespace consort::container_ffmpeg {

// Fragmented files go the general way, with the edits of their movie box.
Result<void> index_mp4(ByteWindow& bytes, std::string_view name, const IndexSink& sink);

}  // namespace consort::container_ffmpeg
