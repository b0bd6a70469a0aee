#include "plugins/delivery/hls/packed_segment.hpp"

#include "plugins/delivery/common/info_frame.hpp"
#include "plugins/delivery/common/packed_audio.hpp"
#include "plugins/delivery/common/timeline.hpp"

namespace consort::delivery {

Result<void> answer_packed(const ExchangeView& exchange, const Coded& coded,
                           const CmafRendition& rendition, std::uint32_t number, const Head& head) {
    const auto samples = coded.samples();
    if (samples.empty()) return Error{CONSORT_E_INTERNAL, "a segment without samples"};
    const Track& track = rendition.track.track;
    const std::span<const std::byte> payload = coded.payload();
    std::string lead = timestamp_tag(
        rescale(samples.front().decode_time + start_offset(track), 90'000, track.timescale));
    if (number == 0 && payload.size() >= 4) {
        lead += make_info_frame(track, {reinterpret_cast<const char*>(payload.data()), 4});
    }
    auto body = coded.slice(0, payload.size());
    if (!body) return std::move(body).error();
    Response response = response_of(head).no_compress();
    response.reserve(2);
    response.add(Slice::of(std::move(lead)));
    response.add(std::move(*body));
    exchange.respond(std::move(response));
    return {};
}

}  // namespace consort::delivery
