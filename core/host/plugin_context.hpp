// `struct consort_host`: the host as one plugin sees it.
#pragma once

#include <atomic>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>

#include "consort/abi/plugin.h"
#include "consort/abi/services.h"

#include "core/config/settings.hpp"
#include "core/host/component_registry.hpp"
#include "core/host/services.hpp"
#include "core/observe/log.hpp"

struct consort_metric {
    consort::observe::Counter* counter = nullptr;
    consort::observe::Gauge* gauge = nullptr;
};
struct consort_timer {
    consort::base::Timers::Handle handle;
};
struct consort_subscription {
    consort::base::EventBus::Subscription handle;
};

struct consort_host {
    consort_host(consort::host::Services& services_in,
                 consort::host::ComponentRegistry& registry_in, std::string id_in,
                 std::string name_in)
        : services(services_in),
          registry(registry_in),
          id(std::move(id_in)),
          name(std::move(name_in)),
          logger(name) {}
    consort_host(const consort_host&) = delete;
    consort_host& operator=(const consort_host&) = delete;
    ~consort_host() { end_callbacks(); }

    // Timers and events call into the plugin no more.
    void end_callbacks();

    consort::host::Services& services;
    consort::host::ComponentRegistry& registry;
    const std::string id, name;
    consort::observe::Logger logger;
    std::map<std::string, consort::config::PluginValue> config;
    std::filesystem::path data_directory;
    bool creating = false;            // main thread only
    std::string offer_error;          // why an offer was refused during create
    std::mutex mutex;                 // for what follows
    std::string data_directory_text;  // not empty: the directory exists
    std::map<std::pair<std::string, std::string>, consort_metric> metrics;
    std::unordered_set<consort_timer*> timers;
    std::unordered_set<consort_subscription*> subscriptions;
};

namespace consort::host {

// The table that `create` gets.
const consort_host_api& host_api() noexcept;
// A service's table, null if there is none such.
const void* find_service(std::string_view id) noexcept;

// The tables, by the file that makes them.
const consort_log_api& log_service() noexcept;
const consort_config_api& config_service() noexcept;
const consort_metrics_api& metrics_service() noexcept;
const consort_executor_api& executor_service() noexcept;
const consort_timer_api& timer_service() noexcept;
const consort_events_api& events_service() noexcept;
const void* exchange_service() noexcept;
const void* storage_service() noexcept;
const void* catalog_service() noexcept;
const void* media_service() noexcept;
const void* cache_service() noexcept;
const void* keyvalue_service() noexcept;
const void* renditions_service() noexcept;
const void* sound_service() noexcept;

}  // namespace consort::host
