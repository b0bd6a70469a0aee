// The sentence that a plugin sets with consort_host_api::set_error, kept a thread until the caller
// of the plugin turns it into an Error.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace consort::host {

inline std::string& last_error_slot() noexcept {
    thread_local std::string text;
    return text;
}
inline void set_last_error(std::string_view text) { last_error_slot().assign(text); }
// Empty if none was set since the last call.
inline std::string take_last_error() { return std::exchange(last_error_slot(), {}); }

}  // namespace consort::host
