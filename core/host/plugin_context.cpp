#include "core/host/plugin_context.hpp"

#include <array>
#include <utility>

#include "consort/abi/cache.h"
#include "consort/abi/catalog.h"
#include "consort/abi/exchange.h"
#include "consort/abi/keyvalue.h"
#include "consort/abi/media.h"
#include "consort/abi/rendition.h"
#include "consort/abi/sound.h"
#include "consort/abi/storage.h"

#include "core/host/guard.hpp"

void consort_host::end_callbacks() {
    std::unordered_set<consort_timer*> all_timers;
    std::unordered_set<consort_subscription*> all_subscriptions;
    {
        const std::lock_guard lock(mutex);
        all_timers.swap(timers);
        all_subscriptions.swap(subscriptions);
    }
    for (consort_timer* timer : all_timers) {
        const std::unique_ptr<consort_timer> owned(timer);
        services.timers.stop(owned->handle);
    }
    for (consort_subscription* subscription : all_subscriptions) {
        const std::unique_ptr<consort_subscription> owned(subscription);
        services.events.unsubscribe(owned->handle);
    }
}

namespace consort::host {

namespace {

consort_status offer(consort_host* host, const consort_component* component) noexcept {
    return guarded([&]() -> consort_status {
        if (!host->creating) {
            return fail(CONSORT_E_INVALID, "components can be offered only during create");
        }
        if (component == nullptr) return fail(CONSORT_E_INVALID, "offer needs a component");
        const Result<void> offered = host->registry.offer(host->id, *component);
        if (offered.ok()) return CONSORT_OK;
        if (offered.error().status == CONSORT_E_UNSUPPORTED) {
            // A plugin for later hosts, too, may offer what this one has no use for.
            host->logger.info(offered.error().text + "; it is ignored");
            return CONSORT_OK;
        }
        host->offer_error = offered.error().text;
        return fail(offered.error());
    });
}

}  // namespace

const consort_host_api& host_api() noexcept {
    static constexpr consort_host_api kApi{
        sizeof(consort_host_api),
        0,
        [](consort_host*, const char* id) noexcept { return find_service(view(id)); },
        offer,
        [](consort_host*, consort_str why) noexcept { fail(CONSORT_E_INTERNAL, view(why)); },
    };
    return kApi;
}

const void* find_service(std::string_view id) noexcept {
    const std::array<std::pair<std::string_view, const void*>, 14> all{{
        {CONSORT_SERVICE_LOG, &log_service()},
        {CONSORT_SERVICE_CONFIG, &config_service()},
        {CONSORT_SERVICE_METRICS, &metrics_service()},
        {CONSORT_SERVICE_EXECUTOR, &executor_service()},
        {CONSORT_SERVICE_TIMER, &timer_service()},
        {CONSORT_SERVICE_EVENTS, &events_service()},
        {CONSORT_SERVICE_EXCHANGE, exchange_service()},
        {CONSORT_SERVICE_STORAGE, storage_service()},
        {CONSORT_SERVICE_CATALOG, catalog_service()},
        {CONSORT_SERVICE_MEDIA, media_service()},
        {CONSORT_SERVICE_CACHE, cache_service()},
        {CONSORT_SERVICE_KEYVALUE, keyvalue_service()},
        {CONSORT_SERVICE_RENDITIONS, renditions_service()},
        {CONSORT_SERVICE_SOUND, sound_service()},
    }};
    for (const auto& [name, table] : all) {
        if (name == id) return table;
    }
    return nullptr;
}

}  // namespace consort::host
