#include "plugins/delivery/hls/iframe_playlist.hpp"

#include <algorithm>

#include "plugins/delivery/common/playlist_text.hpp"

namespace consort::delivery {
namespace {

Result<std::uint64_t> first_picture(const MediaView& media, const CmafRendition& rendition,
                                    std::size_t number) {
    Sample first{};
    const auto read =
        media.samples(rendition.track.index, rendition.parts[number].first, 1, {&first, 1});
    if (!read) return read.error();
    return std::uint64_t{first.size};
}

}  // namespace

Result<std::string> write_iframe_playlist(const MediaView& media, const CmafRendition& rendition) {
    const std::uint32_t timescale = rendition.track.track.timescale;
    const std::string query = "?v=" + rendition.version;
    PlaylistText out;
    out.begin(6);
    out.number("#EXT-X-TARGETDURATION:", target_duration(rendition.times.longest(), timescale));
    out.line("#EXT-X-MEDIA-SEQUENCE:0");
    out.line("#EXT-X-PLAYLIST-TYPE:VOD");
    out.line("#EXT-X-I-FRAMES-ONLY");
    out.line("#EXT-X-INDEPENDENT-SEGMENTS");
    out.line("#EXT-X-MAP:URI=\"init.mp4", query, "\"");
    for (std::size_t i = 0; i < rendition.parts.size(); ++i) {
        const auto fragment = assemble_original(media, rendition, i);
        if (!fragment) return fragment.error();
        const auto picture = first_picture(media, rendition, i);
        if (!picture) return picture.error();
        out.extinf(rendition.times.start(i), rendition.times.end(i), timescale);
        out.line("#EXT-X-BYTERANGE:", std::to_string(fragment->header.size() + *picture), "@0");
        out.line("segment", std::to_string(i), ".m4s", query);
    }
    out.line("#EXT-X-ENDLIST");
    return std::move(out).take();
}

Result<BitRates> iframe_bit_rates(const MediaView& media, const CmafRendition& rendition) {
    // The most that a header has: size, duration, flags and composition of every sample.
    const SampleVariety all{true, true, true};
    const std::uint32_t timescale = rendition.track.track.timescale;
    std::vector<SegmentMeasure> segments;
    segments.reserve(rendition.parts.size());
    for (std::size_t i = 0; i < rendition.parts.size(); ++i) {
        const auto picture = first_picture(media, rendition, i);
        if (!picture) return picture.error();
        segments.push_back(
            {fragment_header_bound(rendition.parts[i].count, all, *picture) + *picture,
             static_cast<double>(rendition.times.duration(i)) / timescale});
    }
    const double target =
        static_cast<double>(target_duration(rendition.times.longest(), timescale));
    return bit_rates(segments, target);
}

}  // namespace consort::delivery
