// A value, or a status with a sentence for people. The way errors travel on the data path, where
// failure is ordinary; exceptions are for start-up and constructors.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "consort/abi/base.h"

namespace consort {
inline namespace v1 {

// Why something failed: what a caller can do about it (the status), and a sentence.
struct Error {
    consort_status status = CONSORT_E_INTERNAL;
    std::string text;
};

template <class T>
class [[nodiscard]] Result {
  public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    bool ok() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return ok(); }

    // Only if ok().
    T& value() & { return std::get<0>(state_); }
    const T& value() const& { return std::get<0>(state_); }
    T&& value() && { return std::get<0>(std::move(state_)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    // Only if not ok().
    const Error& error() const& { return std::get<1>(state_); }
    Error&& error() && { return std::get<1>(std::move(state_)); }

  private:
    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
  public:
    Result() = default;
    Result(Error error) : error_(std::move(error)) {
        if (error_.status >= 0) error_.status = CONSORT_E_INTERNAL;
    }

    bool ok() const noexcept { return error_.status >= 0; }
    explicit operator bool() const noexcept { return ok(); }
    const Error& error() const& { return error_; }
    Error&& error() && { return std::move(error_); }

  private:
    Error error_{CONSORT_OK, {}};
};

}  // namespace v1
}  // namespace consort
