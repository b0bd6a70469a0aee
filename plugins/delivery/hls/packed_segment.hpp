// Segments of encoded MP3 as packed audio (RFC 8216, 3.4).
#pragma once

#include "plugins/delivery/common/rendition_answer.hpp"

namespace consort::delivery {

// The coded frames behind a time stamp; before the first segment's also a frame that tells delay
// and padding.
Result<void> answer_packed(const ExchangeView& exchange, const Coded& coded,
                           const CmafRendition& rendition, std::uint32_t number, const Head& head);

}  // namespace consort::delivery
