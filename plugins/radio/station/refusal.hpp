// Why a request is refused, as its answer (RFC 9457).
#pragma once

#include <string>

#include "consort/response.hpp"

namespace consort::radio {

struct Refusal {
    int status;
    const char* code;
    std::string detail;  // a sentence that says what to do
    long wait = 0;       // seconds, of 429
};

// `realm`: of the Basic authentication that a 401 asks for.
Response response_of(const Refusal& refusal, const std::string& realm);

}  // namespace consort::radio
