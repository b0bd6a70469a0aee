#include "plugins/delivery/cmaf/cmaf_delivery.hpp"

#include <array>
#include <string>

#include "plugins/delivery/common/derived.hpp"
#include "plugins/delivery/common/init_segment.hpp"
#include "plugins/delivery/common/rendition_answer.hpp"

namespace consort::delivery {
namespace {

enum : std::uint32_t { kInit, kSegment };

constexpr std::array<Route, 2> kRoutes{{
    {"GET", "/api/v1/stream/{id}/{rendition}/init.mp4", "cmaf init segment", 0},
    {"GET", "/api/v1/stream/{id}/{rendition}/segment{number}.m4s", "cmaf segment", 0},
}};

// For DASH: FFmpeg's reader begins anew at each segment there, and would cut the delay that the
// note tells off each.
Result<void> answer_without_note(const ExchangeView& exchange, const MediaView& media,
                                 const CmafRendition& rendition) {
    const InitTrack track = rendition.track.init();
    auto init = write_init_segment({&track, 1}, GaplessNote::kOmit);
    if (!init) return std::move(init).error();
    exchange.respond(response_of(rendition_head(exchange, media, rendition, "init-plain"))
                         .body(std::move(*init)));
    return {};
}

// Music whose segments follow from a few numbers: cut where it is asked for, which is quicker than
// to wake a worker.
bool is_cut_at_once(const MediaView& media) {
    if (media.track_count() != 1) return false;
    const auto track = media.track(0);
    return track && track->kind == CONSORT_TRACK_AUDIO &&
           (track->flags & CONSORT_TRACK_CONSTANT_DURATION) != 0 && view(track->codec) != "mp3";
}

}  // namespace

CmafDelivery::CmafDelivery(const Context& host)
    : executor_(host.executor()),
      cache_(host.cache()),
      service_(host.renditions()),
      requests_(service_) {}

std::span<const Route> CmafDelivery::routes() const noexcept { return kRoutes; }

Result<void> CmafDelivery::handle(std::uint32_t route, ExchangeView exchange, MediaView media) {
    const auto use = [this, route](const ExchangeView& to, const MediaView& of,
                                   const RenditionSet& renditions) {
        return answer(route, to, of, renditions);
    };
    // The source's own tracks wait for nothing that an encoder needs.
    if (names_original(exchange.param("rendition"))) {
        const auto make = [seconds = service_.segment_seconds()](const MediaView& of) {
            return RenditionSet::of_originals(of, seconds);
        };
        if (!is_cut_at_once(media)) {
            return Derived<RenditionSet>::with(exchange, media, executor_, &originals_key_, make,
                                               use);
        }
        const auto made = Derived<RenditionSet>::now(media, &originals_key_, make);
        return made ? use(exchange, media, **made) : Result<void>(made.error());
    }
    return RenditionSet::with_all(exchange, media, executor_, service_, &all_key_, use);
}

Result<void> CmafDelivery::answer(std::uint32_t route, const ExchangeView& exchange,
                                  const MediaView& media, const RenditionSet& renditions) {
    const CmafRendition* const rendition = renditions.find(exchange.param("rendition"));
    if (!rendition) return no_such_rendition();
    if (route == kInit) {
        if (rendition->packed_audio()) {
            return Error{CONSORT_E_NOT_FOUND, "Packed audio has no initialization segment."};
        }
        if (exchange.query("note") == "none") {
            return answer_without_note(exchange, media, *rendition);
        }
        answer_attached(exchange, media, rendition_head(exchange, media, *rendition, "init"),
                        rendition->init);
        return {};
    }
    const auto number = parse_number(exchange.param("number"));
    if (!number || *number >= rendition->times.size() || rendition->packed_audio()) {
        return no_such_segment();
    }
    if (!rendition->encoded) {
        return answer_original(
            cache_, exchange, media, *rendition, *number,
            rendition_head(exchange, media, *rendition, std::to_string(*number)));
    }
    encoded_segment(exchange, media, *rendition, *number);
    return {};
}

void CmafDelivery::encoded_segment(const ExchangeView& exchange, const MediaView& media,
                                   const CmafRendition& rendition, std::uint32_t number) {
    requests_.fetch(
        exchange, media, *rendition.encoded, number,
        [&rendition, number, kept = media.keep()](const ExchangeView& to,
                                                  const Coded& coded) -> Result<void> {
            const std::span<const Sample> samples = coded.samples();
            if (samples.empty()) return Error{CONSORT_E_INTERNAL, "a segment without samples"};
            const std::uint64_t payload = coded.payload().size();
            const FragmentRun all{0, static_cast<std::uint32_t>(samples.size()), 0};
            const FragmentTrack fragment = rendition.track.fragment(1, samples, {&all, 1});
            std::string header;
            write_fragment_header(header, number + 1, {&fragment, 1}, payload);
            auto body = coded.slice(0, payload);
            if (!body) return std::move(body).error();
            Response response =
                response_of(rendition_head(to, kept, rendition, std::to_string(number)))
                    .no_compress();
            response.reserve(2);
            response.add(Slice::of(std::move(header)));
            response.add(std::move(*body));
            to.respond(std::move(response));
            return {};
        });
}

}  // namespace consort::delivery
