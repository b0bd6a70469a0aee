#include "plugins/delivery/hls/multivariant_playlist.hpp"

#include <algorithm>
#include <cstdio>
#include <set>
#include <vector>

#include "plugins/delivery/common/bit_rate.hpp"
#include "plugins/delivery/common/playlist_text.hpp"
#include "plugins/delivery/hls/renditions.hpp"

namespace consort::delivery {
namespace {

constexpr std::uint32_t kTransferPq = 16;
constexpr std::uint32_t kTransferHlg = 18;

Result<BitRates> measure(const MediaView& media, const Rendition& rendition,
                         std::uint32_t segment_seconds) {
    std::vector<SegmentMeasure> segments;
    segments.reserve(rendition.table.size());
    std::uint64_t before = 0;
    for (std::size_t i = 0; i < rendition.table.size(); ++i) {
        const Segment segment = rendition.table[i];
        const auto after = media.bytes_before(rendition.track.index, segment.first + segment.count);
        if (!after) return after.error();
        const auto size = segment_size_bound(media, rendition, i, *after - before);
        if (!size) return size.error();
        segments.push_back(
            {*size, static_cast<double>(segment.duration) / rendition.track.track.timescale});
        before = *after;
    }
    return bit_rates(segments, segment_seconds);
}

// As shown: turned upright, with square pixels.
std::string resolution(const Track& track) {
    std::uint64_t width = track.width, height = track.height;
    if (track.sar_num != 0 && track.sar_den != 0) width = width * track.sar_num / track.sar_den;
    if (track.rotation == 90 || track.rotation == 270) std::swap(width, height);
    return std::to_string(width) + "x" + std::to_string(height);
}

std::string video_attributes(const Track& track) {
    std::string out;
    if (track.width != 0 && track.height != 0) out += ",RESOLUTION=" + resolution(track);
    if (track.frame_rate_num != 0 && track.frame_rate_den != 0) {
        char text[40];
        std::snprintf(text, sizeof text, ",FRAME-RATE=%.3f",
                      static_cast<double>(track.frame_rate_num) / track.frame_rate_den);
        out += text;
    }
    if (track.colour_transfer == kTransferPq) out += ",VIDEO-RANGE=PQ";
    if (track.colour_transfer == kTransferHlg) out += ",VIDEO-RANGE=HLG";
    return out;
}

// The sound tracks of a film as EXT-X-MEDIA, each under a name of its own.
class AudioGroup {
  public:
    void add(PlaylistText& out, const Rendition& rendition, bool is_default) {
        const Track& track = rendition.track.track;
        const std::string_view language = view(track.language);
        std::string attributes = "TYPE=AUDIO,GROUP-ID=\"audio\",NAME=" + quoted(name(track));
        if (!language.empty()) attributes += ",LANGUAGE=" + quoted(language);
        attributes += is_default ? ",DEFAULT=YES" : ",DEFAULT=NO";
        attributes += ",AUTOSELECT=YES";
        if (track.channels != 0) {
            attributes += ",CHANNELS=\"" + std::to_string(track.channels) + "\"";
        }
        attributes += ",URI=\"" + rendition.name + "/playlist.m3u8\"";
        out.line("#EXT-X-MEDIA:", attributes);
    }

  private:
    std::string name(const Track& track) {
        std::string wanted(view(track.title));
        if (wanted.empty()) wanted = view(track.language);
        if (wanted.empty()) wanted = "Audio";
        std::string unique = wanted;
        for (int number = 2; !names_.insert(unique).second; ++number) {
            unique = wanted + " " + std::to_string(number);
        }
        return unique;
    }
    std::set<std::string> names_;
};

}  // namespace

Result<std::string> write_multivariant_playlist(const MediaView& media,
                                                const Renditions& renditions,
                                                std::uint32_t segment_seconds) {
    const std::vector<Rendition>& all = renditions.all();
    const Rendition& original = all.front();
    const bool group = all.size() > 1;

    BitRates rates{}, audio{};
    std::vector<std::string> codecs;
    std::size_t default_audio = 1;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto measured = measure(media, all[i], segment_seconds);
        if (!measured) return measured.error();
        if (i == 0) rates = *measured;
        if (i > 0) audio.peak = std::max(audio.peak, measured->peak);
        if (i > 0) audio.average = std::max(audio.average, measured->average);
        if (i > 1 && (all[i].track.track.flags & CONSORT_TRACK_DEFAULT) != 0 &&
            (all[default_audio].track.track.flags & CONSORT_TRACK_DEFAULT) == 0) {
            default_audio = i;
        }
        const std::string& codec = all[i].track.support.codecs;
        if (std::find(codecs.begin(), codecs.end(), codec) == codecs.end()) codecs.push_back(codec);
    }

    PlaylistText out;
    out.begin(original.packed_audio() ? 3 : 6);
    const bool independent =
        std::none_of(all.begin(), all.end(), [](const Rendition& r) { return r.packed_audio(); });
    if (independent) out.line("#EXT-X-INDEPENDENT-SEGMENTS");
    AudioGroup names;
    for (std::size_t i = 1; i < all.size(); ++i) names.add(out, all[i], i == default_audio);

    std::string list;
    for (const std::string& codec : codecs) list += (list.empty() ? "" : ",") + codec;
    std::string attributes = "BANDWIDTH=" + std::to_string(rates.peak + audio.peak) +
                             ",AVERAGE-BANDWIDTH=" + std::to_string(rates.average + audio.average) +
                             ",CODECS=" + quoted(list);
    if (original.track.track.kind == CONSORT_TRACK_VIDEO) {
        attributes += video_attributes(original.track.track);
    }
    if (group) attributes += ",AUDIO=\"audio\"";
    out.line("#EXT-X-STREAM-INF:", attributes);
    out.line("original/playlist.m3u8");
    return std::move(out).take();
}

}  // namespace consort::delivery
