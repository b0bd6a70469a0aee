#include "plugins/container/ffmpeg/indexed_track.hpp"

#include <algorithm>
#include <limits>

namespace consort::container_ffmpeg {

Result<void> emit(const IndexSink& sink, std::vector<IndexedTrack>& tracks) {
    std::int64_t earliest = std::numeric_limits<std::int64_t>::max();
    for (const IndexedTrack& track : tracks)
        if (!track.samples.empty()) earliest = std::min(earliest, track.start_ns);
    std::uint32_t number = 0;
    for (IndexedTrack& track : tracks) {
        if (track.samples.empty()) continue;
        consort_track values = track.info.view();
        values.edit_start = track.edit_start;
        values.edit_duration = track.edit_duration;
        values.start_offset_ns = track.start_ns - earliest;
        if (auto done = sink.track(values); !done) return done;
        if (auto done = sink.samples(number, track.samples); !done) return done;
        ++number;
    }
    if (number == 0)
        return Error{CONSORT_E_CORRUPT,
                     "The file holds no sound and no pictures that can be played; it is probably "
                     "incomplete. Replace it with a good copy."};
    return {};
}

}  // namespace consort::container_ffmpeg
