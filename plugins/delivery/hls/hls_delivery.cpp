#include "plugins/delivery/hls/hls_delivery.hpp"

#include <array>
#include <string>

#include "plugins/delivery/common/answer.hpp"
#include "plugins/delivery/common/derived.hpp"
#include "plugins/delivery/common/path_text.hpp"
#include "plugins/delivery/hls/multivariant_playlist.hpp"

namespace consort::delivery {
namespace {

enum : std::uint32_t { kMultivariant, kMediaPlaylist, kInit, kSegment, kPackedSegment };

constexpr std::array<Route, 5> kRoutes{{
    {"GET", "/api/v1/stream/{id}/playlist.m3u8", "hls multivariant playlist", 0},
    {"GET", "/api/v1/stream/{id}/{rendition}/playlist.m3u8", "hls media playlist", 0},
    {"GET", "/api/v1/stream/{id}/{rendition}/init.mp4", "hls init segment", 0},
    {"GET", "/api/v1/stream/{id}/{rendition}/segment{number}.m4s", "hls segment", 0},
    {"GET", "/api/v1/stream/{id}/{rendition}/segment{number}.mp3", "hls packed audio segment", 0},
}};

constexpr std::string_view kPlaylistType = "application/vnd.apple.mpegurl";

struct MultivariantPlaylist {
    std::string text;
};

std::string tag(const MediaView& media, const Renditions& renditions, std::string_view what) {
    std::string out(media.identity());
    out += '-';
    out += what;
    out += renditions.version().substr(renditions.version().find('-'));
    return out;
}

const char* media_type(const Rendition& rendition) {
    if (rendition.packed_audio()) return "audio/mpeg";
    return rendition.track.track.kind == CONSORT_TRACK_VIDEO ? "video/mp4" : "audio/mp4";
}

Freshness freshness(const ExchangeView& exchange, const Renditions& renditions) {
    return exchange.query("v") == renditions.version() ? Freshness::kImmutable
                                                       : Freshness::kRevalidate;
}

Result<const Rendition*> rendition_of(const ExchangeView& exchange, const Renditions& renditions) {
    const Rendition* found = renditions.find(exchange.param("rendition"));
    if (found) return found;
    return Error{CONSORT_E_NOT_FOUND,
                 "There is no such rendition; the multivariant playlist lists those there are."};
}

Result<void> media_playlist(const ExchangeView& exchange, const MediaView& media,
                            const Renditions& renditions) {
    auto rendition = rendition_of(exchange, renditions);
    if (!rendition) return std::move(rendition).error();
    const Head head{std::string(kPlaylistType),
                    tag(media, renditions, "m3u8-" + (*rendition)->name), Freshness::kShort};
    answer_attached(exchange, media, head, (*rendition)->playlist);
    return {};
}

Result<void> init_segment(const ExchangeView& exchange, const MediaView& media,
                          const Renditions& renditions) {
    auto rendition = rendition_of(exchange, renditions);
    if (!rendition) return std::move(rendition).error();
    if ((*rendition)->packed_audio()) {
        return Error{CONSORT_E_NOT_FOUND, "Packed audio has no initialization segment."};
    }
    const Head head{media_type(**rendition), tag(media, renditions, "init-" + (*rendition)->name),
                    freshness(exchange, renditions)};
    answer_attached(exchange, media, head, (*rendition)->init);
    return {};
}

}  // namespace

HlsDelivery::HlsDelivery(const Context& host, std::uint32_t segment_seconds)
    : executor_(host.executor()), cache_(host.cache()), segment_seconds_(segment_seconds) {}

std::span<const Route> HlsDelivery::routes() const noexcept { return kRoutes; }

Result<void> HlsDelivery::handle(std::uint32_t route, ExchangeView exchange, MediaView media) {
    if (route == kMultivariant) return multivariant(exchange, media);
    return Derived<Renditions>::with(
        exchange, media, executor_, &renditions_key_,
        [seconds = segment_seconds_](const MediaView& of) { return Renditions::make(of, seconds); },
        [this, route](const ExchangeView& to, const MediaView& of, const Renditions& renditions) {
            switch (route) {
                case kMediaPlaylist:
                    return media_playlist(to, of, renditions);
                case kInit:
                    return init_segment(to, of, renditions);
                default:
                    return segment(to, of, renditions, route == kPackedSegment);
            }
        });
}

Result<void> HlsDelivery::multivariant(const ExchangeView& exchange, const MediaView& media) {
    const auto renditions_of = [this, seconds = segment_seconds_](const MediaView& of) {
        return Derived<Renditions>::now(of, &renditions_key_, [seconds](const MediaView& m) {
            return Renditions::make(m, seconds);
        });
    };
    return Derived<MultivariantPlaylist>::with(
        exchange, media, executor_, &multivariant_key_,
        [renditions_of, seconds = segment_seconds_](
            const MediaView& of) -> Result<std::unique_ptr<MultivariantPlaylist>> {
            auto renditions = renditions_of(of);
            if (!renditions) return std::move(renditions).error();
            auto text = write_multivariant_playlist(of, **renditions, seconds);
            if (!text) return std::move(text).error();
            return std::make_unique<MultivariantPlaylist>(MultivariantPlaylist{std::move(*text)});
        },
        [seconds = segment_seconds_](const ExchangeView& to, const MediaView& of,
                                     const MultivariantPlaylist& made) -> Result<void> {
            std::string etag(of.identity());
            etag.append("-m3u8-")
                .append(std::to_string(seconds))
                .append("-")
                .append(kFormatVersion);
            answer_attached(to, of,
                            {std::string(kPlaylistType), std::move(etag), Freshness::kShort},
                            made.text);
            return {};
        });
}

Result<void> HlsDelivery::segment(const ExchangeView& exchange, const MediaView& media,
                                  const Renditions& renditions, bool packed_audio) const {
    auto rendition = rendition_of(exchange, renditions);
    if (!rendition) return std::move(rendition).error();
    const Rendition& wanted = **rendition;
    const auto number = parse_number(exchange.param("number"));
    if (!number || *number >= wanted.table.size() || wanted.packed_audio() != packed_audio) {
        return Error{CONSORT_E_NOT_FOUND,
                     "There is no such segment; the rendition's playlist lists those there are."};
    }
    const std::string name = wanted.name + "-" + std::to_string(*number);
    Head head{media_type(wanted), tag(media, renditions, name), freshness(exchange, renditions)};
    if (!wanted.scattered) {
        auto assembly = assemble_segment(media, wanted, *number);
        if (!assembly) return std::move(assembly).error();
        if (sends_directly(*assembly)) {
            return answer_directly(exchange, media, head, std::move(*assembly));
        }
    }
    const std::string key = "hls/" + head.etag;
    answer_from_cache(cache_, key, exchange, media, std::move(head),
                      [kept = media.keep(), &wanted, number = *number] {
                          return assemble_segment(kept, wanted, number);
                      });
    return {};
}

void HlsDelivery::describe(MediaView media, const OfferSink& sink) {
    const auto plans = plan_renditions(media);
    if (!plans) return;
    for (const RenditionPlan& plan : *plans) {
        const CodecSupport& support = plan.track.support;
        Offer offer;
        offer.delivery = "hls";
        offer.rendition = plan.name;
        offer.playable = support.packaging != Packaging::kNone;
        // Sound tracks are reached through the film's playlist; alone they matter if they cannot.
        if (plan.name != "original" && offer.playable) continue;
        if (offer.playable) {
            offer.path = "/api/v1/stream/" + path_segment(media.item_id()) + "/playlist.m3u8";
            offer.content_type = kPlaylistType;
            offer.codecs = support.codecs;
            for (const RenditionPlan& other : *plans) {
                const std::string& codecs = other.track.support.codecs;
                if (!codecs.empty() && offer.codecs.find(codecs) == std::string::npos) {
                    offer.codecs += "," + codecs;
                }
            }
        } else {
            offer.reason = support.reason;
        }
        sink.put(offer);
    }
}

}  // namespace consort::delivery
