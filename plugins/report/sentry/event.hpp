// An event as Sentry's envelope protocol writes it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consort/offers/sink.hpp"

namespace consort::sentry {

// What is the same in every event; what is empty is left out.
struct Origin {
    std::string release, environment, server_name;
};

// Without personal data: made by scrubbed().
struct Event {
    std::uint32_t level = CONSORT_LOG_ERROR;
    std::chrono::nanoseconds time{};  // since 1970, UTC
    std::string logger, message;
    std::vector<std::pair<std::string, std::string>> fields;
    std::uint64_t repeated = 0;  // identical events since the last one that was sent
};

Event scrubbed(const LogRecord& record);

// 32 lower-case hex digits, random (RFC 9562, version 4).
std::string new_event_id();
// RFC 3339, to the millisecond.
std::string time_text(std::chrono::nanoseconds since_1970);

std::string payload(const Event& event, const Origin& origin, std::string_view id);
// The body of a POST: headers and payload, each a line of JSON.
std::string envelope(const Event& event, const Origin& origin, std::string_view id,
                     std::chrono::nanoseconds now);

}  // namespace consort::sentry
