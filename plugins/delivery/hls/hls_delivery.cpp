#include "plugins/delivery/hls/hls_delivery.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "plugins/delivery/common/derived.hpp"
#include "plugins/delivery/common/describe_renditions.hpp"
#include "plugins/delivery/common/mpegts/ts_format.hpp"
#include "plugins/delivery/common/path_text.hpp"
#include "plugins/delivery/common/playlist_text.hpp"
#include "plugins/delivery/common/rendition_answer.hpp"
#include "plugins/delivery/common/timeline.hpp"
#include "plugins/delivery/hls/iframe_playlist.hpp"
#include "plugins/delivery/hls/kept_playlist.hpp"
#include "plugins/delivery/hls/media_playlist.hpp"
#include "plugins/delivery/hls/multivariant_playlist.hpp"
#include "plugins/delivery/hls/packed_segment.hpp"
#include "plugins/delivery/hls/subtitle_answer.hpp"

namespace consort::delivery {
namespace {

enum : std::uint32_t {
    kMultivariant,
    kMediaPlaylist,
    kIframes,
    kPackedSegment,
    kStreamSegment,
    kDefaultStream,
    kSubtitleFile,
    kSubtitlePlaylist,
    kSubtitleSegments,
};

constexpr std::array<Route, 9> kRoutes{{
    {"GET", "/api/v1/stream/{id}/playlist.m3u8", "hls multivariant playlist", 0},
    {"GET", "/api/v1/stream/{id}/{rendition}/playlist.m3u8", "hls media playlist", 0},
    {"GET", "/api/v1/stream/{id}/{rendition}/iframes.m3u8", "hls i-frame playlist", 0},
    {"GET", "/api/v1/stream/{id}/{rendition}/segment{number}.mp3", "hls packed audio segment", 0},
    {"GET", "/api/v1/stream/{id}/{rendition}/segment{number}.ts", "hls transport stream", 0},
    {"GET", "/api/v1/stream/{id}/segment{number}.ts", "hls default transport stream", 0},
    {"GET", "/api/v1/stream/{id}/subtitles/{lang}.vtt", "subtitles", 0},
    {"GET", "/api/v1/stream/{id}/subtitles/{lang}/playlist.m3u8", "hls subtitle playlist", 0},
    {"GET", "/api/v1/stream/{id}/subtitles/{lang}/segment{number}.vtt", "hls subtitles", 0},
}};

constexpr const char* kPlaylistType = "application/vnd.apple.mpegurl";

struct Text {
    std::string text;
};

Container container_of(const ExchangeView& exchange) {
    return exchange.query("segments") == "ts" ? Container::kTransportStream
                                              : Container::kFragmented;
}

// A text that never changes is made where it is asked for first, which is quicker than a worker.
template <class Make>
Result<const Text*> kept_text(const MediaView& media, const void* key, Make make) {
    return Derived<Text>::now(media, key,
                              [&](const MediaView& of) -> Result<std::unique_ptr<Text>> {
                                  Result<std::string> text = make(of);
                                  if (!text) return std::move(text).error();
                                  return std::make_unique<Text>(Text{std::move(*text)});
                              });
}

// All media playlists of an item have the same target duration (RFC 8216, 6.2.4).
std::uint64_t common_target(const RenditionSet& renditions) {
    std::uint64_t target = 1;
    for (const CmafRendition& one : renditions.all()) {
        target = std::max(target, target_duration(one.times.longest(), one.track.track.timescale));
    }
    return target;
}

Result<void> media_playlist(const ExchangeView& exchange, const MediaView& media,
                            const RenditionSet& renditions, const CmafRendition& rendition) {
    const Container container = container_of(exchange);
    const bool stream = container == Container::kTransportStream;
    if (stream) {
        if (auto format = ts_format(rendition.track.track); !format) {
            return std::move(format).error();
        }
    }
    // Addresses within the rendition are names that nothing else uses.
    const void* const key = stream ? static_cast<const void*>(&rendition.name)
                                   : static_cast<const void*>(&rendition.version);
    const auto text = kept_text(media, key, [&](const MediaView&) -> Result<std::string> {
        return write_media_playlist(rendition, container, common_target(renditions));
    });
    if (!text) return text.error();
    const std::string what =
        (stream ? "m3u8-ts-" : "m3u8-") + std::to_string(common_target(renditions));
    answer_attached(exchange, media,
                    {kPlaylistType, entity_tag(media, rendition, what), Freshness::kShort},
                    (*text)->text);
    return {};
}

Result<void> iframes(const ExchangeView& exchange, const MediaView& media,
                     const CmafRendition& rendition) {
    if (!rendition.video() || rendition.encoded) {
        return Error{CONSORT_E_NOT_FOUND, "Only the source's own picture has an I-frame playlist."};
    }
    const auto text = kept_text(media, &rendition.init, [&](const MediaView& of) {
        return write_iframe_playlist(of, rendition);
    });
    if (!text) return text.error();
    answer_attached(exchange, media,
                    {kPlaylistType, entity_tag(media, rendition, "iframes"), Freshness::kShort},
                    (*text)->text);
    return {};
}

std::string item_path(const MediaView& media) {
    return "/api/v1/stream/" + path_segment(media.item_id());
}

}  // namespace

HlsDelivery::HlsDelivery(const Context& host)
    : executor_(host.executor()),
      cache_(host.cache()),
      service_(host.renditions()),
      requests_(service_),
      streams_(cache_, requests_) {}

std::span<const Route> HlsDelivery::routes() const noexcept { return kRoutes; }

Result<void> HlsDelivery::handle(std::uint32_t route, ExchangeView exchange, MediaView media) {
    return RenditionSet::with_all(
        exchange, media, executor_, service_, &renditions_key_,
        [this, route](const ExchangeView& to, const MediaView& of, const RenditionSet& renditions) {
            return answer(route, to, of, renditions);
        });
}

Result<void> HlsDelivery::answer(std::uint32_t route, const ExchangeView& exchange,
                                 const MediaView& media, const RenditionSet& renditions) {
    if (route == kMultivariant) return multivariant(exchange, media, renditions);
    if (route == kDefaultStream) return default_stream(exchange, media, renditions);
    if (route >= kSubtitleFile) return subtitles(route, exchange, media, renditions);
    const CmafRendition* const rendition = renditions.find(exchange.param("rendition"));
    if (!rendition) return no_such_rendition();
    if (route == kMediaPlaylist) return media_playlist(exchange, media, renditions, *rendition);
    if (route == kIframes) return iframes(exchange, media, *rendition);
    const auto number = parse_number(exchange.param("number"));
    if (!number || *number >= rendition->times.size()) return no_such_segment();
    if (route == kStreamSegment) return streams_.answer(exchange, media, *rendition, *number);
    return packed_segment(exchange, media, *rendition, *number);
}

Result<void> HlsDelivery::multivariant(const ExchangeView& exchange, const MediaView& media,
                                       const RenditionSet& renditions) {
    const Container container = container_of(exchange);
    const auto which = static_cast<std::size_t>(container);
    auto kept = media.attachment<KeptPlaylist>(
        [](const MediaView&) { return std::make_unique<KeptPlaylist>(); },
        &multivariant_key_[which]);
    if (!kept) return std::move(kept).error();
    auto playlist = (*kept)->get(renditions, [&]() -> Result<std::string> {
        const auto bandwidths = Derived<Bandwidths>::now(
            media, &bandwidths_key_[which],
            [&](const MediaView& of) -> Result<std::unique_ptr<Bandwidths>> {
                auto made =
                    Bandwidths::measure(of, renditions, container, service_.segment_seconds());
                if (!made) return std::move(made).error();
                return std::make_unique<Bandwidths>(std::move(*made));
            });
        if (!bandwidths) return bandwidths.error();
        auto texts = list_subtitles(media);
        if (!texts) return std::move(texts).error();
        return write_multivariant_playlist(media, renditions, **bandwidths, container, *texts);
    });
    if (!playlist) return std::move(playlist).error();
    std::string etag(media.identity());
    etag += which == 0 ? "-m3u8-" : "-m3u8-ts-";
    etag += (*playlist)->revision;
    etag += '-';
    etag += kFormatVersion;
    const std::string& text = (*playlist)->text;
    exchange.respond(response_of({kPlaylistType, std::move(etag), Freshness::kShort})
                         .add(Slice::memory(std::move(*playlist), text.data(), text.size())));
    return {};
}

Result<void> HlsDelivery::packed_segment(const ExchangeView& exchange, const MediaView& media,
                                         const CmafRendition& rendition, std::uint32_t number) {
    if (!is_packed(rendition)) return no_such_segment();
    Head head = rendition_head(exchange, media, rendition, "mp3-" + std::to_string(number));
    head.content_type = "audio/mpeg";
    if (!rendition.encoded) {
        return answer_original(cache_, exchange, media, rendition, number, std::move(head));
    }
    requests_.fetch(
        exchange, media, *rendition.encoded, number,
        [&rendition, number, head = std::move(head)](const ExchangeView& to, const Coded& coded) {
            return answer_packed(to, coded, rendition, number, head);
        });
    return {};
}

Result<void> HlsDelivery::default_stream(const ExchangeView& exchange, const MediaView& media,
                                         const RenditionSet& renditions) {
    const CmafRendition* chosen = &renditions.main();
    for (const CmafRendition& one : renditions.all()) {
        if (carries(Container::kTransportStream, *chosen)) break;
        if (one.listed && one.video() == renditions.main().video()) chosen = &one;
    }
    const auto number = parse_number(exchange.param("number"));
    if (!number || *number >= chosen->times.size()) return no_such_segment();
    return streams_.answer(exchange, media, *chosen, *number);
}

Result<void> HlsDelivery::subtitles(std::uint32_t route, const ExchangeView& exchange,
                                    const MediaView& media, const RenditionSet& renditions) {
    const auto tracks = list_subtitles(media);
    if (!tracks) return tracks.error();
    const auto found = std::find_if(tracks->begin(), tracks->end(), [&](const SubtitleTrack& one) {
        return one.name == exchange.param("lang");
    });
    if (found == tracks->end()) {
        return Error{
            CONSORT_E_NOT_FOUND,
            "There are no such subtitles; the playlist of the item lists those there are."};
    }
    const SegmentTimes& times = renditions.main().times;
    const std::int64_t length = rescale(static_cast<std::int64_t>(times.total()), 1000,
                                        renditions.main().track.track.timescale);
    const auto index = static_cast<std::size_t>(found - tracks->begin());
    if (index >= std::size(subtitle_keys_)) {
        return Error{CONSORT_E_UNSUPPORTED, "The file has too many text tracks."};
    }
    return Derived<Subtitles>::with(
        exchange, media, executor_, &subtitle_keys_[index],
        [track = found->track, length](const MediaView& of) {
            return Subtitles::read(of, track, length);
        },
        [route, name = found->name](const ExchangeView& to, const MediaView& of,
                                    const Subtitles& text) {
            return answer_subtitles(static_cast<SubtitleForm>(route - kSubtitleFile), to, of, text,
                                    name);
        });
}

void HlsDelivery::describe(MediaView media, const OfferSink& sink) {
    ManifestDelivery delivery;
    delivery.delivery = "hls";
    delivery.content_type = kPlaylistType;
    delivery.manifest = item_path(media) + "/playlist.m3u8";
    delivery.alone = [](const MediaView& of, std::string_view rendition) {
        return item_path(of) + "/" + path_segment(rendition) + "/playlist.m3u8";
    };
    describe_renditions(media, encoded_now(service_, media), delivery, sink);
}

}  // namespace consort::delivery
