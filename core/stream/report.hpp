// A decision as JSON, for programs and for people who wonder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/stream/decide.hpp"
#include "core/stream/request.hpp"

namespace consort::stream {

struct Considered {
    Requester requester;
    Source source;
    std::vector<Offer> offers;
    Decision decision;
};

// `StreamDecision` of docs/openapi.json.
std::string report(std::string_view item_id, const Considered& considered);

}  // namespace consort::stream
