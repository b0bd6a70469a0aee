// The C table of consort.host.media/1 over consort_media.
#include <algorithm>
#include <cstring>

#include "core/media/media.hpp"
#include "core/media/media_service.hpp"

namespace consort::media {
namespace {

consort_str borrow(std::string_view text) { return {text.data(), text.size()}; }

consort_status track(const consort_media* media, std::uint32_t number,
                     consort_track* out) noexcept {
    if (number >= media->index().track_count()) return CONSORT_E_INVALID;
    consort_track full = media->index().track(number);
    // The caller may know a shorter struct (an older plugin) or a longer one (a newer one).
    const std::uint32_t size = std::min<std::uint32_t>(out->struct_size, sizeof full);
    full.struct_size = size;
    std::memcpy(static_cast<void*>(out), &full, size);
    return CONSORT_OK;
}

consort_status read_sample(consort_media* media, const consort_sample* sample,
                           void* buffer) noexcept {
    if ((sample->flags & CONSORT_SAMPLE_INLINE) != 0)
        return media->read_inline(sample->offset, sample->size, buffer);
    auto done = media->read(sample->offset, sample->size, buffer);
    return done ? CONSORT_OK : done.error().status;
}

void* attachment(consort_media* media, const void* key, void* (*make)(void*, consort_media*),
                 void (*drop)(void*), void* arg) noexcept {
    try {
        return media->attachment(key, make, drop, arg);
    } catch (...) {
        return nullptr;
    }
}

const consort_media_api kApi = [] {
    consort_media_api api{};
    api.struct_size = sizeof api;
    api.ref = [](consort_media* media) noexcept { media->ref(); };
    api.unref = [](consort_media* media) noexcept { media->unref(); };
    api.identity = [](const consort_media* media) noexcept {
        return borrow(media->index().identity());
    };
    api.item_id = [](const consort_media* media) noexcept { return borrow(media->item_id()); };
    api.container = [](const consort_media* media) noexcept {
        return borrow(media->item().container);
    };
    api.content_type = [](const consort_media* media) noexcept {
        return borrow(media->item().content_type);
    };
    api.source_size = [](const consort_media* media) noexcept { return media->stat().size; };
    api.source_modified = [](const consort_media* media) noexcept {
        return media->stat().modified_ns / 1'000'000'000;
    };
    api.track_count = [](const consort_media* media) noexcept {
        return media->index().track_count();
    };
    api.track = track;
    api.samples = [](const consort_media* media, std::uint32_t number, std::uint64_t first,
                     std::uint64_t count, consort_sample* out) noexcept -> consort_status {
        return media->index().samples(number, first, count, out) ? CONSORT_OK : CONSORT_E_INVALID;
    };
    api.sample_at = [](const consort_media* media, std::uint32_t number,
                       std::int64_t time) noexcept {
        return media->index().sample_at(number, time);
    };
    api.bytes_before = [](const consort_media* media, std::uint32_t number, std::uint64_t sample,
                          std::uint64_t* out) noexcept -> consort_status {
        return media->index().bytes_before(number, sample, *out) ? CONSORT_OK : CONSORT_E_INVALID;
    };
    api.source_slice = [](consort_media* media, std::uint64_t offset, std::uint64_t length,
                          consort_slice* out) noexcept {
        return media->source_slice(offset, length, *out);
    };
    api.inline_slice = [](consort_media* media, std::uint64_t offset, std::uint64_t length,
                          consort_slice* out) noexcept {
        return media->inline_slice(offset, length, *out);
    };
    api.read_sample = read_sample;
    api.read_source = [](consort_media* media, std::uint64_t offset, std::uint64_t size,
                         void* buffer) noexcept -> consort_status {
        auto done = media->read(offset, size, buffer);
        return done ? CONSORT_OK : done.error().status;
    };
    api.attachment = attachment;
    return api;
}();

}  // namespace

const consort_media_api& MediaService::api() noexcept { return kApi; }

}  // namespace consort::media
