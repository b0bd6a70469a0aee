// The ABI tables of the fake host. Included by fake_host.hpp.
#pragma once

#include "consort/testing/fake_host.hpp"

namespace consort {
inline namespace v1 {
namespace testing {

template <class Table, class Fill>
Table filled_table(Fill fill) noexcept {
    Table table{};
    table.struct_size = sizeof table;
    fill(table);
    return table;
}

inline const consort_log_api& fake_log_api() noexcept {
    static const auto table = filled_table<consort_log_api>([](consort_log_api& t) {
        t.write = [](consort_host* host, std::uint32_t level, consort_str text) noexcept {
            FakeHost& self = FakeHost::of(host);
            const auto lock = self.lock();
            self.log.lines.push_back({level, std::string(view(text))});
        };
        t.level = [](consort_host* host) noexcept { return FakeHost::of(host).log.level; };
    });
    return table;
}

inline const consort_config_api& fake_config_api() noexcept {
    static const auto table = filled_table<consort_config_api>([](consort_config_api& t) {
        t.string = [](consort_host* host, const char* key, consort_str* out) noexcept {
            const std::string* value = nullptr;
            const consort_status status = FakeHost::of(host).config.find(key, &value);
            if (status == CONSORT_OK) *out = str(*value);
            return status;
        };
        t.integer = [](consort_host* host, const char* key, std::int64_t* out) noexcept {
            const std::int64_t* value = nullptr;
            const consort_status status = FakeHost::of(host).config.find(key, &value);
            if (status == CONSORT_OK) *out = *value;
            return status;
        };
        t.real = [](consort_host* host, const char* key, double* out) noexcept {
            const double* value = nullptr;
            const consort_status status = FakeHost::of(host).config.find(key, &value);
            if (status == CONSORT_OK) *out = *value;
            return status;
        };
        t.boolean = [](consort_host* host, const char* key, std::int32_t* out) noexcept {
            const bool* value = nullptr;
            const consort_status status = FakeHost::of(host).config.find(key, &value);
            if (status == CONSORT_OK) *out = *value ? 1 : 0;
            return status;
        };
        t.item = [](consort_host* host, const char* key, std::size_t index,
                    consort_str* out) noexcept {
            const std::vector<std::string>* values = nullptr;
            const consort_status status = FakeHost::of(host).config.find(key, &values);
            if (status != CONSORT_OK) return status;
            if (index >= values->size()) return consort_status{CONSORT_END};
            *out = str((*values)[index]);
            return consort_status{CONSORT_OK};
        };
        t.data_directory = [](consort_host* host, consort_str* out) noexcept {
            const std::string& path = FakeHost::of(host).config.data_directory;
            *out = str(path);
            return consort_status{path.empty() ? CONSORT_E_IO : CONSORT_OK};
        };
    });
    return table;
}

inline const consort_metrics_api& fake_metrics_api() noexcept {
    // One lock for all, because a metric does not know its host.
    static std::mutex mutex;
    static const auto table = filled_table<consort_metrics_api>([](consort_metrics_api& t) {
        t.counter = t.gauge = [](consort_host* host, const char* name, const char*,
                                 const char* label, const char* value) noexcept {
            const std::lock_guard lock(mutex);
            return reinterpret_cast<consort_metric*>(
                FakeHost::of(host).metrics.find(name, label, value));
        };
        t.add = [](consort_metric* metric, double delta) noexcept {
            const std::lock_guard lock(mutex);
            *reinterpret_cast<double*>(metric) += delta;
        };
        t.set = [](consort_metric* metric, double value) noexcept {
            const std::lock_guard lock(mutex);
            *reinterpret_cast<double*>(metric) = value;
        };
    });
    return table;
}

inline const consort_executor_api& fake_executor_api() noexcept {
    static const auto table = filled_table<consort_executor_api>([](consort_executor_api& t) {
        t.post = [](consort_host* host, std::uint32_t, void (*run)(void*) noexcept,
                    void (*drop)(void*) noexcept, void* arg) noexcept {
            FakeHost& self = FakeHost::of(host);
            const auto lock = self.lock();
            return self.executor.post(run, drop, arg);
        };
        t.on_worker = [](consort_host* host) noexcept -> std::int32_t {
            return FakeHost::of(host).executor.on_worker ? 1 : 0;
        };
    });
    return table;
}

inline const consort_timer_api& fake_timer_api() noexcept {
    static const auto table = filled_table<consort_timer_api>([](consort_timer_api& t) {
        t.now = [](consort_host* host) noexcept { return FakeHost::of(host).timers.now; };
        t.start = [](consort_host* host, std::int64_t delay, std::int64_t period,
                     void (*run)(void*) noexcept, void* arg, consort_timer** out) noexcept {
            FakeTimers& timers = FakeHost::of(host).timers;
            timers.entries.push_back({timers.now + delay, period, run, arg});
            *out = reinterpret_cast<consort_timer*>(&timers.entries.back());
            return consort_status{CONSORT_OK};
        };
        t.stop = [](consort_host* host, consort_timer* timer) noexcept {
            FakeHost::of(host).timers.entries.remove_if([&](const FakeTimers::Entry& entry) {
                return reinterpret_cast<const consort_timer*>(&entry) == timer;
            });
        };
    });
    return table;
}

inline const consort_cache_api& fake_cache_api() noexcept {
    static const auto table = filled_table<consort_cache_api>([](consort_cache_api& t) {
        t.fetch = [](consort_host* host, consort_str key, FakeCache::Produce produce,
                     FakeCache::Ready ready, FakeCache::Drop drop, void* arg) noexcept {
            return FakeHost::of(host).cache.fetch(view(key), produce, ready, drop, arg);
        };
        t.allocate = [](consort_cache_fill* fill, std::uint64_t size) noexcept -> void* {
            auto& cache = *reinterpret_cast<FakeCache*>(fill);
            cache.filling = std::make_shared<std::string>(size, '?');
            return cache.filling->data();
        };
    });
    return table;
}

inline const consort_events_api& fake_events_api() noexcept {
    static const auto table = filled_table<consort_events_api>([](consort_events_api& t) {
        t.publish = [](consort_host* host, consort_str topic, consort_str json) noexcept {
            FakeHost::of(host).events.publish(view(topic), view(json));
            return consort_status{CONSORT_OK};
        };
        t.subscribe = [](consort_host* host, consort_str prefix, consort_event call, void* arg,
                         consort_subscription** out) noexcept {
            auto& listeners = FakeHost::of(host).events.listeners;
            listeners.push_back({std::string(view(prefix)), call, arg});
            *out = reinterpret_cast<consort_subscription*>(&listeners.back());
            return consort_status{CONSORT_OK};
        };
        t.unsubscribe = [](consort_host* host, consort_subscription* subscription) noexcept {
            FakeHost::of(host).events.listeners.remove_if([&](const FakeEvents::Listener& it) {
                return reinterpret_cast<const consort_subscription*>(&it) == subscription;
            });
        };
    });
    return table;
}

inline const consort_media_api& fake_media_api() noexcept {
    static const consort_media_api table = [] {
        consort_media_api t = FakeMedia::make_api();
        t.open = [](consort_host* host, consort_str id, consort_media_ready ready,
                    void* arg) noexcept {
            const auto& media = FakeHost::of(host).media;
            const auto found = media.find(view(id));
            if (found == media.end())
                ready(arg, CONSORT_E_NOT_FOUND, nullptr);
            else
                ready(arg, CONSORT_OK, found->second->raw());
        };
        return t;
    }();
    return table;
}

inline const consort_renditions_api& fake_renditions_api() noexcept {
    static const auto table = filled_table<consort_renditions_api>([](consort_renditions_api& t) {
        t.list = [](consort_host* host, consort_media*, consort_renditions_ready ready,
                    void* arg) noexcept { FakeHost::of(host).renditions.list(ready, arg); };
        t.info = fake_rendition_info;
        t.track = fake_rendition_track;
        t.segment = fake_rendition_segment;
        t.boundaries = fake_rendition_boundaries;
        t.segment_seconds = [](consort_host* host) noexcept {
            return FakeHost::of(host).renditions.segment_seconds;
        };
        t.fetch = [](consort_host* host, consort_media*, consort_rendition* rendition,
                     std::uint32_t number, consort_coded_ready ready, void* arg,
                     consort_ticket** ticket) noexcept {
            return FakeHost::of(host).renditions.fetch(rendition, number, ready, arg, ticket);
        };
        t.cancel = [](consort_ticket* raw) noexcept { FakeRenditions::give_back(raw, true); };
        t.leave = [](consort_ticket* raw) noexcept { FakeRenditions::give_back(raw, false); };
        t.ref = FakeRenditions::ref;
        t.unref = FakeRenditions::unref;
        t.samples = [](const consort_coded* raw, std::size_t* count) noexcept {
            const auto& samples = FakeRenditions::of(raw).samples;
            *count = samples.size();
            return samples.data();
        };
        t.payload = [](const consort_coded* raw, std::uint64_t* size) noexcept {
            const auto& payload = FakeRenditions::of(raw).payload;
            *size = payload.size();
            return static_cast<const void*>(payload.data());
        };
        t.slice = [](consort_coded* raw, std::uint64_t offset, std::uint64_t length,
                     consort_slice* out) noexcept {
            const auto& payload = FakeRenditions::of(raw).payload;
            if (offset > payload.size() || length > payload.size() - offset)
                return consort_status{CONSORT_E_INVALID};
            FakeRenditions::ref(raw);
            *out = Slice::borrowed(payload.data() + offset, length).take();
            out->owner = raw;
            out->release = [](void* owner) noexcept {
                FakeRenditions::unref(static_cast<consort_coded*>(owner));
            };
            return consort_status{CONSORT_OK};
        };
    });
    return table;
}

inline const consort_storage_api& fake_storage_api() noexcept {
    static const auto table = filled_table<consort_storage_api>([](consort_storage_api& t) {
        t.open = [](consort_host* host, consort_str uri, consort_source** out) noexcept {
            return FakeHost::of(host).sources.open(view(uri), out);
        };
        t.close = [](consort_host* host, consort_source*) noexcept {
            --FakeHost::of(host).sources.open_count;
        };
        t.stat = [](consort_host*, const consort_source* source, consort_stat* out) noexcept {
            return FakeSources::stat(source, out);
        };
        t.read = [](consort_host*, consort_source* source, std::uint64_t offset, void* buffer,
                    std::uint64_t size, std::uint64_t* got) noexcept {
            return FakeSources::read(source, offset, buffer, size, got);
        };
    });
    return table;
}

inline const consort_catalog_api& fake_catalog_api() noexcept {
    static const auto table = filled_table<consort_catalog_api>([](consort_catalog_api& t) {
        t.item = [](consort_host* host, consort_str id, consort_item_each each,
                    void* arg) noexcept {
            return FakeHost::of(host).catalog.item(view(id), each, arg);
        };
        t.items = [](consort_host* host, std::uint32_t kind, consort_str after, std::uint32_t limit,
                     consort_item_each each, void* arg) noexcept {
            return FakeHost::of(host).catalog.list(kind, view(after), limit, each, arg);
        };
    });
    return table;
}

inline const consort_keyvalue_api& fake_keyvalue_api() noexcept {
    static const auto table = filled_table<consort_keyvalue_api>([](consort_keyvalue_api& t) {
        t.get = [](consort_host* host, consort_str key, consort_value each, void* arg) noexcept {
            return FakeHost::of(host).keyvalue.get(view(key), each, arg);
        };
        t.set = [](consort_host* host, consort_str key, consort_str value, std::int64_t) noexcept {
            FakeHost::of(host).keyvalue.values.insert_or_assign(std::string(view(key)),
                                                                std::string(view(value)));
            return consort_status{CONSORT_OK};
        };
        t.compare_and_set = [](consort_host* host, consort_str key, consort_str expected,
                               consort_str value, std::int64_t) noexcept {
            return FakeHost::of(host).keyvalue.compare_and_set(view(key), expected, view(value));
        };
        t.remove = [](consort_host* host, consort_str key) noexcept {
            return FakeHost::of(host).keyvalue.remove(view(key));
        };
        t.add = [](consort_host* host, consort_str key, std::int64_t delta, std::int64_t,
                   std::int64_t* sum) noexcept {
            return FakeHost::of(host).keyvalue.add(view(key), delta, sum);
        };
    });
    return table;
}

inline const consort_host_api& FakeHost::api() noexcept {
    static const auto table = filled_table<consort_host_api>([](consort_host_api& t) {
        t.query = [](consort_host* host, const char* id) noexcept -> const void* {
            if (of(host).missing.contains(std::string_view(id))) return nullptr;
            static const std::map<std::string_view, const void*> services = {
                {CONSORT_SERVICE_LOG, &fake_log_api()},
                {CONSORT_SERVICE_CONFIG, &fake_config_api()},
                {CONSORT_SERVICE_METRICS, &fake_metrics_api()},
                {CONSORT_SERVICE_EXECUTOR, &fake_executor_api()},
                {CONSORT_SERVICE_TIMER, &fake_timer_api()},
                {CONSORT_SERVICE_CACHE, &fake_cache_api()},
                {CONSORT_SERVICE_EVENTS, &fake_events_api()},
                {CONSORT_SERVICE_MEDIA, &fake_media_api()},
                {CONSORT_SERVICE_RENDITIONS, &fake_renditions_api()},
                {CONSORT_SERVICE_STORAGE, &fake_storage_api()},
                {CONSORT_SERVICE_CATALOG, &fake_catalog_api()},
                {CONSORT_SERVICE_KEYVALUE, &fake_keyvalue_api()},
                {CONSORT_SERVICE_EXCHANGE, &FakeExchange::api()},
            };
            const auto found = services.find(id);
            return found == services.end() ? nullptr : found->second;
        };
        t.offer = [](consort_host* host, const consort_component* component) noexcept {
            return of(host).offer(*component);
        };
        t.set_error = [](consort_host* host, consort_str why) noexcept {
            FakeHost& self = of(host);
            const auto lock = self.lock();
            self.error_ = view(why);
        };
    });
    return table;
}

}  // namespace testing
}  // namespace v1
}  // namespace consort
