#include "plugins/codec/ffmpeg/ffmpeg_decoder.hpp"

#include <string>

namespace consort::codec {

Result<Pcm> FfmpegDecoder::format(MediaView media, std::uint32_t track) {
    return TrackDecoder::format_of(media, track);
}

Result<std::unique_ptr<TrackReader>> FfmpegDecoder::open(MediaView media, std::uint32_t track) {
    auto decoder = TrackDecoder::open(media, track);
    if (!decoder) return std::move(decoder).error();
    auto report = [log = log_, item = std::string(media.item_id())](std::string_view what) {
        log.warning("item " + item + ": " + std::string(what));
    };
    return std::make_unique<TrackReader>(std::move(*decoder), std::move(report));
}

}  // namespace consort::codec
