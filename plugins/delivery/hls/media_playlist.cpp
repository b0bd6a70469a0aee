#include "plugins/delivery/hls/media_playlist.hpp"

#include "plugins/delivery/common/playlist_text.hpp"

namespace consort::delivery {

std::string write_media_playlist(const CmafRendition& rendition, Container container,
                                 std::uint64_t target_seconds) {
    const std::uint32_t timescale = rendition.track.track.timescale;
    const bool stream = container == Container::kTransportStream;
    const bool packed = !stream && is_packed(rendition);
    const std::string query = "?v=" + rendition.version;

    PlaylistText out;
    out.reserve(200 + rendition.times.size() * (40 + query.size()));
    // Fractional EXTINF asks for version 3, EXT-X-MAP in a playlist of whole segments for 6.
    out.begin(packed || stream ? 3 : 6);
    out.number("#EXT-X-TARGETDURATION:", target_seconds);
    out.line("#EXT-X-MEDIA-SEQUENCE:0");
    out.line("#EXT-X-PLAYLIST-TYPE:VOD");
    if (rendition.independent) out.line("#EXT-X-INDEPENDENT-SEGMENTS");
    if (!packed && !stream) out.line("#EXT-X-MAP:URI=\"init.mp4", query, "\"");
    const std::string end = (stream ? ".ts" : packed ? ".mp3" : ".m4s") + query;
    for (std::size_t i = 0; i < rendition.times.size(); ++i) {
        out.extinf(rendition.times.start(i), rendition.times.end(i), timescale);
        out.line("segment", std::to_string(i), end);
    }
    out.line("#EXT-X-ENDLIST");
    return std::move(out).take();
}

}  // namespace consort::delivery
