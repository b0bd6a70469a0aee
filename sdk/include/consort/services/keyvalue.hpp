// The host's key-value store: hot state, shared by the nodes where the configured store is.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "consort/abi/keyvalue.h"
#include "consort/host_link.hpp"

namespace consort {
inline namespace v1 {

// Every call may block on a network: for workers. Keys are the plugin's own. A time to live of 0
// keeps a value until it is removed.
class KeyValue {
  public:
    explicit KeyValue(const HostLink& link)
        : api_(link.require<consort_keyvalue_api>(CONSORT_SERVICE_KEYVALUE)), host_(link.host) {}

    Result<std::optional<std::string>> get(std::string_view key) const {
        struct Call {
            std::optional<std::string> value;
            bool failed = false;
        } call;
        const consort_status status = api_->get(
            host_, str(key),
            [](void* arg, consort_str value) noexcept {
                auto& self = *static_cast<Call*>(arg);
                try {
                    self.value.emplace(view(value));
                } catch (...) {
                    self.failed = true;
                }
            },
            &call);
        if (call.failed) return Error{CONSORT_E_NO_MEMORY, "no memory for the value"};
        if (status == CONSORT_E_NOT_FOUND) return std::optional<std::string>();
        if (status < 0) return error_of(status, "cannot get a value");
        return std::move(call.value);
    }
    Result<void> set(std::string_view key, std::string_view value,
                     std::chrono::nanoseconds ttl = {}) const {
        return check(api_->set(host_, str(key), str(value), ttl.count()), "cannot set a value");
    }
    // Sets only if the present value equals `expected` (nullopt: only if there is none); whether it
    // did.
    Result<bool> compare_and_set(std::string_view key, std::optional<std::string_view> expected,
                                 std::string_view value, std::chrono::nanoseconds ttl = {}) const {
        const consort_status status = api_->compare_and_set(
            host_, str(key), expected ? str(*expected) : consort_str{}, str(value), ttl.count());
        if (status == CONSORT_E_DONE) return false;
        if (status < 0) return error_of(status, "cannot set a value");
        return true;
    }
    // Whether there was one.
    Result<bool> remove(std::string_view key) const {
        const consort_status status = api_->remove(host_, str(key));
        if (status == CONSORT_E_NOT_FOUND) return false;
        if (status < 0) return error_of(status, "cannot remove a value");
        return true;
    }
    // Adds to a decimal integer, absent counts as 0, and gives the sum.
    Result<std::int64_t> add(std::string_view key, std::int64_t delta,
                             std::chrono::nanoseconds ttl = {}) const {
        std::int64_t sum = 0;
        const consort_status status = api_->add(host_, str(key), delta, ttl.count(), &sum);
        if (status < 0) return error_of(status, "cannot add to a value");
        return sum;
    }

  private:
    const consort_keyvalue_api* api_;
    consort_host* host_;
};

}  // namespace v1
}  // namespace consort
