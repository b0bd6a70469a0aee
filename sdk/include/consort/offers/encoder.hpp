// consort.encoder/1 made of a class.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "consort/abi/codec.h"
#include "consort/media.hpp"
#include "consort/offers/decoder.hpp"
#include "consort/offers/offering.hpp"

namespace consort {
inline namespace v1 {

// What is coded. Borrowed for the call of `prepare`; copy what you keep.
struct EncodeSource {
    std::uint32_t kind = 0;                      // CONSORT_TRACK_AUDIO or _VIDEO
    Pcm pcm{};                                   // audio
    MediaView media{nullptr, nullptr};           // video: outlives the encoding
    std::uint32_t track = 0;                     // video
    std::span<const std::int64_t> boundaries{};  // video: see the ABI header
};

// What is wanted; 0: as the source has it, or the encoder's choice. Borrowed like the source.
struct EncodeSettings {
    std::uint32_t bit_rate = 0, sample_rate = 0, channels = 0, bits_per_sample = 0, height = 0;
    std::span<const consort_encode_option> options{};

    std::optional<std::string_view> option(std::string_view name) const noexcept {
        for (const consort_encode_option& each : options)
            if (view(each.name) == name) return view(each.value);
        return std::nullopt;
    }
};

// The sound to encode.
class PcmInput {
  public:
    explicit PcmInput(const consort_pcm_input& raw) noexcept : raw_(raw) {}
    // How many frames were read from `position` on: fewer than asked for only at the end.
    Result<std::uint64_t> read(std::uint64_t position, std::uint64_t frames, void* buffer) const {
        std::uint64_t got = 0;
        const consort_status status = raw_.read(raw_.self, position, frames, buffer, &got);
        if (status < 0) return error_of(status, "cannot read the sound");
        return got;
    }
    // Nobody wants the result any more: return a CANCELED error soon. For video too.
    bool canceled() const noexcept { return raw_.canceled && raw_.canceled(raw_.self) != 0; }

  private:
    consort_pcm_input raw_;
};

// Takes what is encoded, in decode order; the bytes are copied. An Error means: stop and return it.
class EncodeSink {
  public:
    explicit EncodeSink(const consort_encode_sink& raw) noexcept : raw_(raw) {}
    Result<void> sample(const Sample& sample, const void* data) const {
        return check(raw_.sample(raw_.self, &sample, data), "nobody took the coded sample");
    }

  private:
    consort_encode_sink raw_;
};

// The part of a table that the caller filled; the rest is 0.
template <class Table>
Table known_part(const Table* table) noexcept {
    Table value{};
    std::memcpy(&value, table, std::min<std::size_t>(table->struct_size, sizeof value));
    return value;
}
// Fills the part of `out` that the caller knows.
template <class Table>
void fill_known(Table* out, Table value) noexcept {
    value.struct_size = std::min<std::uint32_t>(out->struct_size, sizeof value);
    std::memcpy(out, &value, value.struct_size);
}

// A class that codes sound or pictures, on worker threads, several sources at once:
//
//   Result<std::unique_ptr<Encoding>> prepare(const EncodeSource& source,
//                                             const EncodeSettings& settings);
//
// and its Encoding, which may be asked and may encode on several threads at once; its texts live as
// long as it does, and struct_size is filled in for it:
//
//   consort_encoding_info info() const;
//   Track track() const;
//   Result<void> encode(std::int64_t start, std::int64_t end, const PcmInput& pcm,
//                       const EncodeSink& sink) const;      (const or not)
template <class T>
consort_encoder encoder_table(const T&) {
    using Self = Offering<T>;
    using Prepared = std::remove_cvref_t<decltype(*std::declval<T&>().prepare(
        std::declval<const EncodeSource&>(), std::declval<const EncodeSettings&>()))>;
    struct Encoding {
        HostLink link;
        Prepared encoding;
        static Encoding& of(const consort_encoding* raw) noexcept {
            return *reinterpret_cast<Encoding*>(const_cast<consort_encoding*>(raw));
        }
    };
    auto table = sized_table<consort_encoder>();
    table.prepare = [](void* self, const consort_encode_source* raw_source,
                       const consort_encode_settings* raw_settings,
                       consort_encoding** out) noexcept {
        const Self& offering = Self::of(self);
        return offering.guard([&]() -> Result<void> {
            const auto from = known_part(raw_source);
            const auto how = known_part(raw_settings);
            EncodeSource source;
            source.kind = from.kind;
            if (from.pcm) source.pcm = *from.pcm;
            source.media = MediaView(offering.link().media, from.media);
            source.track = from.track;
            source.boundaries = std::span(from.boundaries, from.boundary_count);
            const EncodeSettings settings{how.bit_rate, how.sample_rate,
                                          how.channels, how.bits_per_sample,
                                          how.height,   std::span(how.options, how.option_count)};
            Result<Prepared> prepared = offering.object().prepare(source, settings);
            if (!prepared) return std::move(prepared).error();
            auto made = std::make_unique<Encoding>(Encoding{offering.link(), std::move(*prepared)});
            *out = reinterpret_cast<consort_encoding*>(made.release());
            return {};
        });
    };
    table.release = [](consort_encoding* raw) noexcept {
        std::unique_ptr<Encoding>(&Encoding::of(raw)).reset();
    };
    table.info = [](const consort_encoding* raw, consort_encoding_info* out) noexcept {
        Encoding& self = Encoding::of(raw);
        return self.link.guard([&]() -> Result<void> {
            fill_known(out, consort_encoding_info(self.encoding->info()));
            return {};
        });
    };
    table.track = [](const consort_encoding* raw, consort_track* out) noexcept {
        Encoding& self = Encoding::of(raw);
        return self.link.guard([&]() -> Result<void> {
            fill_known(out, Track(self.encoding->track()));
            return {};
        });
    };
    table.encode = [](consort_encoding* raw, std::int64_t start, std::int64_t end,
                      consort_pcm_input pcm, consort_encode_sink sink) noexcept {
        Encoding& self = Encoding::of(raw);
        return self.link.guard([&]() -> Result<void> {
            return self.encoding->encode(start, end, PcmInput(pcm), EncodeSink(sink));
        });
    };
    return table;
}

}  // namespace v1
}  // namespace consort
