// An opened source and its index of samples.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "consort/abi/media.h"
#include "consort/failure.hpp"
#include "consort/slice.hpp"

namespace consort {
inline namespace v1 {

using Sample = consort_sample;
using Track = consort_track;

class Media;

// Borrowed: lives as long as the call that received it; keep() makes it last. Immutable, so every
// call is for any thread; those that read the source block and are for workers.
class MediaView {
  public:
    MediaView(const consort_media_api* api, consort_media* raw) noexcept : api_(api), raw_(raw) {}

    // Lower-case hex; names the content. For entity tags and cache keys.
    std::string_view identity() const noexcept { return view(api_->identity(raw_)); }
    std::string_view item_id() const noexcept { return view(api_->item_id(raw_)); }
    std::string_view container() const noexcept { return view(api_->container(raw_)); }
    std::string_view content_type() const noexcept { return view(api_->content_type(raw_)); }
    std::uint64_t source_size() const noexcept { return api_->source_size(raw_); }
    std::int64_t source_modified() const noexcept { return api_->source_modified(raw_); }

    std::uint32_t track_count() const noexcept { return api_->track_count(raw_); }
    // Texts in it live as long as the media.
    Result<Track> track(std::uint32_t index) const {
        Track track{};
        track.struct_size = sizeof track;
        const consort_status status = api_->track(raw_, index, &track);
        if (status < 0) return error_of(status, "the media has no such track");
        return track;
    }
    // Writes samples `first` … `first + count - 1` to `out`, which has room for them.
    Result<void> samples(std::uint32_t track, std::uint64_t first, std::uint64_t count,
                         std::span<Sample> out) const {
        if (out.size() < count) return Error{CONSORT_E_INVALID, "no room for the samples"};
        return check(api_->samples(raw_, track, first, count, out.data()), "no such samples");
    }
    // The last sample that is decoded at or before `time` (track timescale), else 0.
    std::uint64_t sample_at(std::uint32_t track, std::int64_t time) const noexcept {
        return api_->sample_at(raw_, track, time);
    }
    // Bytes of all samples before `sample`, which may be the track's sample_count. The size of a
    // run of samples is a difference of two, found without asking for the samples.
    Result<std::uint64_t> bytes_before(std::uint32_t track, std::uint64_t sample) const {
        std::uint64_t bytes = 0;
        const consort_status status = api_->bytes_before(raw_, track, sample, &bytes);
        if (status < 0) return error_of(status, "no such samples");
        return bytes;
    }

    // Bytes of the source, or of the index's inline area. They keep the media alive.
    Result<Slice> source_slice(std::uint64_t offset, std::uint64_t length) const {
        return slice(api_->source_slice, offset, length);
    }
    Result<Slice> inline_slice(std::uint64_t offset, std::uint64_t length) const {
        return slice(api_->inline_slice, offset, length);
    }
    // Both read exactly what is asked for. For workers.
    Result<void> read_sample(const Sample& sample, void* buffer) const {
        return check(api_->read_sample(raw_, &sample, buffer), "cannot read a sample");
    }
    Result<void> read_source(std::uint64_t offset, std::uint64_t size, void* buffer) const {
        return check(api_->read_source(raw_, offset, size, buffer), "cannot read the source");
    }

    // What a plugin derives once from a media object and keeps with it. The first call runs `make`,
    // which returns a std::unique_ptr<T> or a Result of one; later calls get the same object, which
    // lives as long as the media. One T for a media and `key`; give a key of your own (an address
    // that outlives the media's use) where two instances of a plugin derive different things.
    template <class T, class Make>
    Result<T*> attachment(Make&& make, const void* key = &attachment_key<T>) const {
        struct Call {
            Make& make;
            const consort_media_api* api;
            Error error;
        } call{make, api_, {CONSORT_E_INTERNAL, "nothing was made"}};
        void* made = api_->attachment(
            raw_, key,
            [](void* arg, consort_media* raw) noexcept -> void* {
                auto& self = *static_cast<Call*>(arg);
                Result<std::unique_ptr<T>> result = contained([&]() -> Result<std::unique_ptr<T>> {
                    return self.make(MediaView(self.api, raw));
                });
                if (result) return result->release();
                self.error = std::move(result).error();
                return nullptr;
            },
            [](void* kept) noexcept { std::unique_ptr<T>(static_cast<T*>(kept)).reset(); }, &call);
        if (!made) return std::move(call.error);
        return static_cast<T*>(made);
    }

    Media keep() const noexcept;
    consort_media* raw() const noexcept { return raw_; }
    const consort_media_api* api() const noexcept { return api_; }

  protected:
    template <class T>
    static inline const char attachment_key = 0;

    template <class Function>
    Result<Slice> slice(Function* make, std::uint64_t offset, std::uint64_t length) const {
        consort_slice raw{};
        const consort_status status = make(raw_, offset, length, &raw);
        if (status < 0) return error_of(status, "cannot take a piece of the source");
        return Slice(raw);
    }

    const consort_media_api* api_;
    consort_media* raw_;
};

// Holds a reference.
class Media : public MediaView {
  public:
    explicit Media(const MediaView& borrowed) noexcept : MediaView(borrowed) { api_->ref(raw_); }
    Media(const Media& other) noexcept : MediaView(other) {
        if (raw_) api_->ref(raw_);
    }
    Media(Media&& other) noexcept : MediaView(other.api_, std::exchange(other.raw_, nullptr)) {}
    Media& operator=(Media other) noexcept {
        std::swap(api_, other.api_);
        std::swap(raw_, other.raw_);
        return *this;
    }
    ~Media() {
        if (raw_) api_->unref(raw_);
    }
};

inline Media MediaView::keep() const noexcept { return Media(*this); }

}  // namespace v1
}  // namespace consort
