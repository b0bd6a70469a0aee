// The C table of consort.host.renditions/1 over consort_rendition and consort_coded.
#include <algorithm>
#include <cstring>

#include "core/media/rendition.hpp"
#include "core/media/rendition_service.hpp"

namespace consort::media {
namespace {

consort_status track(const consort_rendition* rendition, consort_track* out) noexcept {
    const std::uint32_t size = std::min<std::uint32_t>(out->struct_size, sizeof rendition->track);
    consort_track full = rendition->track;
    full.struct_size = size;
    std::memcpy(static_cast<void*>(out), &full, size);
    return CONSORT_OK;
}

consort_status segment(const consort_rendition* rendition, std::uint32_t number,
                       consort_media_range* out) noexcept {
    if (number >= rendition->segment_count()) return CONSORT_E_INVALID;
    *out = {rendition->starts[number], rendition->starts[number + 1]};
    return CONSORT_OK;
}

consort_status slice(consort_coded* coded, std::uint64_t offset, std::uint64_t length,
                     consort_slice* out) noexcept {
    const auto payload = coded->payload();
    if (offset > payload.size() || length > payload.size() - offset) return CONSORT_E_INVALID;
    coded->ref();
    *out = {};
    out->kind = CONSORT_SLICE_MEMORY;
    out->fd = -1;
    out->data = payload.data() + offset;
    out->length = length;
    out->owner = coded;
    out->release = [](void* owner) noexcept { static_cast<consort_coded*>(owner)->unref(); };
    return CONSORT_OK;
}

}  // namespace

consort_renditions_api RenditionService::api() noexcept {
    consort_renditions_api api{};
    api.struct_size = sizeof api;
    api.info = [](const consort_rendition* rendition,
                  consort_rendition_info* out) noexcept -> consort_status {
        rendition->describe(*out);
        return CONSORT_OK;
    };
    api.track = track;
    api.segment = segment;
    api.cancel = [](consort_ticket* ticket) noexcept { RenditionService::cancel(ticket); };
    api.leave = [](consort_ticket* ticket) noexcept { RenditionService::leave(ticket); };
    api.ref = [](consort_coded* coded) noexcept { coded->ref(); };
    api.unref = [](consort_coded* coded) noexcept { coded->unref(); };
    api.samples = [](const consort_coded* coded, std::size_t* count) noexcept {
        *count = coded->samples().size();
        return coded->samples().data();
    };
    api.payload = [](const consort_coded* coded, std::uint64_t* size) noexcept {
        *size = coded->payload().size();
        return static_cast<const void*>(coded->payload().data());
    };
    api.slice = slice;
    api.boundaries = [](const consort_rendition* rendition, std::size_t* count) noexcept {
        *count = rendition->starts.size();
        return rendition->starts.data();
    };
    return api;
}

}  // namespace consort::media
