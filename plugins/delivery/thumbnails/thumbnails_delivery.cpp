#include "plugins/delivery/thumbnails/thumbnails_delivery.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "plugins/delivery/common/answer.hpp"
#include "plugins/delivery/thumbnails/sheet_layout.hpp"

namespace consort::thumbnails {
namespace {

enum : std::uint32_t { kList, kSheet };

constexpr std::array<Route, 2> kRoutes{{
    {"GET", "/api/v1/stream/{id}/thumbnails.vtt", "thumbnails for scrubbing", 0},
    {"GET", "/api/v1/stream/{id}/thumbnails{number}.jpg", "a sheet of thumbnails", 0},
}};

const Error kNone{CONSORT_E_NOT_FOUND,
                  "This item has no thumbnails: it is no film, or its pictures can't be decoded."};

// The segment of the rendition in which a sheet begins.
Result<std::uint32_t> segment_with(const Rendition& rendition, std::int64_t time) {
    for (std::uint32_t number = 0; number < rendition.segment_count(); ++number) {
        const auto range = rendition.segment(number);
        if (!range) return range.error();
        if (time >= range->start && time < range->end) return number;
    }
    return Error{CONSORT_E_NOT_FOUND, "There is no such sheet of thumbnails."};
}

delivery::Freshness freshness(const ExchangeView& exchange, const std::string& version) {
    return exchange.query("v") == version ? delivery::Freshness::kImmutable
                                          : delivery::Freshness::kRevalidate;
}

}  // namespace

ThumbnailsDelivery::ThumbnailsDelivery(const Context& host, std::string rendition)
    : rendition_(std::move(rendition)), service_(host.renditions()), requests_(service_) {}

std::span<const Route> ThumbnailsDelivery::routes() const noexcept { return kRoutes; }

Result<void> ThumbnailsDelivery::handle(std::uint32_t route, ExchangeView exchange,
                                        MediaView media) {
    const auto waiting = std::make_shared<Exchange>(exchange.keep());
    service_.list(media, [this, route, waiting, kept = media.keep()](Result<RenditionList> list) {
        const Result<void> done = contained([&]() -> Result<void> {
            if (!list) return std::move(list).error();
            return answer(route, *waiting, kept, *list);
        });
        if (!done) waiting->fail(done.error());
    });
    return {};
}

Result<void> ThumbnailsDelivery::answer(std::uint32_t route, const ExchangeView& exchange,
                                        const MediaView& media, const RenditionList& renditions) {
    const auto rendition = renditions.find(rendition_);
    if (!rendition) return kNone;
    const auto track = rendition->track();
    if (!track) return track.error();
    const auto layout = SheetLayout::parse(view(track->configuration));
    if (!layout || track->timescale == 0) return kNone;
    const std::string version = delivery::version_tag(media, rendition->revision());
    if (route == kList) {
        const std::uint64_t duration_ms =
            track->media_duration / track->timescale * 1'000 +
            track->media_duration % track->timescale * 1'000 / track->timescale;
        exchange.respond(
            delivery::response_of({"text/vtt", version + "-vtt", delivery::Freshness::kShort})
                .body(layout->webvtt(duration_ms, version)));
        return {};
    }
    const auto number = delivery::parse_number(exchange.param("number"));
    if (!number || *number >= layout->sheets())
        return Error{CONSORT_E_NOT_FOUND, "There is no such sheet of thumbnails."};
    const auto time = static_cast<std::int64_t>(*number * layout->per_sheet() * layout->interval *
                                                track->timescale);
    const auto segment = segment_with(*rendition, time);
    if (!segment) return segment.error();
    const delivery::Head head{"image/jpeg", version + "-" + std::to_string(*number),
                              freshness(exchange, version)};
    requests_.fetch(
        exchange, media, *rendition, *segment,
        [head, time](const ExchangeView& to, const Coded& coded) -> Result<void> {
            const auto samples = coded.samples();
            const auto sheet = std::ranges::find(samples, time, &Sample::decode_time);
            if (sheet == samples.end()) return kNone;
            auto slice = coded.slice(sheet->offset, sheet->size);
            if (!slice) return std::move(slice).error();
            to.respond(delivery::response_of(head).no_compress().add(std::move(*slice)));
            return {};
        });
    return {};
}

}  // namespace consort::thumbnails
