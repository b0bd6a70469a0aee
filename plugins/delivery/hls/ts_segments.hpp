// Segments as MPEG-2 transport streams.
#pragma once

#include "plugins/delivery/common/coded_requests.hpp"
#include "plugins/delivery/common/rendition_answer.hpp"

namespace consort::delivery {

// Made once and kept in the segment cache. Any thread; outlives its requests.
class TsSegments {
  public:
    TsSegments(const Cache& cache, CodedRequests& requests) : cache_(cache), requests_(requests) {}

    // `number` < rendition.times.size().
    Result<void> answer(const ExchangeView& exchange, const MediaView& media,
                        const CmafRendition& rendition, std::uint32_t number);

  private:
    Cache cache_;
    CodedRequests& requests_;
};

// Bytes of a segment of `samples` samples with `payload` bytes: at most, and about.
struct TsSize {
    std::uint64_t most = 0, likely = 0;
};
TsSize ts_size(const CmafRendition& rendition, std::uint64_t samples,
               std::uint64_t payload) noexcept;

}  // namespace consort::delivery
