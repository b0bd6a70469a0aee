// How errors cross the border: statuses with sentences, and no exception ever.
#pragma once

#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "consort/abi/plugin.h"
#include "consort/result.hpp"
#include "consort/text.hpp"

namespace consort {
inline namespace v1 {

// An Error as an exception, for constructors and start-up.
class Failure : public std::exception {
  public:
    explicit Failure(Error error) : error_(std::move(error)) {}
    Failure(consort_status status, std::string text) : error_{status, std::move(text)} {}
    const char* what() const noexcept override { return error_.text.c_str(); }
    const Error& error() const noexcept { return error_; }

  private:
    Error error_;
};

// The value, or a Failure. For constructors.
template <class T>
T or_throw(Result<T> result) {
    if (!result) throw Failure(std::move(result).error());
    if constexpr (!std::is_void_v<T>) return std::move(result).value();
}

// What a status means, for when nobody said more.
constexpr const char* status_text(consort_status status) noexcept {
    switch (status) {
        case CONSORT_OK:
            return "it worked";
        case CONSORT_PENDING:
            return "nothing yet";
        case CONSORT_END:
            return "nothing more";
        case CONSORT_E_INVALID:
            return "the call or its arguments are invalid";
        case CONSORT_E_NOT_FOUND:
            return "there is no such thing";
        case CONSORT_E_UNSUPPORTED:
            return "this is not supported";
        case CONSORT_E_CORRUPT:
            return "the data is damaged";
        case CONSORT_E_IO:
            return "reading or writing failed";
        case CONSORT_E_DENIED:
            return "this is not allowed";
        case CONSORT_E_BUSY:
            return "too much is going on, try again later";
        case CONSORT_E_CANCELED:
            return "nobody waits for the result any more";
        case CONSORT_E_NO_MEMORY:
            return "out of memory";
        case CONSORT_E_TIMEOUT:
            return "it took too long";
        case CONSORT_E_DONE:
            return "it was done before";
        default:
            return "internal error";
    }
}

// "cannot read the cover: the data is damaged"
inline Error error_of(consort_status status, std::string_view what) {
    std::string text(what);
    text += ": ";
    text += status_text(status);
    return {status < 0 ? status : CONSORT_E_INTERNAL, std::move(text)};
}

inline Result<void> check(consort_status status, std::string_view what) {
    if (status < 0) return error_of(status, what);
    return {};
}

// The exception being handled as an Error. Only inside a catch block.
inline Error current_error() noexcept {
    try {
        try {
            throw;
        } catch (const Failure& failure) {
            return failure.error();
        } catch (const std::bad_alloc&) {
            return {CONSORT_E_NO_MEMORY, "out of memory"};
        } catch (const std::exception& exception) {
            return {CONSORT_E_INTERNAL, exception.what()};
        } catch (...) {
            return {CONSORT_E_INTERNAL, "unknown exception"};
        }
    } catch (...) {  // copying the text failed
        return {CONSORT_E_NO_MEMORY, {}};
    }
}

// Runs `work`, which returns a Result; whatever it throws comes back as an Error.
template <class Work>
auto contained(Work&& work) noexcept -> decltype(work()) {
    try {
        return work();
    } catch (...) {
        return current_error();
    }
}

}  // namespace v1
}  // namespace consort
