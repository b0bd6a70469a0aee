// consort.host.catalog/1 and consort.host.keyvalue/1.
#include "consort/abi/catalog.h"
#include "consort/abi/keyvalue.h"

#include "core/host/guard.hpp"
#include "core/host/plugin_context.hpp"

namespace consort::host {

namespace {

consort_status no_catalog() noexcept {
    return fail(CONSORT_E_UNSUPPORTED, "the catalog is not there before every plugin is created");
}

consort_status to_status(const Result<void>& result) noexcept {
    return result.ok() ? CONSORT_OK : fail(result.error());
}

consort_status item(consort_host* host, consort_str id, consort_item_each each,
                    void* arg) noexcept {
    if (host->services.catalog == nullptr) return no_catalog();
    return guarded([&] {
        return to_status(host->services.catalog->item(
            view(id), [&](const consort_item& found) { return each(arg, &found); }));
    });
}

consort_status items(consort_host* host, std::uint32_t kind, consort_str after, std::uint32_t limit,
                     consort_item_each each, void* arg) noexcept {
    if (host->services.catalog == nullptr) return no_catalog();
    return guarded([&] {
        return to_status(host->services.catalog->items(
            kind, view(after), limit,
            [&](const consort_item& found) { return each(arg, &found); }));
    });
}

// Calls the configured store, the first one offered, with the plugin's prefix before the key.
template <class Call>
consort_status with_store(consort_host* host, consort_str key, Call&& call) noexcept {
    return guarded([&]() -> consort_status {
        constexpr std::size_t kMaxKey = 512;
        for (const ComponentRegistry::Entry& entry : host->registry.entries()) {
            if (entry.interface_id != CONSORT_KEYVALUE) continue;
            const std::string full = host->id + "/" + std::string(view(key));
            if (key.len == 0 || full.size() > kMaxKey) {
                return fail(CONSORT_E_INVALID,
                            "a key has at least one byte, and with the plugin's id at most 512");
            }
            return call(*reinterpret_cast<const consort_keyvalue*>(entry.table.data()), entry.self,
                        lend(full));
        }
        return fail(CONSORT_E_UNSUPPORTED,
                    "no plugin offers " CONSORT_KEYVALUE ": enable one, such as memory");
    });
}

consort_status get(consort_host* host, consort_str key, consort_value value, void* arg) noexcept {
    return with_store(host, key, [&](const consort_keyvalue& store, void* self, consort_str full) {
        return store.get(self, full, value, arg);
    });
}

consort_status set(consort_host* host, consort_str key, consort_str value,
                   std::int64_t ttl_ns) noexcept {
    return with_store(host, key, [&](const consort_keyvalue& store, void* self, consort_str full) {
        return store.set(self, full, value, ttl_ns);
    });
}

consort_status compare_and_set(consort_host* host, consort_str key, consort_str expected,
                               consort_str value, std::int64_t ttl_ns) noexcept {
    return with_store(host, key, [&](const consort_keyvalue& store, void* self, consort_str full) {
        return store.compare_and_set(self, full, expected, value, ttl_ns);
    });
}

consort_status remove(consort_host* host, consort_str key) noexcept {
    return with_store(host, key, [&](const consort_keyvalue& store, void* self, consort_str full) {
        return store.remove(self, full);
    });
}

consort_status add(consort_host* host, consort_str key, std::int64_t delta, std::int64_t ttl_ns,
                   std::int64_t* sum) noexcept {
    return with_store(host, key, [&](const consort_keyvalue& store, void* self, consort_str full) {
        return store.add(self, full, delta, ttl_ns, sum);
    });
}

}  // namespace

const void* catalog_service() noexcept {
    static constexpr consort_catalog_api kApi{sizeof(consort_catalog_api), 0, item, items};
    return &kApi;
}

const void* keyvalue_service() noexcept {
    static constexpr consort_keyvalue_api kApi{
        sizeof(consort_keyvalue_api), 0, get, set, compare_and_set, remove, add};
    return &kApi;
}

}  // namespace consort::host
