// consort.host.renditions/1.
#include "consort/abi/rendition.h"

#include "core/host/guard.hpp"
#include "core/host/plugin_context.hpp"

namespace consort::host {

namespace {

constexpr std::string_view kTooEarly = "renditions are not there before every plugin is created";

void list(consort_host* host, consort_media* media, consort_renditions_ready ready,
          void* arg) noexcept {
    if (host->services.renditions == nullptr) {
        ready(arg, fail(CONSORT_E_UNSUPPORTED, kTooEarly), nullptr, 0);
        return;
    }
    const consort_status status = guarded([&]() -> consort_status {
        host->services.renditions->list(
            media,
            [ready, arg](const Error* error, std::span<consort_rendition* const> renditions) {
                const consort_status found = error == nullptr ? CONSORT_OK : fail(*error);
                ready(arg, found, renditions.data(), renditions.size());
            });
        return CONSORT_OK;
    });
    if (status < 0) ready(arg, status, nullptr, 0);
}

consort_status fetch(consort_host* host, consort_media* media, consort_rendition* rendition,
                     std::uint32_t number, consort_coded_ready ready, void* arg,
                     consort_ticket** ticket) noexcept {
    if (host->services.renditions == nullptr) return fail(CONSORT_E_UNSUPPORTED, kTooEarly);
    return guarded([&]() -> consort_status {
        const auto taken = host->services.renditions->fetch(
            media, rendition, number, [ready, arg](const Error* error, consort_coded* coded) {
                ready(arg, error == nullptr ? CONSORT_OK : fail(*error), coded);
            });
        if (!taken) return fail(taken.error());
        if (ticket != nullptr)
            *ticket = *taken;
        else
            media::RenditionService::leave(*taken);
        return CONSORT_OK;
    });
}

}  // namespace

const void* renditions_service() noexcept {
    static const consort_renditions_api kApi = [] {
        consort_renditions_api api = media::RenditionService::api();
        api.list = list;
        api.fetch = fetch;
        api.segment_seconds = [](consort_host* host) noexcept {
            const auto* service = host->services.renditions;
            return service == nullptr ? 6u : service->segment_seconds();
        };
        return api;
    }();
    return &kApi;
}

}  // namespace consort::host
