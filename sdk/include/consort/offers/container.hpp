// consort.container/1 made of a class.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "consort/abi/container.h"
#include "consort/offers/offering.hpp"

namespace consort {
inline namespace v1 {

// The bytes of one source.
class Input {
  public:
    explicit Input(const consort_input& raw) noexcept : raw_(raw) {}
    std::uint64_t size() const noexcept { return raw_.size; }
    std::string_view name() const noexcept { return view(raw_.name); }
    // How much was read: less than `size` only at the end.
    Result<std::uint64_t> read(std::uint64_t offset, void* buffer, std::uint64_t size) const {
        std::uint64_t got = 0;
        const consort_status status = raw_.read(raw_.self, offset, buffer, size, &got);
        if (status < 0) return error_of(status, "cannot read the source");
        return got;
    }
    // Nobody wants the result any more: return a CANCELED error soon.
    bool canceled() const noexcept { return raw_.canceled(raw_.self) != 0; }

  private:
    consort_input raw_;
};

// Takes what `probe` finds; texts are copied. The ABI header says what goes where.
class ProbeSink {
  public:
    explicit ProbeSink(const consort_probe_sink& raw) noexcept : raw_(raw) {}
    void container(std::string_view name, std::string_view content_type,
                   std::int64_t duration_ns) const noexcept {
        raw_.container(raw_.self, str(name), str(content_type), duration_ns);
    }
    void track(const consort_track& track) const noexcept { raw_.track(raw_.self, &track); }
    void tag(std::string_view name, std::string_view value) const noexcept {
        raw_.tag(raw_.self, str(name), str(value));
    }
    void has_cover() const noexcept { raw_.has_cover(raw_.self); }

  private:
    consort_probe_sink raw_;
};

// Takes the media index. An Error means: stop and return it.
class IndexSink {
  public:
    explicit IndexSink(const consort_index_sink& raw) noexcept : raw_(raw) {}
    Result<void> track(const consort_track& track) const {
        return check(raw_.track(raw_.self, &track), "cannot add a track");
    }
    Result<void> samples(std::uint32_t track, std::span<const consort_sample> samples) const {
        return check(raw_.samples(raw_.self, track, samples.data(), samples.size()),
                     "cannot add samples");
    }
    Result<void> edit(std::uint32_t track, std::int64_t start, std::uint64_t duration) const {
        return check(raw_.edit(raw_.self, track, start, duration), "cannot set an edit");
    }
    // The offset for the sample.
    Result<std::uint64_t> inline_bytes(const void* data, std::uint64_t size) const {
        std::uint64_t offset = 0;
        const consort_status status = raw_.inline_bytes(raw_.self, data, size, &offset);
        if (status < 0) return error_of(status, "cannot store a sample's bytes");
        return offset;
    }

  private:
    consort_index_sink raw_;
};

// Takes the picture; the bytes are borrowed.
class CoverReady {
  public:
    CoverReady(consort_cover_ready ready, void* arg) noexcept : ready_(ready), arg_(arg) {}
    Result<void> operator()(std::string_view content_type, std::span<const std::byte> data) const {
        return check(ready_(arg_, str(content_type), data.data(), data.size()),
                     "nobody took the cover");
    }

  private:
    consort_cover_ready ready_;
    void* arg_;
};

// A class that understands media files, on worker threads, several files at once:
//
//   const char* const* extensions() const;   NULL-terminated, lower case; lives as long as the
//   object Result<void> probe(Input& input, const ProbeSink& sink); Result<void> cover(Input&
//   input, const CoverReady& ready); Result<void> index(Input& input, const IndexSink& sink);
template <class T>
consort_container container_table(const T& object) {
    using Self = Offering<T>;
    auto table = sized_table<consort_container>();
    table.extensions = object.extensions();
    table.probe = [](void* self, consort_input raw, consort_probe_sink sink) noexcept {
        const Self& offering = Self::of(self);
        return offering.guard([&]() -> Result<void> {
            Input input(raw);
            ProbeSink found(sink);
            return offering.object().probe(input, found);
        });
    };
    table.cover = [](void* self, consort_input raw, consort_cover_ready ready, void* arg) noexcept {
        const Self& offering = Self::of(self);
        return offering.guard([&]() -> Result<void> {
            Input input(raw);
            return offering.object().cover(input, CoverReady(ready, arg));
        });
    };
    table.index = [](void* self, consort_input raw, consort_index_sink sink) noexcept {
        const Self& offering = Self::of(self);
        return offering.guard([&]() -> Result<void> {
            Input input(raw);
            IndexSink built(sink);
            return offering.object().index(input, built);
        });
    };
    return table;
}

}  // namespace v1
}  // namespace consort
