#include "plugins/delivery/common/rendition_set.hpp"

#include <algorithm>
#include <map>

#include "plugins/delivery/common/answer.hpp"
#include "plugins/delivery/common/hexadecimal.hpp"
#include "plugins/delivery/common/info_frame.hpp"
#include "plugins/delivery/common/packed_audio.hpp"
#include "plugins/delivery/common/timeline.hpp"

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

Result<std::string> init_of(const PackagedTrack& track) {
    const InitTrack described = track.init();
    return write_init_segment({&described, 1});
}

// Reads four bytes of the source: for workers.
Result<std::string> info_frame_of(const MediaView& media, const PackagedTrack& track) {
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

Result<CmafRendition> make_original(const MediaView& media, OriginalPlan plan,
                                    std::uint32_t segment_seconds) {
    auto table = SegmentTable::cut(media, plan.track.index, plan.track.track, segment_seconds);
    if (!table) return std::move(table).error();
    CmafRendition out{std::move(plan.name),
                      version_tag(media, std::to_string(segment_seconds)),
                      std::move(plan.track),
                      SegmentTimes(*table),
                      {},
                      {},
                      {},
                      false,
                      true,
                      true,
                      {}};
    out.parts.reserve(table->size());
    for (std::size_t i = 0; i < table->size(); ++i) out.parts.push_back((*table)[i]);
    out.independent = !out.packed_audio() && !table->has_leading_pictures();
    if (out.packed_audio()) {
        auto lead = info_frame_of(media, out.track);
        if (!lead) return std::move(lead).error();
        out.lead = std::move(*lead);
    } else {
        auto init = init_of(out.track);
        if (!init) return std::move(init).error();
        out.init = std::move(*init);
    }
    const auto first = assemble_original(media, out, 0);
    if (!first) return first.error();
    out.scattered = !sends_directly(*first);
    return out;
}

// A revision is text of any kind; in URLs it is a number made of it (FNV-1a).
std::string short_revision(std::string_view revision) {
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const char c : revision) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return hexadecimal(hash);
}

Result<std::vector<std::uint64_t>> presented_boundaries(const Encoded& encoded, Track& track) {
    const std::span<const std::int64_t> starts = encoded.boundaries();
    if (starts.size() < 2) return Error{CONSORT_E_INTERNAL, "a rendition has no segments"};
    const std::int64_t skipped = std::max<std::int64_t>(track.edit_start, 0);
    std::vector<std::uint64_t> out(starts.size());
    for (std::size_t i = 1; i + 1 < starts.size(); ++i)
        out[i] = static_cast<std::uint64_t>(std::max<std::int64_t>(starts[i] - skipped, 0));
    if (track.media_duration == 0) track.media_duration = static_cast<std::uint64_t>(starts.back());
    out.back() = presented_duration(track);
    if (!std::is_sorted(out.begin(), out.end())) {
        return Error{CONSORT_E_INTERNAL, "the segments of a rendition are not in order"};
    }
    return out;
}

Result<CmafRendition> make_encoded(const MediaView& media, const Encoded& encoded) {
    const RenditionInfo info = encoded.info();
    auto track = encoded.track();
    if (!track) return std::move(track).error();
    auto boundaries = presented_boundaries(encoded, *track);
    if (!boundaries) return std::move(boundaries).error();

    PackagedTrack packaged;
    packaged.index = info.source_track;
    packaged.default_duration = info.sample_duration;
    packaged.track = *track;
    // Where it is not known the samples are there nevertheless.
    if (packaged.track.sample_count == 0) packaged.track.sample_count = info.segment_count;
    packaged.support = codec_support(packaged.track);
    if (packaged.support.packaging == Packaging::kNone) {
        return Error{CONSORT_E_UNSUPPORTED, packaged.support.reason};
    }
    auto init = init_of(packaged);
    if (!init) return std::move(init).error();
    return CmafRendition{std::string(view(info.name)),
                         version_tag(media, short_revision(view(info.revision))),
                         std::move(packaged),
                         SegmentTimes(std::move(*boundaries)),
                         std::move(*init),
                         {},
                         {},
                         false,
                         true,
                         true,
                         encoded};
}

std::uint64_t average_over(std::uint64_t bytes, const CmafRendition& rendition) {
    const std::uint64_t total = rendition.times.total();
    if (total == 0) return 0;
    return static_cast<std::uint64_t>(rescale(static_cast<std::int64_t>(bytes * 8),
                                              rendition.track.track.timescale,
                                              static_cast<std::int64_t>(total)));
}

// What the container adds to the samples of a whole rendition, in bytes.
std::uint64_t container_bytes(const CmafRendition& rendition) {
    const PackagedTrack& track = rendition.track;
    SampleVariety variety;
    variety.durations = track.default_duration == 0;
    variety.flags = rendition.video();
    variety.composition = rendition.video();
    std::uint64_t samples = track.track.sample_count;
    if (track.default_duration != 0) {
        samples = track.track.media_duration / track.default_duration + 1;
    } else if (rendition.video() && track.track.frame_rate_den != 0) {
        samples = track.track.media_duration * track.track.frame_rate_num /
                  track.track.frame_rate_den / track.track.timescale;
    }
    const std::uint64_t segments = rendition.times.size();
    return segments * fragment_header_bound(samples / segments + 1, variety, 1);
}

}  // namespace

Result<std::vector<OriginalPlan>> plan_originals(const MediaView& media) {
    std::vector<Track> tracks;
    for (std::uint32_t i = 0; i < media.track_count(); ++i) {
        auto track = media.track(i);
        if (!track) return std::move(track).error();
        tracks.push_back(*track);
    }
    std::vector<OriginalPlan> plans;
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

bool names_original(std::string_view name) noexcept {
    if (name == "original") return true;
    constexpr std::string_view kAudio = "audio-";
    return name.starts_with(kAudio) && name.size() > kAudio.size() &&
           std::all_of(name.begin() + kAudio.size(), name.end(),
                       [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<bool> listed_renditions(const MediaView& media, const std::vector<Encoded>& encoded) {
    std::vector<bool> listed;
    std::map<std::uint32_t, std::size_t> step_above;  // by track of the source
    for (std::size_t i = 0; i < encoded.size(); ++i) {
        const RenditionInfo info = encoded[i].info();
        listed.push_back((info.flags & CONSORT_RENDITION_LISTED) != 0);
        if ((info.flags & CONSORT_RENDITION_ABOVE) == 0) continue;
        const auto [at, first] = step_above.emplace(info.source_track, i);
        if (!first && info.average_bit_rate < encoded[at->second].info().average_bit_rate) {
            at->second = i;
        }
    }
    for (const auto& [number, i] : step_above) {
        const auto track = media.track(number);
        if (track && codec_support(*track).packaging == Packaging::kNone) listed[i] = true;
    }
    return listed;
}

Result<std::unique_ptr<RenditionSet>> RenditionSet::of_all(const MediaView& media,
                                                           std::uint32_t segment_seconds,
                                                           const std::vector<Encoded>& encoded) {
    auto plans = plan_originals(media);
    if (!plans) return std::move(plans).error();
    if (plans->empty()) {
        return Error{CONSORT_E_UNSUPPORTED, "This file holds neither audio nor video."};
    }
    auto out = std::make_unique<RenditionSet>();
    const std::string reason = plans->front().track.support.reason;
    for (OriginalPlan& plan : *plans) {
        if (plan.track.support.packaging == Packaging::kNone) continue;
        auto made = make_original(media, std::move(plan), segment_seconds);
        if (!made) return std::move(made).error();
        out->all_.push_back(std::move(*made));
    }
    const std::vector<bool> named = listed_renditions(media, encoded);
    for (std::size_t i = 0; i < encoded.size(); ++i) {
        auto made = make_encoded(media, encoded[i]);
        if (made) {
            made->listed = named[i];
            out->all_.push_back(std::move(*made));
        } else if (made.error().status != CONSORT_E_UNSUPPORTED) {
            return std::move(made).error();
        }
    }
    if (out->all_.empty()) return Error{CONSORT_E_UNSUPPORTED, reason};
    return out;
}

Result<std::unique_ptr<RenditionSet>> RenditionSet::of_originals(const MediaView& media,
                                                                 std::uint32_t segment_seconds) {
    auto out = of_all(media, segment_seconds, {});
    if (!out) return out;
    if ((*out)->all_.front().name == "original") return out;
    auto plans = plan_originals(media);
    if (!plans) return std::move(plans).error();
    return Error{CONSORT_E_UNSUPPORTED, plans->front().track.support.reason};
}

Result<const RenditionSet*> RenditionSet::Slot::get(const MediaView& media,
                                                    std::uint32_t segment_seconds,
                                                    const std::vector<Encoded>& encoded) {
    const std::lock_guard lock(making);
    if (!made) {
        auto set = of_all(media, segment_seconds, encoded);
        if (!set) return std::move(set).error();
        made = std::move(*set);
        ready.store(made.get(), std::memory_order_release);
    }
    return static_cast<const RenditionSet*>(made.get());
}

const CmafRendition* RenditionSet::find(std::string_view name) const noexcept {
    const auto found = std::find_if(all_.begin(), all_.end(),
                                    [&](const CmafRendition& one) { return one.name == name; });
    return found == all_.end() ? nullptr : &*found;
}

const CmafRendition& RenditionSet::main() const noexcept {
    if (all_.front().name == "original") return all_.front();
    const auto listed = std::find_if(all_.begin(), all_.end(), [](const CmafRendition& one) {
        return one.encoded && one.listed;
    });
    return listed == all_.end() ? all_.front() : *listed;
}

BitRates encoded_bit_rates(const CmafRendition& rendition) {
    const RenditionInfo info = rendition.encoded->info();
    const Track& track = rendition.track.track;
    double peak = 1, average = 1;
    for (const std::size_t number : {std::size_t{0}, rendition.times.size() - 1}) {
        const auto coded = rendition.encoded->segment(static_cast<std::uint32_t>(number));
        const std::uint64_t shown = rendition.times.duration(number);
        if (!coded || shown == 0) continue;
        peak = std::max(
            peak, static_cast<double>(coded->end - coded->start) / static_cast<double>(shown));
    }
    if (rendition.times.total() != 0) {
        average = std::max(1.0, static_cast<double>(track.media_duration) /
                                    static_cast<double>(rendition.times.total()));
    }
    BitRates rates;
    rates.peak = static_cast<std::uint64_t>(info.peak_bit_rate * peak + 0.5);
    rates.average = static_cast<std::uint64_t>(info.average_bit_rate * average + 0.5);
    return rates;
}

Result<BitRates> rendition_bit_rates(const MediaView& media, const CmafRendition& rendition,
                                     std::uint32_t segment_seconds) {
    if (rendition.encoded) {
        const std::uint64_t container = average_over(container_bytes(rendition), rendition);
        BitRates rates = encoded_bit_rates(rendition);
        rates.average += container;
        rates.peak = std::max<std::uint64_t>(rates.peak + container, rates.average);
        return rates;
    }
    std::vector<SegmentMeasure> segments;
    segments.reserve(rendition.parts.size());
    std::uint64_t before = 0;
    for (std::size_t i = 0; i < rendition.parts.size(); ++i) {
        const Segment& part = rendition.parts[i];
        const auto after = media.bytes_before(rendition.track.index, part.first + part.count);
        if (!after) return after.error();
        const std::uint64_t payload = *after - before;
        before = *after;
        std::uint64_t size = kTimestampTagSize + (i == 0 ? rendition.lead.size() : 0) + payload;
        if (!rendition.packed_audio()) {
            const auto bound =
                fragment_size_bound(media, rendition.track, part.first, part.count, payload);
            if (!bound) return bound.error();
            size = *bound;
        }
        segments.push_back(
            {size, static_cast<double>(part.duration) / rendition.track.track.timescale});
    }
    return bit_rates(segments, segment_seconds);
}

Result<Assembly> assemble_original(const MediaView& media, const CmafRendition& rendition,
                                   std::size_t number) {
    const Segment& part = rendition.parts[number];
    return rendition.packed_audio()
               ? assemble_packed_audio(media, rendition.track, part.first, part.count,
                                       number == 0 ? rendition.lead : std::string_view())
               : assemble_fragment(media, rendition.track, part.first, part.count,
                                   static_cast<std::uint32_t>(number + 1));
}

}  // namespace consort::delivery
