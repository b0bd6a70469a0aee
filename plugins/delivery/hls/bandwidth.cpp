#include "plugins/delivery/hls/bandwidth.hpp"

#include "plugins/delivery/hls/ts_segments.hpp"

namespace consort::delivery {
namespace {

// Peaks bound what a segment can have, averages are what it will have about.
class StreamMeasure {
  public:
    explicit StreamMeasure(const CmafRendition& rendition) : rendition_(rendition) {}

    void add(std::uint64_t samples, std::uint64_t payload, double seconds) {
        const TsSize size = ts_size(rendition_, samples, payload);
        most_.push_back({size.most, seconds});
        likely_.push_back({size.likely, seconds});
    }
    BitRates rates(std::uint32_t segment_seconds) const {
        return {bit_rates(most_, segment_seconds).peak,
                bit_rates(likely_, segment_seconds).average};
    }

  private:
    const CmafRendition& rendition_;
    std::vector<SegmentMeasure> most_, likely_;
};

Result<BitRates> stream_bit_rates(const MediaView& media, const CmafRendition& rendition,
                                  std::uint32_t segment_seconds) {
    const std::uint32_t timescale = rendition.track.track.timescale;
    StreamMeasure measure(rendition);
    for (const Segment& part : rendition.parts) {
        const auto payload = payload_size(media, rendition.track, part.first, part.count);
        if (!payload) return payload.error();
        measure.add(part.count, *payload, static_cast<double>(part.duration) / timescale);
    }
    return measure.rates(segment_seconds);
}

// Segments of which only the rate of the samples is known.
BitRates encoded_stream_rates(const CmafRendition& rendition, std::uint32_t segment_seconds) {
    const BitRates samples_only = encoded_bit_rates(rendition);
    const Track& track = rendition.track.track;
    double samples_a_second = 50;
    if (rendition.track.default_duration != 0) {
        samples_a_second = static_cast<double>(track.timescale) / rendition.track.default_duration;
    } else if (track.frame_rate_den != 0) {
        samples_a_second = static_cast<double>(track.frame_rate_num) / track.frame_rate_den;
    }
    StreamMeasure peak(rendition), average(rendition);
    for (std::size_t i = 0; i < rendition.times.size(); ++i) {
        const double seconds = static_cast<double>(rendition.times.duration(i)) / track.timescale;
        const auto samples = static_cast<std::uint64_t>(seconds * samples_a_second) + 1;
        const auto bytes = [&](std::uint64_t rate) {
            return static_cast<std::uint64_t>(seconds * static_cast<double>(rate) / 8);
        };
        peak.add(samples, bytes(samples_only.peak), seconds);
        average.add(samples, bytes(samples_only.average), seconds);
    }
    return {peak.rates(segment_seconds).peak, average.rates(segment_seconds).average};
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
    if (container_ == Container::kTransportStream) {
        return encoded_stream_rates(rendition, segment_seconds_);
    }
    return rendition_bit_rates(media, rendition, segment_seconds_);
}

}  // namespace consort::delivery
