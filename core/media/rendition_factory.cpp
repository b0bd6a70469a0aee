#include "core/media/rendition_factory.hpp"

#include <xxhash.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>
#include <set>
#include <span>
#include <tuple>

#include "core/host/guard.hpp"
#include "core/media/listing.hpp"
#include "core/media/plugin_call.hpp"
#include "core/media/segment_plan.hpp"
#include "core/observe/log.hpp"

namespace consort::media {
namespace {

constexpr std::uint32_t kMaxAudioTracks = 32;

__extension__ typedef __int128 Wide;

const observe::Logger& logger() {
    static const observe::Logger instance("media");
    return instance;
}

// Names all that decides about the bytes of a segment, besides the content.
std::string revision_of(const consort_rendition& rendition, std::uint32_t seconds,
                        const std::vector<std::int64_t>& pictures) {
    const consort_pcm& pcm = rendition.sound.pcm;
    const std::uint64_t fields[] = {
        2,        rendition.kind,         rendition.source_track, seconds,
        pcm.rate, pcm.channels,           pcm.channel_mask,       pcm.sample_format,
        pcm.bits, rendition.sound.decoder};
    std::string all(reinterpret_cast<const char*>(fields), sizeof fields);
    all += host::view(rendition.info.revision);
    all.append(reinterpret_cast<const char*>(pictures.data()),
               pictures.size() * sizeof pictures[0]);
    char text[16];
    const auto end =
        std::to_chars(std::begin(text), std::end(text), XXH3_64bits(all.data(), all.size()), 16);
    return {text, end.ptr};
}

// What the container knows of the track and the encoder does not.
void inherit(const consort_track& source, consort_track& track) {
    if (track.language.len == 0) track.language = source.language;
    if (track.title.len == 0) track.title = source.title;
    track.start_offset_ns = source.start_offset_ns;
    track.flags = (track.flags & ~CONSORT_TRACK_DEFAULT) | (source.flags & CONSORT_TRACK_DEFAULT);
}

// From presentation times of the source to media times of the coded track.
std::vector<std::int64_t> converted(const std::vector<std::int64_t>& pictures,
                                    const consort_track& source, const consort_track& coded) {
    std::vector<std::int64_t> starts;
    starts.reserve(pictures.size());
    for (const std::int64_t time : pictures)
        starts.push_back(static_cast<std::int64_t>(static_cast<Wide>(time) * coded.timescale /
                                                   source.timescale) +
                         coded.edit_start);
    return starts;
}

// Renditions of one source mostly share their segments' starts: one of `others` with the same.
const std::vector<std::int64_t>* same_starts(
    const consort_rendition& of, std::span<const std::unique_ptr<consort_rendition>> others) {
    const auto grid = [](const consort_rendition& one) {
        return std::tuple(one.info.sample_duration, one.info.flags & CONSORT_ENCODING_CUTTABLE,
                          one.track.timescale, one.track.media_duration, one.track.edit_start,
                          one.track.edit_duration);
    };
    const auto found =
        std::ranges::find_if(others, [&](const auto& other) { return grid(*other) == grid(of); });
    return found == others.end() ? nullptr : &(*found)->starts;
}

bool rising(const std::vector<std::int64_t>& starts) {
    return std::ranges::adjacent_find(starts, std::greater_equal<>{}) == starts.end();
}

// A rendition's settings as its encoder takes them; borrows.
struct Wanted {
    explicit Wanted(const config::RenditionSettings& from) {
        for (const auto& [name, value] : from.options)
            options.push_back({host::lend(name), host::lend(value)});
        settings.struct_size = sizeof settings;
        settings.bit_rate = from.bit_rate;
        settings.sample_rate = from.sample_rate;
        settings.channels = from.channels;
        settings.bits_per_sample = from.bits_per_sample;
        settings.height = from.height;
        settings.options = options.data();
        settings.option_count = options.size();
    }
    Wanted(const Wanted&) = delete;
    Wanted& operator=(const Wanted&) = delete;

    std::vector<consort_encode_option> options;
    consort_encode_settings settings{};
};

}  // namespace

RenditionFactory::RenditionFactory(const config::RenditionsSettings& settings,
                                   const host::ComponentRegistry& registry,
                                   const Decoders& decoders, observe::Metrics& metrics)
    : segment_seconds_(settings.segment_seconds), all_(settings.all), decoders_(decoders) {
    for (auto& encoder : registry.all<consort_encoder>(CONSORT_ENCODER))
        encoders_.emplace(encoder.name, encoder);
    usable_ = usable(metrics);
}

std::vector<config::RenditionSettings> RenditionFactory::usable(observe::Metrics& metrics) const {
    std::vector<Settings> usable;
    std::map<std::string, std::string> missing;  // codec: renditions
    for (const Settings& one : all_) {
        const bool there = encoders_.contains(one.codec);
        metrics
            .gauge("consort_rendition_available", "1 where a plugin encodes the rendition.",
                   {{"rendition", one.name}})
            .set(there ? 1 : 0);
        if (there)
            usable.push_back(one);
        else
            missing[one.codec] += (missing[one.codec].empty() ? "" : ", ") + one.name;
    }
    for (const auto& [codec, names] : missing)
        logger().warning("no plugin encodes " + codec +
                         ", so these renditions are not offered: " + names);
    return usable;
}

std::unique_ptr<consort_rendition> RenditionFactory::prepare(
    const Settings& settings, consort_media* media, const consort_track& track,
    std::uint32_t number, const Sound* sound, const std::vector<std::int64_t>& pictures,
    std::span<const std::unique_ptr<consort_rendition>> others) const {
    Wanted wanted(settings);
    consort_encode_source source{};
    source.struct_size = sizeof source;
    source.kind = track.kind;
    source.pcm = sound != nullptr ? &sound->pcm : nullptr;
    source.media = media;
    source.track = number;
    source.boundaries = pictures.data();
    source.boundary_count = pictures.size();
    if (sound != nullptr && wanted.settings.channels > sound->pcm.channels)
        wanted.settings.channels = sound->pcm.channels;

    const auto& encoder = encoders_.at(settings.codec);
    consort_encoding* raw = nullptr;
    host::take_last_error();
    const consort_status status =
        encoder.table->prepare(encoder.self, &source, &wanted.settings, &raw);
    if (status < 0) {
        const Error error = plugin_error(status, "the encoder refused it");
        const std::string text = settings.name + " is not offered for item " +
                                 std::string(media->item_id()) + ": " + error.text;
        if (status == CONSORT_E_UNSUPPORTED)
            logger().debug(text);
        else
            logger().warning(text);
        return nullptr;
    }
    auto made = std::make_unique<consort_rendition>();
    made->encoding = std::make_unique<Encoding>(encoder.table, raw);
    made->definition = settings.name;
    made->kind = track.kind;
    made->source_track = number;
    made->bit_rate = settings.bit_rate;
    made->listed = settings.listed;
    made->info.struct_size = sizeof made->info;
    made->track.struct_size = sizeof made->track;
    if (encoder.table->info(raw, &made->info) < 0 || encoder.table->track(raw, &made->track) < 0)
        return nullptr;
    if (sound != nullptr) made->sound = *sound;
    inherit(track, made->track);
    const bool cuttable = (made->info.flags & CONSORT_ENCODING_CUTTABLE) != 0;
    const auto* const shared = sound != nullptr ? same_starts(*made, others) : nullptr;
    if (shared != nullptr)
        made->starts = *shared;
    else if (sound != nullptr)
        made->starts = audio_segments(made->track, cuttable ? made->info.sample_duration : 0,
                                      segment_seconds_);
    else if (cuttable)
        made->starts = converted(pictures, track, made->track);
    else
        made->starts = {0, static_cast<std::int64_t>(made->track.media_duration)};
    if (made->track.timescale == 0 || (shared == nullptr && !rising(made->starts))) {
        logger().warning(settings.name + " is not offered for item " +
                         std::string(media->item_id()) +
                         ": its encoder describes a track without time");
        return nullptr;
    }
    made->revision = revision_of(*made, segment_seconds_, pictures);
    made->key = std::string(media->index().identity()) + "/" + made->revision + "/";
    made->rates = std::make_unique<BitRates>(made->starts, made->track.timescale);
    return made;
}

void RenditionFactory::add_audio(consort_media* media, std::uint32_t number, bool main,
                                 RenditionList& list) const {
    const auto sound = decoders_.sound(media, number);
    if (!sound) {
        logger().info("track " + std::to_string(number) + " of item " +
                      std::string(media->item_id()) + " can't be encoded: " + sound.error().text);
        return;
    }
    const consort_track track = media->index().track(number);
    const std::size_t first = list.size();
    for (const Settings& settings : usable_) {
        if (settings.height != 0) continue;
        auto made =
            prepare(settings, media, track, number, &*sound, {}, std::span(list).subspan(first));
        if (made == nullptr) continue;
        made->name = settings.name + (main ? "" : "." + std::to_string(number));
        list.push_back(std::move(made));
    }
    list_audio(track, std::span(list).subspan(first));
}

void RenditionFactory::add_video(consort_media* media, std::uint32_t number,
                                 RenditionList& list) const {
    const auto pictures = picture_segments(media->index(), number, segment_seconds_);
    if (!pictures) return;
    const consort_track track = media->index().track(number);
    const Settings* lowest = nullptr;
    bool any = false;
    for (const Settings& settings : usable_) {
        if (settings.height == 0) continue;
        if (settings.listed && (lowest == nullptr || settings.height < lowest->height))
            lowest = &settings;
        if (settings.height > upright_height(track)) continue;
        auto made = prepare(settings, media, track, number, nullptr, *pictures, {});
        if (made == nullptr) continue;
        any = any || settings.listed;
        made->name = settings.name;
        list.push_back(std::move(made));
    }
    if (any || lowest == nullptr) return;
    // A source smaller than all of them is had at its own size.
    Settings own = *lowest;
    own.height = 0;
    auto made = prepare(own, media, track, number, nullptr, *pictures, {});
    if (made == nullptr) return;
    made->name = own.name;
    list.push_back(std::move(made));
}

void RenditionFactory::warm_up() const {
    constexpr std::uint64_t kStereo = 3;
    // Of lossless files and of what lossy ones decode to.
    const std::pair<std::uint32_t, std::uint32_t> values[] = {
        {CONSORT_PCM_S16, 16}, {CONSORT_PCM_S32, 24}, {CONSORT_PCM_F32, 0}};
    for (const std::uint32_t rate : {44'100u, 48'000u}) {
        for (const auto& [format, bits] : values) {
            prepare_once({rate, 2, kStereo, format, bits, rate, 0});
        }
    }
}

void RenditionFactory::prepare_once(const consort_pcm& sound) const {
    consort_encode_source source{};
    source.struct_size = sizeof source;
    source.kind = CONSORT_TRACK_AUDIO;
    source.pcm = &sound;
    for (const Settings& settings : usable_) {
        if (settings.height != 0) continue;
        const Wanted wanted(settings);
        const auto& encoder = encoders_.at(settings.codec);
        consort_encoding* made = nullptr;
        if (encoder.table->prepare(encoder.self, &source, &wanted.settings, &made) >= 0)
            encoder.table->release(made);
    }
}

RenditionList RenditionFactory::make(consort_media* media) const {
    RenditionList list;
    const IndexFile& index = media->index();
    const auto main = index.main_track(CONSORT_TRACK_AUDIO);
    std::uint32_t audio = 0;
    for (std::uint32_t i = 0; i < index.track_count() && audio < kMaxAudioTracks; ++i) {
        const consort_track track = index.track(i);
        if (track.kind != CONSORT_TRACK_AUDIO || track.sample_count == 0) continue;
        ++audio;
        add_audio(media, i, main == i, list);
    }
    if (const auto video = index.main_track(CONSORT_TRACK_VIDEO)) add_video(media, *video, list);
    const auto place = [this](const auto& rendition) {
        return std::ranges::find(all_, rendition->definition, &Settings::name) - all_.begin();
    };
    std::ranges::stable_sort(list, {}, place);
    return list;
}

}  // namespace consort::media
