// consort.decoder/1 made of a class.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "consort/abi/codec.h"
#include "consort/media.hpp"
#include "consort/offers/offering.hpp"

namespace consort {
inline namespace v1 {

using Pcm = consort_pcm;

// Bytes of one PCM frame: a value for each channel.
constexpr std::uint64_t frame_bytes(const Pcm& pcm) noexcept {
    return std::uint64_t{pcm.channels} * (pcm.sample_format == CONSORT_PCM_S16 ? 2 : 4);
}

// A class that turns tracks into PCM, on worker threads, several tracks at once:
//
//   Result<Pcm> format(MediaView media, std::uint32_t track);
//   Result<std::unique_ptr<Reader>> open(MediaView media, std::uint32_t track);
//
// and its Reader, one thread at a time; the media outlives it:
//
//   Result<std::uint64_t> read(std::uint64_t position, std::uint64_t frames, void* buffer);
//                     how many frames; fewer than asked for only at the end
template <class T>
consort_decoder decoder_table(const T&) {
    using Self = Offering<T>;
    using Opened = std::remove_cvref_t<decltype(*std::declval<T&>().open(std::declval<MediaView>(),
                                                                         std::uint32_t{}))>;
    struct Reader {
        HostLink link;
        Opened reader;
    };
    auto table = sized_table<consort_decoder>();
    table.format = [](void* self, consort_media* media, std::uint32_t track,
                      consort_pcm* out) noexcept {
        const Self& offering = Self::of(self);
        return offering.guard([&]() -> Result<void> {
            const Result<Pcm> format =
                offering.object().format(MediaView(offering.link().media, media), track);
            if (!format) return format.error();
            *out = *format;
            return {};
        });
    };
    table.open = [](void* self, consort_media* media, std::uint32_t track,
                    consort_pcm_reader** out) noexcept {
        const Self& offering = Self::of(self);
        return offering.guard([&]() -> Result<void> {
            Result<Opened> opened =
                offering.object().open(MediaView(offering.link().media, media), track);
            if (!opened) return std::move(opened).error();
            auto reader = std::make_unique<Reader>(Reader{offering.link(), std::move(*opened)});
            *out = reinterpret_cast<consort_pcm_reader*>(reader.release());
            return {};
        });
    };
    table.read = [](consort_pcm_reader* raw, std::uint64_t position, std::uint64_t frames,
                    void* buffer, std::uint64_t* got) noexcept {
        auto& self = *reinterpret_cast<Reader*>(raw);
        *got = 0;
        return self.link.guard([&]() -> Result<void> {
            const Result<std::uint64_t> read = self.reader->read(position, frames, buffer);
            if (!read) return read.error();
            *got = *read;
            return {};
        });
    };
    table.close = [](consort_pcm_reader* raw) noexcept {
        std::unique_ptr<Reader>(reinterpret_cast<Reader*>(raw)).reset();
    };
    return table;
}

}  // namespace v1
}  // namespace consort
