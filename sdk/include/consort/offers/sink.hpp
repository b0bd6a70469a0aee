// consort.sink/1 made of a class.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

#include "consort/abi/services.h"
#include "consort/abi/sink.h"
#include "consort/offers/offering.hpp"

namespace consort {
inline namespace v1 {

using LogField = consort_log_field;

// One line of the log, borrowed for the call.
struct LogRecord {
    std::uint32_t level;            // CONSORT_LOG_*
    std::chrono::nanoseconds time;  // since 1970, UTC
    std::string_view logger, message;
    std::span<const LogField> fields;
};

// A class that takes the lines of the log, on a worker thread, one after the other.
//
//   std::uint32_t least_level() const;        CONSORT_LOG_*; asked once, when it is offered
//   void write(const LogRecord& record);      what it throws is dropped
template <class T>
consort_sink sink_table(const T& object) {
    using Self = Offering<T>;
    auto table = sized_table<consort_sink>();
    table.least_level = object.least_level();
    table.write = [](void* self, const consort_log_record* raw) noexcept {
        (void)contained([&]() -> Result<void> {
            Self::of(self).object().write({raw->level,
                                           std::chrono::nanoseconds(raw->time),
                                           view(raw->logger),
                                           view(raw->message),
                                           {raw->fields, raw->field_count}});
            return {};
        });
    };
    return table;
}

}  // namespace v1
}  // namespace consort
