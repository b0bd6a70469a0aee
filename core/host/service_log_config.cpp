// consort.host.log/1, consort.host.config/1 and consort.host.metrics/1.
#include <cmath>

#include "core/host/guard.hpp"
#include "core/host/log_sinks.hpp"
#include "core/host/plugin_context.hpp"

namespace consort::host {

namespace {

observe::Level to_level(std::uint32_t level) noexcept {
    if (level <= CONSORT_LOG_DEBUG) return observe::Level::debug;
    if (level == CONSORT_LOG_INFO) return observe::Level::info;
    if (level == CONSORT_LOG_WARNING) return observe::Level::warning;
    return observe::Level::error;
}

// NOT_FOUND, INVALID, or OK with *out pointing at the value.
template <class T>
consort_status value_of(consort_host* host, const char* key, const T** out) noexcept {
    return guarded([&]() -> consort_status {
        const auto found = host->config.find(std::string(view(key)));
        if (found == host->config.end()) {
            return fail(CONSORT_E_NOT_FOUND,
                        "[plugins." + host->name + "] sets no '" + std::string(view(key)) + "'");
        }
        *out = std::get_if<T>(&found->second);
        if (*out != nullptr) return CONSORT_OK;
        return fail(CONSORT_E_INVALID,
                    "'" + std::string(view(key)) + "' is declared with another type");
    });
}

template <class T, class Out>
consort_status number(consort_host* host, const char* key, Out* out) noexcept {
    const T* value = nullptr;
    const consort_status status = value_of<T>(host, key, &value);
    if (status == CONSORT_OK) *out = static_cast<Out>(*value);
    return status;
}

consort_status string(consort_host* host, const char* key, consort_str* out) noexcept {
    const std::string* value = nullptr;
    const consort_status status = value_of<std::string>(host, key, &value);
    if (status == CONSORT_OK) *out = lend(*value);
    return status;
}

consort_status item(consort_host* host, const char* key, std::size_t index,
                    consort_str* out) noexcept {
    const std::vector<std::string>* value = nullptr;
    const consort_status status = value_of<std::vector<std::string>>(host, key, &value);
    if (status != CONSORT_OK) return status;
    if (index >= value->size()) return CONSORT_END;
    *out = lend((*value)[index]);
    return CONSORT_OK;
}

consort_status data_directory(consort_host* host, consort_str* out) noexcept {
    return guarded([&]() -> consort_status {
        const std::lock_guard lock(host->mutex);
        if (host->data_directory_text.empty()) {
            const std::filesystem::path path = std::filesystem::absolute(host->data_directory);
            std::error_code error;
            std::filesystem::create_directories(path, error);
            if (error) {
                return fail(CONSORT_E_IO,
                            "cannot make the directory " + path.string() + ": " + error.message());
            }
            host->data_directory_text = path.string();
        }
        *out = lend(host->data_directory_text);
        return CONSORT_OK;
    });
}

std::string metric_name(const consort_host& host, std::string_view name) {
    std::string full = "consort_plugin_" + host.name + "_" + std::string(name);
    for (char& c : full) {
        if (c == '-') c = '_';
    }
    return full;
}

consort_metric* metric(consort_host* host, const char* name, const char* help, const char* label,
                       const char* value, bool counter) noexcept {
    consort_metric* result = nullptr;
    guarded([&]() -> consort_status {
        observe::Labels labels;
        std::string key;
        if (label != nullptr) {
            labels.emplace(label, view(value));
            key = std::string(label) + "=" + std::string(view(value));
        }
        const std::string full = metric_name(*host, view(name));
        const std::lock_guard lock(host->mutex);
        consort_metric made;
        if (counter) {
            made.counter = &host->services.metrics.counter(full, std::string(view(help)), labels);
        } else {
            made.gauge = &host->services.metrics.gauge(full, std::string(view(help)), labels);
        }
        result = &host->metrics.try_emplace({full, key}, made).first->second;
        if ((result->counter != nullptr) != counter) result = nullptr;
        return CONSORT_OK;
    });
    return result;
}

}  // namespace

const consort_log_api& log_service() noexcept {
    static constexpr consort_log_api kApi{
        sizeof(consort_log_api),
        0,
        [](consort_host* host, std::uint32_t level, consort_str message) noexcept {
            const LogSinks::Author author(host->id);
            host->logger.log(to_level(level), view(message));
        },
        [](consort_host*) noexcept -> std::uint32_t {
            for (const std::uint32_t level :
                 {CONSORT_LOG_DEBUG, CONSORT_LOG_INFO, CONSORT_LOG_WARNING}) {
                if (observe::Logger::enabled(to_level(level))) return level;
            }
            return CONSORT_LOG_ERROR;
        },
    };
    return kApi;
}

const consort_config_api& config_service() noexcept {
    static constexpr consort_config_api kApi{
        sizeof(consort_config_api),
        0,
        string,
        number<std::int64_t, std::int64_t>,
        number<double, double>,
        number<bool, std::int32_t>,
        item,
        data_directory,
    };
    return kApi;
}

const consort_metrics_api& metrics_service() noexcept {
    static constexpr consort_metrics_api kApi{
        sizeof(consort_metrics_api),
        0,
        [](consort_host* host, const char* name, const char* help, const char* label,
           const char* value) noexcept { return metric(host, name, help, label, value, true); },
        [](consort_host* host, const char* name, const char* help, const char* label,
           const char* value) noexcept { return metric(host, name, help, label, value, false); },
        [](consort_metric* to, double delta) noexcept {
            if (to == nullptr || !std::isfinite(delta)) return;
            if (to->gauge != nullptr) to->gauge->add(delta);
            if (to->counter != nullptr && delta >= 0) to->counter->add(delta);
        },
        [](consort_metric* to, double value) noexcept {
            if (to != nullptr && to->gauge != nullptr) to->gauge->set(value);
        },
    };
    return kApi;
}

}  // namespace consort::host
