#include "plugins/delivery/progressive/byte_range_playlist.hpp"

#include <algorithm>

#include "plugins/delivery/common/playlist_text.hpp"

namespace consort::delivery {

std::string write_byte_range_playlist(const VirtualFile& file, std::string_view uri) {
    const std::uint32_t timescale = file.tracks().front().track.timescale;
    std::uint64_t longest = 0;
    for (std::size_t i = 0; i < file.part_count(); ++i) {
        longest = std::max(longest, file.part(i).end - file.part(i).start);
    }
    PlaylistText out;
    out.reserve(200 + file.part_count() * (60 + uri.size()));
    out.begin(6);
    out.number("#EXT-X-TARGETDURATION:", target_duration(longest, timescale));
    out.line("#EXT-X-MEDIA-SEQUENCE:0");
    out.line("#EXT-X-PLAYLIST-TYPE:VOD");
    if (file.independent()) out.line("#EXT-X-INDEPENDENT-SEGMENTS");
    out.line("#EXT-X-MAP:URI=\"", uri, "\",BYTERANGE=\"", std::to_string(file.init_size()), "@0\"");
    for (std::size_t i = 0; i < file.part_count(); ++i) {
        const VirtualFile::Part part = file.part(i);
        out.extinf(part.start, part.end, timescale);
        out.line("#EXT-X-BYTERANGE:", std::to_string(part.size), "@", std::to_string(part.offset));
        out.line(uri);
    }
    out.line("#EXT-X-ENDLIST");
    return std::move(out).take();
}

}  // namespace consort::delivery
