#include "plugins/delivery/hls/renditions.hpp"

#include <algorithm>

#include "plugins/delivery/common/answer.hpp"
#include "plugins/delivery/hls/info_frame.hpp"
#include "plugins/delivery/hls/media_playlist.hpp"
#include "plugins/delivery/hls/packed_audio.hpp"

namespace consort::delivery {
namespace {

// The container's default track of a kind, else the first; -1: none.
int main_track(const std::vector<Track>& tracks, std::uint32_t kind) {
    int first = -1;
    for (std::size_t i = 0; i < tracks.size(); ++i) {
        if (tracks[i].kind != kind) continue;
        if ((tracks[i].flags & CONSORT_TRACK_DEFAULT) != 0) return static_cast<int>(i);
        if (first < 0) first = static_cast<int>(i);
    }
    return first;
}

// Reads four bytes of the source: for workers.
Result<std::string> first_frame_note(const MediaView& media, const PackagedTrack& track) {
    Sample first{};
    if (auto read = media.samples(track.index, 0, 1, {&first, 1}); !read) {
        return std::move(read).error();
    }
    if (first.size < 4) return std::string();
    first.size = 4;
    char header[4];
    if (auto read = media.read_sample(first, header); !read) return std::move(read).error();
    return make_info_frame(track.track, {header, sizeof header});
}

Result<Rendition> make_rendition(const MediaView& media, RenditionPlan plan,
                                 std::uint32_t segment_seconds, std::string_view version) {
    auto table = SegmentTable::cut(media, plan.track.index, plan.track.track, segment_seconds);
    if (!table) return std::move(table).error();
    Rendition out{
        std::move(plan.name), std::move(plan.track), std::move(*table), {}, {}, {}, false};
    if (!out.packed_audio()) {
        const InitTrack track = out.track.init();
        auto init = write_init_segment({&track, 1});
        if (!init) return std::move(init).error();
        out.init = std::move(*init);
    } else if (auto lead = first_frame_note(media, out.track); lead) {
        out.lead = std::move(*lead);
    } else {
        return std::move(lead).error();
    }
    const auto first = assemble_segment(media, out, 0);
    if (!first) return first.error();
    out.scattered = !sends_directly(*first);
    out.playlist = write_media_playlist(out, version);
    return out;
}

}  // namespace

Result<std::vector<RenditionPlan>> plan_renditions(const MediaView& media) {
    std::vector<Track> tracks;
    for (std::uint32_t i = 0; i < media.track_count(); ++i) {
        auto track = media.track(i);
        if (!track) return std::move(track).error();
        tracks.push_back(*track);
    }
    std::vector<RenditionPlan> plans;
    const auto add = [&](std::string name, std::size_t index) -> Result<void> {
        auto packaged = package_track(media, static_cast<std::uint32_t>(index));
        if (!packaged) return std::move(packaged).error();
        plans.push_back({std::move(name), std::move(*packaged)});
        return {};
    };
    const int video = main_track(tracks, CONSORT_TRACK_VIDEO);
    const int main = video >= 0 ? video : main_track(tracks, CONSORT_TRACK_AUDIO);
    if (main < 0) return plans;
    if (auto done = add("original", static_cast<std::size_t>(main)); !done) {
        return std::move(done).error();
    }
    int audio = 0;
    for (std::size_t i = 0; video >= 0 && i < tracks.size(); ++i) {
        if (tracks[i].kind != CONSORT_TRACK_AUDIO) continue;
        if (auto done = add("audio-" + std::to_string(audio++), i); !done) {
            return std::move(done).error();
        }
    }
    return plans;
}

Result<std::unique_ptr<Renditions>> Renditions::make(const MediaView& media,
                                                     std::uint32_t segment_seconds) {
    auto plans = plan_renditions(media);
    if (!plans) return std::move(plans).error();
    if (plans->empty()) {
        return Error{CONSORT_E_UNSUPPORTED, "This file holds neither audio nor video."};
    }
    auto out = std::make_unique<Renditions>();
    out->version_ = version_tag(media, std::to_string(segment_seconds));
    for (RenditionPlan& plan : *plans) {
        if (plan.track.support.packaging == Packaging::kNone) {
            if (plan.name != "original") continue;
            return Error{CONSORT_E_UNSUPPORTED, plan.track.support.reason};
        }
        auto made = make_rendition(media, std::move(plan), segment_seconds, out->version_);
        if (!made) return std::move(made).error();
        out->all_.push_back(std::move(*made));
    }
    return out;
}

const Rendition* Renditions::find(std::string_view name) const noexcept {
    const auto found =
        std::find_if(all_.begin(), all_.end(), [&](const Rendition& r) { return r.name == name; });
    return found == all_.end() ? nullptr : &*found;
}

Result<Assembly> assemble_segment(const MediaView& media, const Rendition& rendition,
                                  std::size_t number) {
    const Segment segment = rendition.table[number];
    return rendition.packed_audio()
               ? assemble_packed_audio(media, rendition.track, segment.first, segment.count,
                                       number == 0 ? rendition.lead : std::string_view())
               : assemble_fragment(media, rendition.track, segment.first, segment.count,
                                   static_cast<std::uint32_t>(number + 1));
}

Result<std::uint64_t> segment_size_bound(const MediaView& media, const Rendition& rendition,
                                         std::size_t number, std::uint64_t payload) {
    const Segment segment = rendition.table[number];
    if (!rendition.packed_audio()) {
        return fragment_size_bound(media, rendition.track, segment.first, segment.count, payload);
    }
    return kTimestampTagSize + (number == 0 ? rendition.lead.size() : 0) + payload;
}

}  // namespace consort::delivery
