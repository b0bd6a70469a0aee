#include "plugins/delivery/hls/media_playlist.hpp"

#include <algorithm>

#include "plugins/delivery/common/playlist_text.hpp"
#include "plugins/delivery/hls/renditions.hpp"

namespace consort::delivery {

std::string write_media_playlist(const Rendition& rendition, std::string_view version) {
    const std::uint32_t timescale = rendition.track.track.timescale;
    const bool packed = rendition.packed_audio();
    const std::string query = "?v=" + std::string(version);

    PlaylistText out;
    out.reserve(200 + rendition.table.size() * (40 + query.size()));
    // Fractional EXTINF asks for version 3, EXT-X-MAP in a playlist of whole segments for 6.
    out.begin(packed ? 3 : 6);
    out.number("#EXT-X-TARGETDURATION:", target_duration(rendition.table.longest(), timescale));
    out.line("#EXT-X-MEDIA-SEQUENCE:0");
    out.line("#EXT-X-PLAYLIST-TYPE:VOD");
    // A frame of MP3 may use bits of the frames before it, so those segments are not independent.
    if (!packed) out.line("#EXT-X-INDEPENDENT-SEGMENTS");
    if (!packed) out.line("#EXT-X-MAP:URI=\"init.mp4", query, "\"");
    const std::string_view extension = packed ? ".mp3" : ".m4s";
    for (std::size_t i = 0; i < rendition.table.size(); ++i) {
        const Segment segment = rendition.table[i];
        out.extinf(segment.start, segment.start + segment.duration, timescale);
        out.line("segment", std::to_string(i), extension, query);
    }
    out.line("#EXT-X-ENDLIST");
    return std::move(out).take();
}

}  // namespace consort::delivery
