// consort.host.sound/1.
#include "consort/abi/sound.h"

#include "core/host/guard.hpp"
#include "core/host/plugin_context.hpp"
#include "core/media/media.hpp"

namespace consort::host {

namespace {

constexpr std::string_view kTooEarly = "sound is not there before every plugin is created";

consort_status open(consort_host* host, consort_str uri, consort_sound** out) noexcept {
    if (host->services.sound == nullptr) return fail(CONSORT_E_UNSUPPORTED, kTooEarly);
    return guarded([&]() -> consort_status {
        auto opened = host->services.sound->open(view(uri));
        if (!opened) return fail(opened.error());
        *out = opened->release();
        return CONSORT_OK;
    });
}

void tags(const consort_sound* sound, void (*tag)(void*, consort_str, consort_str) noexcept,
          void* arg) noexcept {
    for (const auto& [name, value] : sound->tags) tag(arg, lend(name), lend(value));
}

consort_status read(consort_sound* sound, std::uint64_t position, std::uint64_t frames,
                    void* buffer, std::uint64_t* got) noexcept {
    return guarded([&]() -> consort_status {
        const auto count = sound->reader->read(position, frames, buffer);
        if (!count) return fail(count.error());
        *got = *count;
        return CONSORT_OK;
    });
}

consort_status encoder(consort_host* host, consort_str codec,
                       consort_encoder_component* out) noexcept {
    if (host->services.sound == nullptr) return fail(CONSORT_E_UNSUPPORTED, kTooEarly);
    return guarded([&]() -> consort_status {
        const auto found = host->services.sound->encoder(view(codec));
        if (!found) return fail(found.error());
        *out = *found;
        return CONSORT_OK;
    });
}

}  // namespace

const void* sound_service() noexcept {
    static constexpr consort_sound_api kApi{
        sizeof(consort_sound_api),
        0,
        open,
        [](consort_sound* sound) noexcept { std::unique_ptr<consort_sound>(sound).reset(); },
        [](const consort_sound* sound, consort_pcm* out) noexcept { *out = sound->sound.pcm; },
        [](const consort_sound* sound) noexcept { return lend(sound->media->index().identity()); },
        tags,
        read,
        encoder,
    };
    return &kApi;
}

}  // namespace consort::host
