#include "plugins/delivery/hls/bandwidth.hpp"

#include "plugins/delivery/common/mpegts/ts_writer.hpp"
#include "plugins/delivery/hls/ts_segments.hpp"

namespace consort::delivery {
namespace {

Result<BitRates> stream_bit_rates(const MediaView& media, const CmafRendition& rendition,
                                  std::uint32_t segment_seconds) {
    const std::uint32_t timescale = rendition.track.track.timescale;
    std::vector<SegmentMeasure> segments;
    for (const Segment& part : rendition.parts) {
        const auto payload = payload_size(media, rendition.track, part.first, part.count);
        if (!payload) return payload.error();
        segments.push_back({ts_size_bound(rendition, part.count, *payload),
                            static_cast<double>(part.duration) / timescale});
    }
    return bit_rates(segments, segment_seconds);
}

// The rate of the samples and what the container adds to one second of them.
BitRates encoded_stream_rates(const CmafRendition& rendition) {
    const RenditionInfo info = rendition.encoded->info();
    const Track& track = rendition.track.track;
    std::uint64_t samples = 50;
    if (rendition.track.default_duration != 0) {
        samples = track.timescale / rendition.track.default_duration + 1;
    } else if (track.frame_rate_den != 0) {
        samples = track.frame_rate_num / track.frame_rate_den + 1;
    }
    const auto with_container = [&](std::uint64_t bits) {
        const std::uint64_t bytes = bits / 8;
        return 8 * (ts_size_bound(rendition, samples, bytes) - 16 * kTsPacket);
    };
    return {with_container(info.peak_bit_rate), with_container(info.average_bit_rate)};
}

}  // namespace

Result<Bandwidths> Bandwidths::measure(const MediaView& media, const RenditionSet& renditions,
                                       Container container, std::uint32_t segment_seconds) {
    Bandwidths out;
    out.renditions_ = &renditions;
    out.container_ = container;
    out.segment_seconds_ = segment_seconds;
    for (const CmafRendition& one : renditions.all()) {
        if (one.encoded) break;
        if (!carries(container, one)) {
            out.originals_.push_back({});
            continue;
        }
        const auto rates = container == Container::kTransportStream
                               ? stream_bit_rates(media, one, segment_seconds)
                               : rendition_bit_rates(media, one, segment_seconds);
        if (!rates) return rates.error();
        out.originals_.push_back(*rates);
    }
    return out;
}

Result<BitRates> Bandwidths::of(const MediaView& media, const CmafRendition& rendition) const {
    if (!rendition.encoded) {
        return originals_[static_cast<std::size_t>(&rendition - renditions_->all().data())];
    }
    if (container_ == Container::kTransportStream) return encoded_stream_rates(rendition);
    return rendition_bit_rates(media, rendition, segment_seconds_);
}

}  // namespace consort::delivery
