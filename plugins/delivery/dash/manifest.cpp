#include "plugins/delivery/dash/manifest.hpp"

#include <algorithm>
#include <cstdio>
#include <numeric>

#include "plugins/delivery/common/init_segment.hpp"
#include "plugins/delivery/common/path_text.hpp"
#include "plugins/delivery/common/subtitle_tracks.hpp"
#include "plugins/delivery/common/timeline.hpp"
#include "plugins/delivery/dash/adaptation.hpp"
#include "plugins/delivery/dash/xml_text.hpp"

namespace consort::delivery {
namespace {

constexpr std::uint64_t kTextBandwidth = 256;  // bits a second: subtitles are a few words at a time

// xs:duration in seconds, to the microsecond.
std::string duration(std::int64_t micros) {
    char text[48];
    std::snprintf(text, sizeof text, "PT%lld.%06lldS", static_cast<long long>(micros / 1'000'000),
                  static_cast<long long>(micros % 1'000'000));
    return text;
}

std::int64_t end_in_micros(const CmafRendition& rendition) {
    const Track& track = rendition.track.track;
    const auto end = static_cast<std::int64_t>(rendition.times.end(rendition.times.size() - 1) +
                                               static_cast<std::uint64_t>(start_offset(track)));
    return rescale(end, 1'000'000, track.timescale);
}

std::string ratio(std::uint64_t a, std::uint64_t b, char between) {
    const std::uint64_t divisor = std::max<std::uint64_t>(std::gcd(a, b), 1);
    return std::to_string(a / divisor) + between + std::to_string(b / divisor);
}

void descriptor(XmlText& out, std::string_view element, std::string_view scheme,
                std::string_view value) {
    out.begin(element).attribute("schemeIdUri", scheme).attribute("value", value).end();
}

// ISO/IEC 23091-3; a number of its own only from seven channels on.
std::string channel_configuration(std::uint32_t channels) {
    if (channels == 7) return "11";
    if (channels == 8) return "12";
    return std::to_string(channels);
}

// Runs of equal durations are one element.
void timeline(XmlText& out, const CmafRendition& rendition) {
    const auto offset = static_cast<std::uint64_t>(start_offset(rendition.track.track));
    const SegmentTimes& times = rendition.times;
    out.begin("SegmentTimeline");
    for (std::size_t i = 0; i < times.size();) {
        std::size_t next = i + 1;
        while (next < times.size() && times.duration(next) == times.duration(i)) ++next;
        out.begin("S");
        if (i == 0) out.attribute("t", times.start(0) + offset);
        out.attribute("d", times.duration(i));
        if (next - i > 1) out.attribute("r", next - i - 1);
        out.end();
        i = next;
    }
    out.end();
}

void picture(XmlText& out, const Track& track) {
    std::uint64_t width = track.width, height = track.height;
    std::uint64_t sar_num = track.sar_num, sar_den = track.sar_den;
    if (sar_num == 0 || sar_den == 0) sar_num = sar_den = 1;
    if (track.rotation == 90 || track.rotation == 270) {
        std::swap(width, height);
        std::swap(sar_num, sar_den);
    }
    if (width != 0 && height != 0) {
        out.attribute("width", width).attribute("height", height);
        out.attribute("sar", ratio(sar_num, sar_den, ':'));
    }
    if (track.frame_rate_num != 0 && track.frame_rate_den != 0) {
        const std::string rate = ratio(track.frame_rate_num, track.frame_rate_den, '/');
        out.attribute("frameRate", rate.ends_with("/1") ? rate.substr(0, rate.size() - 2) : rate);
    }
}

Result<void> representation(XmlText& out, const MediaView& media, const CmafRendition& rendition,
                            std::uint32_t segment_seconds) {
    const auto rates = rendition_bit_rates(media, rendition, segment_seconds);
    if (!rates) return rates.error();
    const Track& track = rendition.track.track;
    out.begin("Representation").attribute("id", rendition.name);
    out.attribute("bandwidth", std::max<std::uint64_t>(rates->peak, 1));
    out.attribute("codecs", dash_codecs(rendition));
    if (rendition.video()) picture(out, track);
    if (!rendition.video() && track.sample_rate != 0) {
        out.attribute("audioSamplingRate", track.sample_rate);
    }
    if (!rendition.video() && track.channels != 0) {
        descriptor(out, "AudioChannelConfiguration",
                   track.channels <= 6 ? "urn:mpeg:dash:23003:3:audio_channel_configuration:2011"
                                       : "urn:mpeg:mpegB:cicp:ChannelConfiguration",
                   channel_configuration(track.channels));
    }
    // The times stand in the set's own template, of which this one inherits them.
    const std::string query = "?v=" + rendition.version;
    out.begin("SegmentTemplate");
    const std::string note = has_gapless_note(track) ? "&note=none" : "";
    out.attribute("initialization", "$RepresentationID$/init.mp4" + query + note);
    out.attribute("media", "$RepresentationID$/segment$Number$.m4s" + query);
    out.end();
    out.end();
    return {};
}

class Writer {
  public:
    Writer(const MediaView& media, std::uint32_t segment_seconds,
           const std::vector<Adaptation>& sets)
        : media_(media), segment_seconds_(segment_seconds), sets_(sets) {}

    Result<std::string> write() {
        std::int64_t end = 0, longest = 0;
        for (const Adaptation& set : sets_) {
            for (const CmafRendition* rendition : set.renditions) {
                end = std::max(end, end_in_micros(*rendition));
                longest =
                    std::max(longest, rescale(static_cast<std::int64_t>(rendition->times.longest()),
                                              1'000'000, rendition->track.track.timescale));
            }
        }
        out_.begin("MPD");
        out_.attribute("xmlns", "urn:mpeg:dash:schema:mpd:2011");
        out_.attribute("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance");
        out_.attribute("xsi:schemaLocation", "urn:mpeg:dash:schema:mpd:2011 DASH-MPD.xsd");
        out_.attribute("type", "static");
        out_.attribute("profiles", "urn:mpeg:dash:profile:isoff-live:2011");
        out_.attribute("mediaPresentationDuration", duration(end));
        out_.attribute("minBufferTime", duration(longest));
        out_.attribute("maxSegmentDuration", duration(longest));
        out_.begin("Period").attribute("id", "0").attribute("start", "PT0S");
        for (std::size_t i = 0; i < sets_.size(); ++i) {
            if (auto done = adaptation(i); !done) return std::move(done).error();
        }
        if (auto done = subtitles(); !done) return std::move(done).error();
        out_.end();
        out_.end();
        return std::move(out_).take();
    }

  private:
    Result<void> adaptation(std::size_t number) {
        const Adaptation& set = sets_[number];
        const CmafRendition& first = set.first();
        auto source = media_.track(first.source_track());
        if (!source) return std::move(source).error();
        const std::string_view language = view(source->language);
        const bool video = first.video();
        out_.begin("AdaptationSet").attribute("id", number);
        if (!language.empty()) out_.attribute("lang", language);
        out_.attribute("contentType", video ? "video" : "audio");
        out_.attribute("mimeType", first.media_type());
        out_.attribute("segmentAlignment", "true");
        // Type 3 of ISO/IEC 14496-12, annex I: pictures shown before the key picture can't be had.
        const bool open = std::any_of(set.renditions.begin(), set.renditions.end(),
                                      [](const CmafRendition* one) { return !one->independent; });
        out_.attribute("startWithSAP", open ? "3" : "1");
        // What adapts to the line comes before what does not.
        out_.attribute("selectionPriority", set.renditions.size());
        if (!view(source->title).empty()) out_.begin("Label").end_with(view(source->title));
        if (several_sources(video)) {
            descriptor(out_, "Role", "urn:mpeg:dash:role:2011",
                       is_main(first) ? "main" : "alternate");
        }
        out_.begin("SegmentTemplate").attribute("timescale", first.track.track.timescale);
        out_.attribute("startNumber", 0);
        timeline(out_, first);
        out_.end();
        for (const CmafRendition* rendition : set.renditions) {
            auto done = representation(out_, media_, *rendition, segment_seconds_);
            if (!done) return done;
        }
        out_.end();
        return {};
    }

    Result<void> subtitles() {
        const auto tracks = list_subtitles(media_);
        if (!tracks) return tracks.error();
        std::size_t number = sets_.size();
        for (const SubtitleTrack& one : *tracks) {
            auto source = media_.track(one.track);
            if (!source) return std::move(source).error();
            out_.begin("AdaptationSet").attribute("id", number++);
            if (!view(source->language).empty()) out_.attribute("lang", view(source->language));
            out_.attribute("contentType", "text").attribute("mimeType", "text/vtt");
            if (!view(source->title).empty()) out_.begin("Label").end_with(view(source->title));
            descriptor(out_, "Role", "urn:mpeg:dash:role:2011", "subtitle");
            const std::string name = path_segment(one.name);
            out_.begin("Representation").attribute("id", "subtitles-" + name);
            out_.attribute("bandwidth", kTextBandwidth);
            out_.begin("BaseURL").end_with("subtitles/" + name + ".vtt");
            out_.end();
            out_.end();
        }
        return {};
    }

    bool several_sources(bool video) const {
        const std::uint32_t none = ~0u;
        std::uint32_t seen = none;
        for (const Adaptation& set : sets_) {
            if (set.first().video() != video) continue;
            if (seen != none && seen != set.first().source_track()) return true;
            seen = set.first().source_track();
        }
        return false;
    }

    // Of the tracks of its kind: the container's default, else the first.
    bool is_main(const CmafRendition& rendition) const {
        std::uint32_t main = rendition.source_track();
        bool found = false;
        for (const Adaptation& set : sets_) {
            if (set.first().video() != rendition.video()) continue;
            const auto track = media_.track(set.first().source_track());
            const bool is_default = track && (track->flags & CONSORT_TRACK_DEFAULT) != 0;
            if (is_default) return set.first().source_track() == rendition.source_track();
            if (!std::exchange(found, true)) main = set.first().source_track();
        }
        return main == rendition.source_track();
    }

    const MediaView media_;
    const std::uint32_t segment_seconds_;
    const std::vector<Adaptation>& sets_;
    XmlText out_;
};

}  // namespace

Result<std::string> write_manifest(const MediaView& media, const RenditionSet& renditions,
                                   std::uint32_t segment_seconds) {
    const std::vector<Adaptation> sets = adaptations(renditions);
    if (sets.empty()) {
        return Error{CONSORT_E_UNSUPPORTED, not_in_dash(renditions.all().front().track.support)};
    }
    return Writer(media, segment_seconds, sets).write();
}

}  // namespace consort::delivery
