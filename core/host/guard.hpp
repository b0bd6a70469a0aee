// Stops exceptions at the border to plugins.
#pragma once

#include <exception>
#include <new>

#include "consort/result.hpp"

#include "core/host/last_error.hpp"

namespace consort::host {

inline std::string_view view(consort_str text) noexcept {
    return text.ptr == nullptr ? std::string_view{} : std::string_view(text.ptr, text.len);
}
inline std::string_view view(const char* text) noexcept {
    return text == nullptr ? std::string_view{} : std::string_view(text);
}
inline consort_str lend(std::string_view text) noexcept { return {text.data(), text.size()}; }

inline consort_status fail(consort_status status, std::string_view why) noexcept {
    try {
        set_last_error(why);
    } catch (...) {
        // Without memory for the sentence the status must do.
    }
    return status;
}
inline consort_status fail(const Error& error) noexcept {
    return fail(error.status < 0 ? error.status : CONSORT_E_INTERNAL, error.text);
}

// Runs `work`, which returns a consort_status, and turns what it throws into a status.
template <class Work>
consort_status guarded(Work&& work) noexcept {
    try {
        return work();
    } catch (const std::bad_alloc&) {
        return fail(CONSORT_E_NO_MEMORY, "the host is out of memory");
    } catch (const std::exception& error) {
        return fail(CONSORT_E_INTERNAL, error.what());
    } catch (...) {
        return fail(CONSORT_E_INTERNAL, "the host failed for an unknown reason");
    }
}

}  // namespace consort::host
