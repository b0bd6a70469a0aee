#include "plugins/delivery/common/subtitle_tracks.hpp"

#include <set>

namespace consort::delivery {

Result<std::vector<SubtitleTrack>> list_subtitles(const MediaView& media) {
    std::vector<SubtitleTrack> out;
    std::set<std::string> taken;
    for (std::uint32_t i = 0; i < media.track_count(); ++i) {
        const auto track = media.track(i);
        if (!track) return track.error();
        if (track->kind != CONSORT_TRACK_TEXT || !is_text_codec(view(track->codec)) ||
            track->timescale == 0) {
            continue;
        }
        const std::string language(view(track->language).empty() ? "und" : view(track->language));
        std::string name = language;
        for (int number = 2; !taken.insert(name).second; ++number) {
            name = language + "-" + std::to_string(number);
        }
        out.push_back({i, std::move(name)});
    }
    return out;
}

bool is_text_codec(std::string_view codec) noexcept {
    return codec == "subrip" || codec == "text" || codec == "ass" || codec == "ssa" ||
           codec == "mov_text" || codec == "webvtt";
}

}  // namespace consort::delivery
