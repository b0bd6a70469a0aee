// consort.host.storage/1, consort.host.media/1, consort.host.cache/1.
#include "consort/abi/cache.h"
#include "consort/abi/media.h"
#include "consort/abi/storage.h"

#include "core/host/guard.hpp"
#include "core/host/plugin_context.hpp"

namespace consort::host {

namespace {

consort_status too_early(std::string_view what) noexcept {
    return guarded([&] {
        return fail(CONSORT_E_UNSUPPORTED,
                    std::string(what) + " is not there before every plugin is created");
    });
}

// What a plugin holds as a consort_source.
struct OpenSource {
    std::shared_ptr<media::Source> source;
};
OpenSource* of(consort_source* source) noexcept { return reinterpret_cast<OpenSource*>(source); }

consort_status open_source(consort_host* host, consort_str uri, consort_source** out) noexcept {
    if (host->services.storage == nullptr) return too_early("storage");
    return guarded([&]() -> consort_status {
        Result<std::shared_ptr<media::Source>> opened = host->services.storage->open(view(uri));
        if (!opened) return fail(opened.error());
        auto held = std::make_unique<OpenSource>(OpenSource{std::move(*opened)});
        *out = reinterpret_cast<consort_source*>(held.release());
        return CONSORT_OK;
    });
}

consort_status read_source(consort_host*, consort_source* source, std::uint64_t offset,
                           void* buffer, std::uint64_t size, std::uint64_t* got) noexcept {
    return guarded([&]() -> consort_status {
        const Result<std::uint64_t> read = of(source)->source->read(offset, buffer, size);
        if (!read) return fail(read.error());
        *got = *read;
        return CONSORT_OK;
    });
}

consort_status list_directory(consort_host* host, consort_str uri, consort_list_entry each,
                              void* arg) noexcept {
    if (host->services.storage == nullptr) return too_early("storage");
    return guarded([&]() -> consort_status {
        const auto entries = host->services.storage->list(view(uri));
        if (!entries) return fail(entries.error());
        for (const media::DirectoryEntry& entry : *entries)
            if (each(arg, lend(entry.name), &entry.stat) != CONSORT_OK) break;
        return CONSORT_OK;
    });
}

consort_status watch_directory(consort_host* host, consort_str uri, consort_change changed,
                               void* arg, consort_watch** out) noexcept {
    if (host->services.storage == nullptr) return too_early("storage");
    return guarded([&]() -> consort_status {
        auto watch = host->services.storage->watch(
            view(uri), [changed, arg](std::uint32_t change, std::string_view where) {
                changed(arg, change, lend(where));
            });
        if (!watch) return fail(watch.error());
        auto held = std::make_unique<media::Storage::Watch>(std::move(*watch));
        *out = reinterpret_cast<consort_watch*>(held.release());
        return CONSORT_OK;
    });
}

void open_media(consort_host* host, consort_str item_id, consort_media_ready ready,
                void* arg) noexcept {
    if (host->services.media == nullptr) {
        ready(arg, too_early("media"), nullptr);
        return;
    }
    const consort_status status = guarded([&]() -> consort_status {
        host->services.media->open(
            view(item_id),
            [ready, arg](consort_status opened, std::string_view error, consort_media* media) {
                if (opened < 0) fail(opened, error);
                ready(arg, opened, media);
            });
        return CONSORT_OK;
    });
    if (status < 0) ready(arg, status, nullptr);
}

// The functions of one fetch; `drop` runs when the last of them has.
struct Fetch {
    consort_status (*produce)(void*, consort_cache_fill*) noexcept;
    void (*ready)(void*, consort_status, const consort_slice*) noexcept;
    void (*drop)(void*) noexcept;
    void* arg;

    ~Fetch() {
        if (drop != nullptr) drop(arg);
    }
};

Result<void> produce(const Fetch& fetch, media::SegmentCache::Fill& fill) {
    take_last_error();
    const consort_status status =
        fetch.produce(fetch.arg, reinterpret_cast<consort_cache_fill*>(&fill));
    if (status >= 0) return {};
    return Error{status, take_last_error()};
}

consort_status fetch(consort_host* host, consort_str key,
                     consort_status (*produce_entry)(void*, consort_cache_fill*) noexcept,
                     void (*ready)(void*, consort_status, const consort_slice*) noexcept,
                     void (*drop)(void*) noexcept, void* arg) noexcept {
    return guarded([&]() -> consort_status {
        std::shared_ptr<Fetch> call;
        try {
            call = std::make_shared<Fetch>(produce_entry, ready, drop, arg);
        } catch (...) {
            if (drop != nullptr) drop(arg);
            throw;
        }
        if (produce_entry == nullptr || ready == nullptr) {
            return fail(CONSORT_E_INVALID, "fetch needs produce and ready");
        }
        if (host->services.cache == nullptr) return too_early("the cache");
        const bool taken = host->services.cache->fetch(
            view(key), [call](media::SegmentCache::Fill& fill) { return produce(*call, fill); },
            [call](const Error* error, const consort_slice* slice) {
                if (error != nullptr) fail(*error);
                call->ready(call->arg, error == nullptr ? CONSORT_OK : error->status, slice);
            });
        if (taken) return CONSORT_OK;
        return fail(CONSORT_E_BUSY, "the queue of the segment cache is full; try again later");
    });
}

}  // namespace

const void* storage_service() noexcept {
    static constexpr consort_storage_api kApi{
        sizeof(consort_storage_api),
        0,
        open_source,
        [](consort_host*, consort_source* source) noexcept {
            std::unique_ptr<OpenSource>(of(source)).reset();
        },
        [](consort_host*, const consort_source* source, consort_stat* out) noexcept {
            *out = reinterpret_cast<const OpenSource*>(source)->source->stat();
            return CONSORT_OK;
        },
        read_source,
        list_directory,
        watch_directory,
        [](consort_watch* watch) noexcept {
            std::unique_ptr<media::Storage::Watch>(reinterpret_cast<media::Storage::Watch*>(watch))
                .reset();
        },
    };
    return &kApi;
}

const void* media_service() noexcept {
    static const consort_media_api kApi = [] {
        consort_media_api api = media::MediaService::api();
        api.open = open_media;
        return api;
    }();
    return &kApi;
}

const void* cache_service() noexcept {
    static constexpr consort_cache_api kApi{
        sizeof(consort_cache_api),
        0,
        fetch,
        [](consort_cache_fill* fill, std::uint64_t size) noexcept {
            return reinterpret_cast<media::SegmentCache::Fill*>(fill)->allocate(size);
        },
    };
    return &kApi;
}

}  // namespace consort::host
