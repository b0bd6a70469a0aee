#include "plugins/delivery/hls/multivariant_playlist.hpp"

#include <algorithm>
#include <cstdio>
#include <set>
#include <vector>

#include "plugins/delivery/common/playlist_text.hpp"
#include "plugins/delivery/hls/iframe_playlist.hpp"

namespace consort::delivery {
namespace {

constexpr std::uint32_t kTransferPq = 16;
constexpr std::uint32_t kTransferHlg = 18;

// As shown: turned upright, with square pixels.
std::string resolution(const Track& track) {
    std::uint64_t width = track.width, height = track.height;
    if (track.sar_num != 0 && track.sar_den != 0) width = width * track.sar_num / track.sar_den;
    if (track.rotation == 90 || track.rotation == 270) std::swap(width, height);
    return std::to_string(width) + "x" + std::to_string(height);
}

std::string decimal(double value, int places) {
    char text[40];
    std::snprintf(text, sizeof text, "%.*f", places, value);
    return text;
}

std::string picture_attributes(const Track& track, bool moving) {
    std::string out;
    if (track.width != 0 && track.height != 0) out += ",RESOLUTION=" + resolution(track);
    if (moving && track.frame_rate_num != 0 && track.frame_rate_den != 0) {
        out += ",FRAME-RATE=" +
               decimal(static_cast<double>(track.frame_rate_num) / track.frame_rate_den, 3);
    }
    if (track.colour_transfer == kTransferPq) out += ",VIDEO-RANGE=PQ";
    if (track.colour_transfer == kTransferHlg) out += ",VIDEO-RANGE=HLG";
    return out;
}

// Names of EXT-X-MEDIA: each once in its group.
class Names {
  public:
    std::string take(std::string wanted) {
        std::string unique = wanted;
        for (int number = 2; !taken_.insert(unique).second; ++number) {
            unique = wanted + " " + std::to_string(number);
        }
        return unique;
    }

  private:
    std::set<std::string> taken_;
};

std::string name_of(std::string_view title, std::string_view language, const char* otherwise) {
    if (!title.empty()) return std::string(title);
    return language.empty() ? otherwise : std::string(language);
}

class Writer {
  public:
    Writer(const MediaView& media, const RenditionSet& renditions, const Bandwidths& bandwidths,
           Container container)
        : media_(media),
          bandwidths_(bandwidths),
          ladder_(renditions, container),
          query_(container == Container::kTransportStream ? "?segments=ts" : "") {}

    Result<std::string> write(const std::vector<SubtitleTrack>& subtitles) {
        if (ladder_.variants().empty()) {
            return Error{CONSORT_E_UNSUPPORTED,
                         "No rendition of this item fits into a transport stream; take the "
                         "playlist without ?segments=ts."};
        }
        out_.begin(6);
        const bool independent = std::all_of(ladder_.variants().begin(), ladder_.variants().end(),
                                             [](const Variant& v) { return v.main->independent; });
        if (independent) out_.line("#EXT-X-INDEPENDENT-SEGMENTS");
        for (const SoundGroup* group : ladder_.groups()) add_group(*group);
        const bool film = ladder_.variants().front().main->video();
        if (film && !subtitles.empty()) {
            add_subtitles(subtitles);
            more_ = ",SUBTITLES=\"subtitles\"";
        }
        for (const Variant& variant : ladder_.variants()) {
            if (auto done = add_variant(variant); !done) return std::move(done).error();
        }
        if (film && query_.empty()) {
            if (auto done = add_iframes(); !done) return std::move(done).error();
        }
        return std::move(out_).take();
    }

  private:
    void add_group(const SoundGroup& group) {
        Names names;
        for (const CmafRendition* member : group.members) {
            // The source's track names it, also for what is encoded of it.
            const auto source = media_.track(member->source_track());
            const Track& track = source ? *source : member->track.track;
            const std::string_view language = view(track.language);
            std::string attributes =
                "TYPE=AUDIO,GROUP-ID=" + quoted(group.id) +
                ",NAME=" + quoted(names.take(name_of(view(track.title), language, "Audio")));
            if (!language.empty()) attributes += ",LANGUAGE=" + quoted(language);
            attributes += member == group.members.front() ? ",DEFAULT=YES" : ",DEFAULT=NO";
            attributes += ",AUTOSELECT=YES";
            if (member->track.track.channels != 0) {
                attributes += ",CHANNELS=\"" + std::to_string(member->track.track.channels) + "\"";
            }
            attributes += ",URI=\"" + member->name + "/playlist.m3u8" + query_ + "\"";
            out_.line("#EXT-X-MEDIA:", attributes);
        }
    }

    void add_subtitles(const std::vector<SubtitleTrack>& subtitles) {
        Names names;
        for (const SubtitleTrack& one : subtitles) {
            const auto track = media_.track(one.track);
            const std::string_view title = track ? view(track->title) : std::string_view();
            const std::string_view language = track ? view(track->language) : std::string_view();
            std::string attributes = "TYPE=SUBTITLES,GROUP-ID=\"subtitles\",NAME=" +
                                     quoted(names.take(name_of(title, language, "Subtitles")));
            if (!language.empty()) attributes += ",LANGUAGE=" + quoted(language);
            attributes += ",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI=\"subtitles/" + one.name +
                          "/playlist.m3u8" + query_ + "\"";
            out_.line("#EXT-X-MEDIA:", attributes);
        }
    }

    Result<void> add_variant(const Variant& variant) {
        auto rates = bandwidths_.of(media_, *variant.main);
        if (!rates) return std::move(rates).error();
        std::vector<std::string> codecs{variant.main->track.support.codecs};
        BitRates sound{};
        for (std::size_t i = 0; variant.sound && i < variant.sound->members.size(); ++i) {
            const CmafRendition& member = *variant.sound->members[i];
            const auto of = bandwidths_.of(media_, member);
            if (!of) return of.error();
            sound.peak = std::max(sound.peak, of->peak);
            sound.average = std::max(sound.average, of->average);
            const std::string& codec = member.track.support.codecs;
            if (std::find(codecs.begin(), codecs.end(), codec) == codecs.end()) {
                codecs.push_back(codec);
            }
        }
        std::string list;
        for (const std::string& codec : codecs) list += (list.empty() ? "" : ",") + codec;
        const std::uint64_t average = rates->average + sound.average;
        std::string attributes = "BANDWIDTH=" + std::to_string(rates->peak + sound.peak) +
                                 ",AVERAGE-BANDWIDTH=" + std::to_string(average) +
                                 ",SCORE=" + decimal(score_of(variant, average), 4) +
                                 ",CODECS=" + quoted(list);
        if (variant.main->video())
            attributes += picture_attributes(variant.main->track.track, true);
        if (variant.sound) attributes += ",AUDIO=" + quoted(variant.sound->id);
        attributes += more_;
        out_.line("#EXT-X-STREAM-INF:", attributes);
        out_.line(variant.main->name, "/playlist.m3u8", query_);
        return {};
    }

    // Of the source's own picture: of the others the sizes are not known before they are made.
    Result<void> add_iframes() {
        std::set<const CmafRendition*> seen;
        for (const Variant& variant : ladder_.variants()) {
            const CmafRendition& one = *variant.main;
            if (one.encoded || !seen.insert(&one).second) continue;
            const auto rates = iframe_bit_rates(media_, one);
            if (!rates) return rates.error();
            out_.line("#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=", std::to_string(rates->peak),
                      ",AVERAGE-BANDWIDTH=", std::to_string(rates->average),
                      ",CODECS=", quoted(one.track.support.codecs),
                      picture_attributes(one.track.track, false), ",URI=\"", one.name,
                      "/iframes.m3u8\"");
        }
        return {};
    }

    const MediaView& media_;
    const Bandwidths& bandwidths_;
    Ladder ladder_;
    std::string query_, more_;
    PlaylistText out_;
};

}  // namespace

Result<std::string> write_multivariant_playlist(const MediaView& media,
                                                const RenditionSet& renditions,
                                                const Bandwidths& bandwidths, Container container,
                                                const std::vector<SubtitleTrack>& subtitles) {
    return Writer(media, renditions, bandwidths, container).write(subtitles);
}

}  // namespace consort::delivery
