// The general way to an index: reads every packet and finds its bytes in the source.
#pragma once

#include "consort/offers/container.hpp"

#include "plugins/container/ffmpeg/byte_window.hpp"
#include "plugins/container/ffmpeg/mp4_boxes.hpp"
#include "plugins/container/ffmpeg/sniff.hpp"

namespace consort::container_ffmpeg {

// For Ogg, Matroska, FLAC and fragmented MP4. A sample's place is accepted only if the source holds
// the packet's very bytes there; a packet that lies in pieces (over a page border, or with
// stripped headers) is stored in the index. So the index is exact by construction. `movie`: the
// movie box of a fragmented MP4, for its edits.
Result<void> index_packets(ByteWindow& bytes, std::string_view name, Format format,
                           const IndexSink& sink, const Mp4Movie* movie = nullptr);

}  // namespace consort::container_ffmpeg
