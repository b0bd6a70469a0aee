#include "plugins/delivery/progressive/encoded_delivery.hpp"

#include <charconv>
#include <string_view>

#include "plugins/delivery/common/describe_renditions.hpp"
#include "plugins/delivery/common/path_text.hpp"
#include "plugins/delivery/common/rendition_answer.hpp"
#include "plugins/delivery/progressive/growing_file_body.hpp"
#include "plugins/delivery/progressive/growing_playlist.hpp"
#include "plugins/delivery/progressive/progressive_file.hpp"

namespace consort::delivery {
namespace {

constexpr std::string_view kPlaylistType = "application/vnd.apple.mpegurl";

bool is_flac(const consort_track& track) { return view(track.codec) == "flac"; }

Result<const CmafRendition*> find(const RenditionSet& renditions, std::string_view name) {
    for (const CmafRendition& one : renditions.all()) {
        if (!one.encoded || one.video() || one.init.empty()) continue;
        if (name.empty() ? is_flac(one.track.track) : one.name == name) return &one;
    }
    if (!name.empty()) {
        return Error{CONSORT_E_NOT_FOUND,
                     "There is no sound of that name; renditions are aac-128, flac and the like."};
    }
    return Error{
        CONSORT_E_UNSUPPORTED,
        "It is brought as FLAC, but this server has no FLAC encoder; play the file itself."};
}

// The last byte that "bytes=first-last" asks for; none for any other form, which includes those
// that have no end.
std::optional<std::uint64_t> last_byte(std::optional<std::string_view> range) {
    constexpr std::string_view kUnit = "bytes=";
    if (!range || !range->starts_with(kUnit)) return std::nullopt;
    const char* const end = range->data() + range->size();
    std::uint64_t first = 0, last = 0;
    const auto dash = std::from_chars(range->data() + kUnit.size(), end, first);
    if (dash.ec != std::errc{} || dash.ptr == end || *dash.ptr != '-') return std::nullopt;
    const auto rest = std::from_chars(dash.ptr + 1, end, last);
    if (rest.ec != std::errc{} || rest.ptr != end || last < first) return std::nullopt;
    return last;
}

void respond_playlist(const ExchangeView& exchange, const MediaView& media, const GrowingFile& file,
                      const std::string& uri, std::size_t together) {
    const bool complete = file.complete(), library = uri.starts_with("track_");
    std::string text = write_growing_playlist(file, uri, together);
    Response response =
        Response(200).content_type(std::string(kPlaylistType)).body(std::move(text));
    if (complete) {
        exchange.respond(
            std::move(response)
                .etag(entity_tag(media, file.rendition(), library ? "library-m3u8" : "ranges-m3u8"))
                .cache_control("max-age=30"));
    } else {
        exchange.respond(std::move(response).cache_control("no-cache"));
    }
}

}  // namespace

EncodedDelivery::EncodedDelivery(const Context& host, std::uint32_t fragment_seconds)
    : executor_(host.executor()),
      service_(host.renditions()),
      fragment_seconds_(fragment_seconds) {}

template <class Use>
Result<void> EncodedDelivery::with_maker(const ExchangeView& exchange, const MediaView& media,
                                         std::string name, Use use) {
    return RenditionSet::with_all(
        exchange, media, executor_, service_, &renditions_key_,
        [this, name = std::move(name), use = std::move(use)](
            const ExchangeView& to, const MediaView& of,
            const RenditionSet& renditions) -> Result<void> {
            auto rendition = find(renditions, name);
            if (!rendition) return std::move(rendition).error();
            auto makers = of.attachment<FileMakers>(
                [](const MediaView&) { return std::make_unique<FileMakers>(); }, &makers_key_);
            if (!makers) return std::move(makers).error();
            return use(to, of, (*makers)->of(**rendition, executor_, service_));
        });
}

Result<void> EncodedDelivery::playlist(const ExchangeView& exchange, const MediaView& media,
                                       std::string name, std::string uri) {
    if (!name.empty()) uri += "?rendition=" + path_segment(name);
    return with_maker(exchange, media, std::move(name),
                      [this, uri = std::move(uri)](const ExchangeView& to, const MediaView& of,
                                                   FileMaker& maker) -> Result<void> {
                          const std::size_t together =
                              fragments_in_segment(fragment_seconds_, service_.segment_seconds());
                          std::string address = uri + (uri.find('?') == uri.npos ? "?v=" : "&v=") +
                                                maker.file.rendition().version;
                          const auto waiting = std::make_shared<Exchange>(to.keep());
                          // The media keeps the maker.
                          maker.file.when_known(
                              std::min(together, maker.file.part_count()),
                              [&maker, waiting, together, kept = of.keep(),
                               address = std::move(address)](const Result<void>& known) {
                                  if (!known) {
                                      waiting->fail(known.error());
                                      return;
                                  }
                                  respond_playlist(*waiting, kept, maker.file, address, together);
                              });
                          maker.want(of);
                          return {};
                      });
}

Result<void> EncodedDelivery::file(const ExchangeView& exchange, const MediaView& media,
                                   std::string name) {
    return with_maker(
        exchange, media, std::move(name),
        [this](const ExchangeView& to, const MediaView& of, FileMaker& maker) -> Result<void> {
            GrowingFile& made = maker.file;
            const std::vector<std::uint64_t> offsets = made.offsets();
            const bool complete = offsets.size() == made.part_count() + 1;
            Head head = rendition_head(to, of, made.rendition(), "file");
            if (complete) {
                to.respond(response_of(head).no_compress().add(
                    known_file_body(service_, to, of, made, offsets.back())));
                return {};
            }
            maker.want(of);
            const auto last = last_byte(to.header("Range"));
            if (last && *last < offsets.back()) {
                // What exists is a file of its own that a range is cut from.
                head.etag += "-" + std::to_string(offsets.size());
                head.freshness = Freshness::kRevalidate;
                to.respond(response_of(head).no_compress().add(
                    known_file_body(service_, to, of, made, offsets.back())));
                return {};
            }
            to.respond(response_of(head).no_compress().not_rangeable().add(
                growing_file_body(service_, to, of, made)));
            return {};
        });
}

void EncodedDelivery::describe(const MediaView& media, const std::string& base,
                               const OfferSink& sink) {
    bool flac_is_default = becomes_flac(media);
    for (const Encoded& one : encoded_now(service_, media)) {
        auto track = one.track();
        if (!track || track->kind != CONSORT_TRACK_AUDIO) continue;
        const RenditionInfo info = one.info();
        if (track->sample_count == 0) track->sample_count = info.segment_count;
        const CodecSupport support = codec_support(*track);
        Offer offer;
        offer.delivery = "progressive";
        offer.rendition = view(info.name);
        offer.kind = OfferKind::transcode;
        offer.container = "mp4";
        offer.bit_rate = info.average_bit_rate;
        offer.playable = support.packaging != Packaging::kNone;
        offer.reason = support.reason;
        if (offer.playable) {
            offer.codecs = support.codecs;
            offer.content_type = "audio/mp4";
            offer.path = base + "progressive.m4a";
            const bool by_default = is_flac(*track) && std::exchange(flac_is_default, false);
            if (!by_default) offer.path += "?rendition=" + path_segment(offer.rendition);
        }
        sink.put(offer);
    }
}

}  // namespace consort::delivery
