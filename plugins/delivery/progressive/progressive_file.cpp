#include "plugins/delivery/progressive/progressive_file.hpp"

#include <utility>

#include "plugins/delivery/common/answer.hpp"
#include "plugins/delivery/common/path_text.hpp"
#include "plugins/delivery/progressive/byte_range_playlist.hpp"

namespace consort::delivery {
namespace {

// The container's default track of a kind, else the first; null: none.
const PackagedTrack* main_of(const std::vector<PackagedTrack>& all, std::uint32_t kind) {
    const PackagedTrack* first = nullptr;
    for (const PackagedTrack& track : all) {
        if (track.track.kind != kind) continue;
        if ((track.track.flags & CONSORT_TRACK_DEFAULT) != 0) return &track;
        if (!first) first = &track;
    }
    return first;
}

Result<std::vector<PackagedTrack>> tracks_of(const MediaView& media) {
    std::vector<PackagedTrack> all;
    for (std::uint32_t i = 0; i < media.track_count(); ++i) {
        auto track = package_track(media, i);
        if (!track) return std::move(track).error();
        all.push_back(std::move(*track));
    }
    return all;
}

// Only lossless codecs have a number of bits.
bool becomes_flac(const PackagedTrack& track) {
    return view(track.track.codec) == "alac" ||
           (track.support.packaging == Packaging::kNone && track.track.bits_per_sample != 0);
}

}  // namespace

std::string ProgressivePlan::codecs() const {
    std::string out;
    for (const PackagedTrack& track : tracks) {
        if (out.find(track.support.codecs) != std::string::npos) continue;
        out += (out.empty() ? "" : ",") + track.support.codecs;
    }
    return out;
}

bool becomes_flac(const MediaView& media) {
    const auto all = tracks_of(media);
    if (!all || main_of(*all, CONSORT_TRACK_VIDEO)) return false;
    const PackagedTrack* lead = main_of(*all, CONSORT_TRACK_AUDIO);
    return lead && becomes_flac(*lead);
}

Result<ProgressivePlan> plan_progressive(const MediaView& media) {
    const auto tracks = tracks_of(media);
    if (!tracks) return tracks.error();
    const std::vector<PackagedTrack>& all = *tracks;
    const PackagedTrack* video = main_of(all, CONSORT_TRACK_VIDEO);
    const PackagedTrack* lead = video ? video : main_of(all, CONSORT_TRACK_AUDIO);
    if (!lead) return Error{CONSORT_E_UNSUPPORTED, "This file holds neither audio nor video."};
    if (!video && becomes_flac(*lead)) {
        return Error{CONSORT_E_UNSUPPORTED,
                     "It is brought as FLAC, which is the same sound and plays nearly everywhere."};
    }
    if (lead->support.packaging == Packaging::kNone) {
        return Error{CONSORT_E_UNSUPPORTED, lead->support.reason};
    }
    ProgressivePlan plan;
    plan.video = video != nullptr;
    plan.tracks.push_back(*lead);
    for (const PackagedTrack& track : all) {
        if (!video || track.track.kind != CONSORT_TRACK_AUDIO) continue;
        if (track.support.packaging == Packaging::kNone) {
            plan.left_out.push_back(track.support.reason);
        } else {
            plan.tracks.push_back(track);
        }
    }
    if (plan.tracks.size() == 1 && !plan.left_out.empty()) {
        return Error{
            CONSORT_E_UNSUPPORTED,
            "As one MP4 file it would be a film without sound; HLS and DASH bring its sound "
            "in another codec. " +
                plan.left_out.front()};
    }
    return plan;
}

Result<std::unique_ptr<ProgressiveFile>> ProgressiveFile::make(const MediaView& media,
                                                               std::uint32_t fragment_seconds) {
    auto plan = plan_progressive(media);
    if (!plan) return std::move(plan).error();
    auto file = VirtualFile::lay_out(media, plan->tracks, fragment_seconds);
    if (!file) return std::move(file).error();
    auto out = std::make_unique<ProgressiveFile>(
        ProgressiveFile{std::move(*plan), std::move(*file), {}, {}, {}});
    out->version = version_tag(media, std::to_string(fragment_seconds));
    const std::string query = "?v=" + out->version;
    const std::string name = "progressive." + std::string(out->plan.extension());
    out->playlist = write_byte_range_playlist(out->file, name + query);
    out->library_playlist = write_byte_range_playlist(
        out->file, "track_" + path_segment(media.item_id()) + ".m4a" + query);
    return out;
}

}  // namespace consort::delivery
