#include "plugins/delivery/dash/adaptation.hpp"

#include <algorithm>

namespace consort::delivery {
namespace {

// The part of the RFC 6381 name that says which decoder: profiles may differ.
std::string_view family(const CmafRendition& rendition) {
    const std::string_view codecs = rendition.track.support.codecs;
    return codecs.substr(0, codecs.find('.'));
}

bool cut_alike(const CmafRendition& a, const CmafRendition& b) {
    if (a.times.size() != b.times.size()) return false;
    const std::uint64_t from = a.track.track.timescale, to = b.track.track.timescale;
    for (std::size_t i = 0; i < a.times.size(); ++i) {
        if (a.times.start(i) * to != b.times.start(i) * from) return false;
    }
    return true;
}

bool switchable(const CmafRendition& a, const CmafRendition& b) {
    return a.video() == b.video() && a.source_track() == b.source_track() &&
           family(a) == family(b) && a.track.track.timescale == b.track.track.timescale &&
           a.track.track.channels == b.track.track.channels && cut_alike(a, b);
}

// Lossless coded anew is for sources that are not.
bool repeats_original(const RenditionSet& renditions, const CmafRendition& rendition) {
    if (!rendition.encoded || family(rendition) != "fLaC") return false;
    return std::ranges::any_of(renditions.all(), [&](const CmafRendition& other) {
        return !other.encoded && other.source_track() == rendition.source_track() &&
               family(other) == family(rendition);
    });
}

}  // namespace

std::string not_in_dash(const CodecSupport& support) {
    if (support.packaging != Packaging::kPackedAudio) return {};
    return "No browser plays MP3 out of MP4 segments, which is all that DASH has; play it by HLS "
           "or as the file itself.";
}

std::vector<Adaptation> adaptations(const RenditionSet& renditions) {
    std::vector<Adaptation> out;
    for (const CmafRendition& rendition : renditions.all()) {
        if (!rendition.listed || !not_in_dash(rendition.track.support).empty() ||
            repeats_original(renditions, rendition)) {
            continue;
        }
        const auto found = std::ranges::find_if(
            out, [&](const Adaptation& set) { return switchable(set.first(), rendition); });
        if (found == out.end()) {
            out.push_back({{&rendition}});
        } else {
            found->renditions.push_back(&rendition);
        }
    }
    std::ranges::stable_sort(out, [](const Adaptation& a, const Adaptation& b) {
        if (a.first().video() != b.first().video()) return a.first().video();
        return a.renditions.size() > b.renditions.size();
    });
    return out;
}

std::string dash_codecs(const CmafRendition& rendition) {
    const std::string& codecs = rendition.track.support.codecs;
    if (codecs == "fLaC") return "flac";
    if (codecs == "Opus") return "opus";
    return codecs;
}

}  // namespace consort::delivery
