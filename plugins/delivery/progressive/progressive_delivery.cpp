#include "plugins/delivery/progressive/progressive_delivery.hpp"

#include <array>
#include <memory>
#include <string>

#include "plugins/delivery/common/answer.hpp"
#include "plugins/delivery/common/derived.hpp"
#include "plugins/delivery/common/path_text.hpp"
#include "plugins/delivery/common/virtual_file_body.hpp"
#include "plugins/delivery/progressive/file_name.hpp"

namespace consort::delivery {
namespace {

enum : std::uint32_t {
    kDirect,
    kAudioFile,
    kVideoFile,
    kPlaylist,
    kLibraryStream,
    kLibraryPlaylist,
    kLibraryFile
};

constexpr std::array<Route, 7> kRoutes{{
    {"GET", "/api/v1/stream/{id}/direct", "direct", 0},
    {"GET", "/api/v1/stream/{id}/progressive.m4a", "progressive audio", 0},
    {"GET", "/api/v1/stream/{id}/progressive.mp4", "progressive video", 0},
    {"GET", "/api/v1/stream/{id}/progressive.m3u8", "progressive playlist", 0},
    {"GET", "/api/library/tracks/{id}/stream", "library stream", 0},
    {"GET", "/hls/streaming/{id}/playlist.m3u8", "library playlist", 0},
    {"GET", "/hls/streaming/{id}/track_{file}.m4a", "library audio", 0},
}};

constexpr std::string_view kPlaylistType = "application/vnd.apple.mpegurl";

// What a browser is told to call the file.
struct SavedName {
    std::string disposition;
};

Result<void> send_source(const ExchangeView& exchange, const MediaView& media,
                         const std::string& disposition) {
    auto source = media.source_slice(0, media.source_size());
    if (!source) return std::move(source).error();
    const Head head{std::string(media.content_type()), std::string(media.identity()),
                    Freshness::kRevalidate};
    exchange.respond(response_of(head)
                         .last_modified(media.source_modified())
                         .header("Content-Disposition", disposition)
                         .no_compress()
                         .add(std::move(*source)));
    return {};
}

// The older interface names the playlist.
Result<void> library_playlist(const ExchangeView& exchange, const MediaView& media) {
    if (!becomes_flac(media)) {
        const auto plan = plan_progressive(media);
        if (!plan) return plan.error();
    }
    exchange.respond(Response(200)
                         .content_type("application/json")
                         .cache_control("no-cache")
                         .body("{\"playlistUrl\":\"/hls/streaming/" +
                               path_segment(media.item_id()) + "/playlist.m3u8\"}"));
    return {};
}

std::string tag(const MediaView& media, const ProgressiveFile& made, std::string_view what) {
    return std::string(media.identity())
        .append("-")
        .append(what)
        .append(made.version, made.version.find('-'));
}

Result<void> playlist(const ExchangeView& exchange, const MediaView& media,
                      const ProgressiveFile& made, bool library) {
    const Head head{std::string(kPlaylistType),
                    tag(media, made, library ? "library-m3u8" : "ranges-m3u8"), Freshness::kShort};
    answer_attached(exchange, media, head, library ? made.library_playlist : made.playlist);
    return {};
}

Result<void> check_name(std::uint32_t route, const ExchangeView& exchange, const MediaView& media,
                        const ProgressiveFile& made) {
    const bool right = route == kAudioFile   ? !made.plan.video
                       : route == kVideoFile ? made.plan.video
                                             : exchange.param("file") == media.item_id();
    if (right) return {};
    return Error{CONSORT_E_NOT_FOUND, "There is no such file; this item is served as progressive." +
                                          std::string(made.plan.extension()) + "."};
}

}  // namespace

ProgressiveDelivery::ProgressiveDelivery(const Context& host, std::uint32_t fragment_seconds)
    : executor_(host.executor()),
      catalog_(host.catalog()),
      cache_(host.cache()),
      encoded_(host, fragment_seconds),
      fragment_seconds_(fragment_seconds) {}

std::span<const Route> ProgressiveDelivery::routes() const noexcept { return kRoutes; }

Result<void> ProgressiveDelivery::handle(std::uint32_t route, ExchangeView exchange,
                                         MediaView media) {
    // The older interface streams the file where no playlist is asked for.
    const bool playlist_wanted = exchange.query("progressive") == "true";
    if (route == kLibraryStream && playlist_wanted) return library_playlist(exchange, media);
    if (route == kDirect || route == kLibraryStream) return direct(exchange, media);
    const std::string_view rendition = exchange.query("rendition").value_or("original");
    if (rendition != "original") return encoded(route, exchange, media, std::string(rendition));
    if (becomes_flac(media)) return encoded(route, exchange, media, {});
    return Derived<ProgressiveFile>::with(
        exchange, media, executor_, this,
        [seconds = fragment_seconds_](const MediaView& of) {
            return ProgressiveFile::make(of, seconds);
        },
        [this, route](const ExchangeView& to, const MediaView& of,
                      const ProgressiveFile& made) -> Result<void> {
            if (route == kPlaylist || route == kLibraryPlaylist) {
                return playlist(to, of, made, route == kLibraryPlaylist);
            }
            if (auto named = check_name(route, to, of, made); !named) return named;
            return file(to, of, made);
        });
}

Result<void> ProgressiveDelivery::direct(const ExchangeView& exchange,
                                         const MediaView& media) const {
    return Derived<SavedName>::with(
        exchange, media, executor_, &catalog_,
        [catalog = catalog_](const MediaView& of) -> Result<std::unique_ptr<SavedName>> {
            auto name = std::make_unique<SavedName>(SavedName{"inline"});
            // An item that has just left the catalog still plays.
            static_cast<void>(
                catalog.item(of.item_id(), [&](const consort_item& item) -> Result<void> {
                    name->disposition = inline_disposition(view(item.uri));
                    return {};
                }));
            return name;
        },
        [](const ExchangeView& to, const MediaView& of, const SavedName& name) {
            return send_source(to, of, name.disposition);
        });
}

Result<void> ProgressiveDelivery::encoded(std::uint32_t route, const ExchangeView& exchange,
                                          const MediaView& media, std::string rendition) {
    switch (route) {
        case kPlaylist:
            return encoded_.playlist(exchange, media, std::move(rendition), "progressive.m4a");
        case kLibraryPlaylist:
            return encoded_.playlist(exchange, media, std::move(rendition),
                                     "track_" + path_segment(media.item_id()) + ".m4a");
        case kLibraryFile:
            if (exchange.param("file") == media.item_id()) break;
            [[fallthrough]];
        case kVideoFile:
            return Error{CONSORT_E_NOT_FOUND,
                         "There is no such file; this rendition is served as progressive.m4a."};
        default:
            break;
    }
    return encoded_.file(exchange, media, std::move(rendition));
}

Result<void> ProgressiveDelivery::file(const ExchangeView& exchange, const MediaView& media,
                                       const ProgressiveFile& made) const {
    const Freshness freshness =
        exchange.query("v") == made.version ? Freshness::kImmutable : Freshness::kRevalidate;
    const Head head{std::string(made.plan.content_type()), tag(media, made, "file"), freshness};
    exchange.respond(response_of(head).no_compress().add(
        virtual_file_body(cache_, exchange, media, made.file, "progressive/" + head.etag)));
    return {};
}

void ProgressiveDelivery::describe(MediaView media, const OfferSink& sink) {
    const std::string base = "/api/v1/stream/" + path_segment(media.item_id()) + "/";
    Offer whole;
    whole.delivery = "direct";
    whole.rendition = "original";
    whole.path = base + "direct";
    whole.content_type = media.content_type();
    whole.kind = OfferKind::direct;
    sink.put(whole);

    Offer packaged;
    packaged.delivery = "progressive";
    packaged.rendition = "original";
    packaged.kind = OfferKind::remux;
    packaged.container = "mp4";
    const auto plan = plan_progressive(media);
    packaged.playable = plan.ok();
    if (plan) {
        packaged.path = base + "progressive." + std::string(plan->extension());
        packaged.content_type = plan->content_type();
        packaged.codecs = plan->codecs();
        for (const std::string& reason : plan->left_out) packaged.reason += reason;
    } else {
        packaged.reason = plan.error().text;
    }
    sink.put(packaged);
    if (!plan || !plan->video) encoded_.describe(media, base, sink);
}

}  // namespace consort::delivery
