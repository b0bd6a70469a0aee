// The monotonic clock, in the unit of the ABI.
#pragma once

#include <chrono>
#include <cstdint>

namespace consort::base {

// Nanoseconds since an arbitrary start; never goes back. Any thread.
inline std::int64_t monotonic_ns() noexcept {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

}  // namespace consort::base
