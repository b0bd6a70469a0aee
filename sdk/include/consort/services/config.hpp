// The plugin's own section of the configuration.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "consort/abi/services.h"
#include "consort/host_link.hpp"

namespace consort {
inline namespace v1 {

// Any thread. The host has checked types, bounds and required keys against the descriptor. A key
// without value and default is NOT_FOUND; one that is declared with another type is INVALID. Texts
// live as long as the plugin.
class Config {
  public:
    explicit Config(const HostLink& link)
        : api_(link.require<consort_config_api>(CONSORT_SERVICE_CONFIG)), host_(link.host) {}

    Result<std::string_view> string(const char* key) const {
        consort_str value{};
        const consort_status status = api_->string(host_, key, &value);
        if (status < 0) return about(status, key);
        return view(value);
    }
    Result<std::int64_t> integer(const char* key) const {
        std::int64_t value = 0;
        const consort_status status = api_->integer(host_, key, &value);
        if (status < 0) return about(status, key);
        return value;
    }
    Result<double> real(const char* key) const {
        double value = 0;
        const consort_status status = api_->real(host_, key, &value);
        if (status < 0) return about(status, key);
        return value;
    }
    Result<bool> boolean(const char* key) const {
        std::int32_t value = 0;
        const consort_status status = api_->boolean(host_, key, &value);
        if (status < 0) return about(status, key);
        return value != 0;
    }
    Result<std::vector<std::string_view>> strings(const char* key) const {
        std::vector<std::string_view> values;
        for (std::size_t index = 0;; ++index) {
            consort_str value{};
            const consort_status status = api_->item(host_, key, index, &value);
            if (status < 0) return about(status, key);
            if (status == CONSORT_END) return values;
            values.push_back(view(value));
        }
    }

    // The value, or `otherwise` if there is none; throws a Failure for a key of another type.
    std::string string(const char* key, std::string_view otherwise) const {
        return std::string(value_or(string(key), otherwise));
    }
    std::int64_t integer(const char* key, std::int64_t otherwise) const {
        return value_or(integer(key), otherwise);
    }
    double real(const char* key, double otherwise) const { return value_or(real(key), otherwise); }
    bool boolean(const char* key, bool otherwise) const {
        return value_or(boolean(key), otherwise);
    }

    // A directory of the plugin's own for its state; absolute path.
    Result<std::string> data_directory() const {
        consort_str path{};
        const consort_status status = api_->data_directory(host_, &path);
        if (status < 0) return error_of(status, "cannot make the plugin's data directory");
        return std::string(view(path));
    }

  private:
    static Error about(consort_status status, const char* key) {
        return error_of(status, "configuration key '" + std::string(key) + "'");
    }
    template <class T>
    static T value_or(Result<T> result, T otherwise) {
        if (!result && result.error().status == CONSORT_E_NOT_FOUND) return otherwise;
        return or_throw(std::move(result));
    }

    const consort_config_api* api_;
    consort_host* host_;
};

}  // namespace v1
}  // namespace consort
