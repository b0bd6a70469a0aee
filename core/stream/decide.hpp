// Direct play, remux or transcode: which of the offers suits a client best.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/stream/client.hpp"
#include "core/stream/offer.hpp"
#include "core/stream/source.hpp"

namespace consort::stream {

// What became of one offer.
struct Verdict {
    bool suits = false;          // the client can play it
    bool needs_script = false;   // by a player in the page, not given the address alone
    bool too_fast = false;       // it takes more than the client allows
    std::uint64_t bit_rate = 0;  // what it takes, known or estimated; 0: not known
    std::string why;             // why it was taken or not: a sentence for people
};

struct Decision {
    std::optional<std::size_t> chosen;  // index of the offer
    std::vector<Verdict> verdicts;      // one for each offer
};

// In this order: what the client plays within its bit rate; what it plays by the address alone; the
// file itself, then its samples in another container, then coding anew; among the latter lossless
// for a lossless source, then what adapts (unless the client bounds the bit rate: a list of rates
// bounds nothing), then the best quality; at last the client's own order of containers. If all that
// it can play takes more than it allows, the one that takes least.
Decision decide(const Source& source, const Client& client, const std::vector<Offer>& offers);

// "direct", "remux", "transcode", "unknown".
std::string_view kind_name(std::uint32_t kind) noexcept;

}  // namespace consort::stream
