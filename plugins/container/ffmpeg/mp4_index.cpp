#include "plugins/container/ffmpeg/mp4_index.hpp"

#include "plugins/container/ffmpeg/packet_index.hpp"

namespace consort::container_ffmpeg {

Result<void> index_mp4(ByteWindow& bytes, std::string_view name, const IndexSink& sink) {
    return index_packets(bytes, name, Format::kMov, sink);
}

}  // namespace consort::container_ffmpeg
