// Sound of any source as PCM, and encoders for live streams.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consort/abi/sound.h"
#include "consort/host_link.hpp"

namespace consort {
inline namespace v1 {

// The main sound of a source, decoded as it is read; closes itself. One thread at a time, and only
// workers or threads of the plugin's own: reading blocks.
class OpenedSound {
  public:
    OpenedSound(const consort_sound_api* api, consort_sound* raw) noexcept : api_(api), raw_(raw) {}
    OpenedSound(OpenedSound&& other) noexcept
        : api_(other.api_), raw_(std::exchange(other.raw_, nullptr)) {}
    OpenedSound& operator=(OpenedSound&& other) noexcept {
        std::swap(api_, other.api_);
        std::swap(raw_, other.raw_);
        return *this;
    }
    ~OpenedSound() {
        if (raw_) api_->close(raw_);
    }

    consort_pcm format() const noexcept {
        consort_pcm pcm{};
        api_->format(raw_, &pcm);
        return pcm;
    }
    std::string_view identity() const noexcept { return view(api_->identity(raw_)); }
    // In the container's order; names are lower case and may repeat.
    std::vector<std::pair<std::string, std::string>> tags() const {
        std::vector<std::pair<std::string, std::string>> all;
        api_->tags(
            raw_,
            [](void* arg, consort_str name, consort_str value) noexcept {
                static_cast<decltype(all)*>(arg)->emplace_back(view(name), view(value));
            },
            &all);
        return all;
    }
    // How many frames were read from `position` on: less than `frames` only at the end.
    Result<std::uint64_t> read(std::uint64_t position, std::uint64_t frames, void* buffer) {
        std::uint64_t got = 0;
        const consort_status status = api_->read(raw_, position, frames, buffer, &got);
        if (status < 0) return error_of(status, "cannot read the sound");
        return got;
    }

  private:
    const consort_sound_api* api_;
    consort_sound* raw_;
};

class Sounds {
  public:
    explicit Sounds(const HostLink& link)
        : api_(link.require<consort_sound_api>(CONSORT_SERVICE_SOUND)), host_(link.host) {}

    // Blocks: for workers and threads of the plugin's own.
    Result<OpenedSound> open(std::string_view uri) const {
        consort_sound* raw = nullptr;
        const consort_status status = api_->open(host_, str(uri), &raw);
        if (status < 0) return error_of(status, "cannot open the sound of " + std::string(uri));
        return OpenedSound(api_, raw);
    }
    // Any thread.
    Result<consort_encoder_component> encoder(std::string_view codec) const {
        consort_encoder_component found{};
        const consort_status status = api_->encoder(host_, str(codec), &found);
        if (status < 0) return error_of(status, "no plugin encodes " + std::string(codec));
        return found;
    }

  private:
    const consort_sound_api* api_;
    consort_host* host_;
};

}  // namespace v1
}  // namespace consort
