#include "plugins/container/ffmpeg/indexed_track.hpp"

#include <algorithm>
#include <limits>

namespace consort::container_ffmpeg {

Result<void> emit(const IndexSink& sink, std::vector<IndexedTrack>& tracks) {
    std::int64_t earliest = std::numeric_limits<std::int64_t>::max();
    const auto is_text = [](const IndexedTrack& track) {
        return track.info.values.kind == CONSORT_TRACK_TEXT;
    };
    for (const IndexedTrack& track : tracks)
        if (!track.samples.empty() && !is_text(track))
            earliest = std::min(earliest, track.start_ns);
    if (earliest == std::numeric_limits<std::int64_t>::max())
        return Error{CONSORT_E_CORRUPT,
                     "The file holds no sound and no pictures that can be played; it is probably "
                     "incomplete. Replace it with a good copy."};
    std::uint32_t number = 0;
    for (IndexedTrack& track : tracks) {
        if (track.samples.empty()) continue;
        consort_track values = track.info.view();
        values.edit_start = track.edit_start;
        values.edit_duration = track.edit_duration;
        values.start_offset_ns = track.start_ns - earliest;
        // The presentation begins with sound or picture, within the text's time.
        if (is_text(track) && values.start_offset_ns < 0) {
            values.edit_start += static_cast<std::int64_t>(
                static_cast<double>(-values.start_offset_ns) * 1e-9 * values.timescale);
            values.start_offset_ns = 0;
        }
        if (auto done = sink.track(values); !done) return done;
        if (auto done = sink.samples(number, track.samples); !done) return done;
        ++number;
    }
    return {};
}

}  // namespace consort::container_ffmpeg
