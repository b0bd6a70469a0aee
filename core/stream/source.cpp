#include "core/stream/source.hpp"

#include <algorithm>

#include "core/host/guard.hpp"
#include "core/media/media.hpp"
#include "core/stream/names.hpp"

namespace consort::stream {

Source source_of(const consort_media* media) {
    Source source;
    source.container = container_name(media->item().content_type);
    double seconds = 0;
    bool video = false, lossless = false, audio = false;
    const media::IndexFile& index = media->index();
    for (std::uint32_t i = 0; i < index.track_count(); ++i) {
        const consort_track track = index.track(i);
        if (track.kind != CONSORT_TRACK_AUDIO && track.kind != CONSORT_TRACK_VIDEO) continue;
        std::string codec = codec_name(host::view(track.codec));
        if (track.kind == CONSORT_TRACK_VIDEO) {
            video = true;
        } else if (!audio || (track.flags & CONSORT_TRACK_DEFAULT) != 0) {
            audio = true;
            lossless = is_lossless(codec);
        }
        if (track.timescale != 0) {
            seconds =
                std::max(seconds, static_cast<double>(track.media_duration) / track.timescale);
        }
        if (std::ranges::find(source.codecs, codec) == source.codecs.end()) {
            source.codecs.push_back(std::move(codec));
        }
    }
    source.lossless = lossless && !video;
    if (seconds > 0) {
        source.bit_rate =
            static_cast<std::uint64_t>(static_cast<double>(index.source_size()) * 8 / seconds);
    }
    return source;
}

}  // namespace consort::stream
