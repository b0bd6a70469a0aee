#include "plugins/delivery/progressive/growing_playlist.hpp"

#include <algorithm>

#include "plugins/delivery/common/playlist_text.hpp"

namespace consort::delivery {

std::size_t fragments_in_segment(std::uint32_t seconds, std::uint32_t segment_seconds) noexcept {
    if (segment_seconds == 0) return 1;
    return std::max<std::size_t>(1, (seconds + segment_seconds / 2) / segment_seconds);
}

std::string write_growing_playlist(const GrowingFile& file, std::string_view uri,
                                   std::size_t together) {
    const std::vector<std::uint64_t> offsets = file.offsets();
    const SegmentTimes& times = file.rendition().times;
    const std::uint32_t timescale = file.rendition().track.track.timescale;
    const std::size_t known = offsets.size() - 1;
    const bool complete = known == file.part_count();
    // Told once for all that will come.
    const std::uint64_t longest = times.longest() * together;
    PlaylistText out;
    out.reserve(300 + known / together * (60 + uri.size()));
    out.begin(6);
    out.number("#EXT-X-TARGETDURATION:", target_duration(longest, timescale));
    out.line("#EXT-X-MEDIA-SEQUENCE:0");
    out.line("#EXT-X-PLAYLIST-TYPE:EVENT");
    out.line("#EXT-X-INDEPENDENT-SEGMENTS");
    out.line("#EXT-X-MAP:URI=\"", uri, "\",BYTERANGE=\"", std::to_string(offsets.front()), "@0\"");
    for (std::size_t first = 0; first < known; first += together) {
        const std::size_t end = std::min(first + together, file.part_count());
        if (end > known) break;
        out.extinf(times.start(first), times.end(end - 1), timescale);
        out.line("#EXT-X-BYTERANGE:", std::to_string(offsets[end] - offsets[first]), "@",
                 std::to_string(offsets[first]));
        out.line(uri);
    }
    if (complete) out.line("#EXT-X-ENDLIST");
    return std::move(out).take();
}

}  // namespace consort::delivery
