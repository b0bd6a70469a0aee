// What a request says of its client.
#pragma once

#include "consort/result.hpp"

#include "core/http/exchange.hpp"
#include "core/stream/client.hpp"

namespace consort::stream {

struct Requester {
    Client client;
    const char* known_by;  // "parameters", "profile", "user_agent"
};

// INVALID, with a sentence for people, if a parameter makes no sense.
Result<Requester> requester_of(const http::Exchange& exchange);

}  // namespace consort::stream
