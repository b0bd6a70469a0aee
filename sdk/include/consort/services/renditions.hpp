// Renditions that the host encodes on demand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "consort/abi/rendition.h"
#include "consort/host_link.hpp"
#include "consort/media.hpp"
#include "consort/slice.hpp"

namespace consort {
inline namespace v1 {

using RenditionInfo = consort_rendition_info;
using MediaRange = consort_media_range;

// The coded samples of a segment. Immutable; holds a reference, so copies are cheap. Any thread.
class Coded {
  public:
    // Takes a reference of its own.
    Coded(const consort_renditions_api* api, consort_coded* raw) noexcept : api_(api), raw_(raw) {
        api_->ref(raw_);
    }
    Coded(const Coded& other) noexcept : api_(other.api_), raw_(other.raw_) {
        if (raw_) api_->ref(raw_);
    }
    Coded(Coded&& other) noexcept : api_(other.api_), raw_(std::exchange(other.raw_, nullptr)) {}
    Coded& operator=(Coded other) noexcept {
        std::swap(api_, other.api_);
        std::swap(raw_, other.raw_);
        return *this;
    }
    ~Coded() {
        if (raw_) api_->unref(raw_);
    }

    // In decode order; offsets count from the start of the payload. Live as long as a reference.
    std::span<const Sample> samples() const noexcept {
        std::size_t count = 0;
        const Sample* first = api_->samples(raw_, &count);
        return {first, count};
    }
    // The bytes of all samples, without gaps. Live as long as a reference.
    std::span<const std::byte> payload() const noexcept {
        std::uint64_t size = 0;
        const void* bytes = api_->payload(raw_, &size);
        return {static_cast<const std::byte*>(bytes), static_cast<std::size_t>(size)};
    }
    // Bytes of the payload; holds a reference of its own.
    Result<Slice> slice(std::uint64_t offset, std::uint64_t length) const {
        consort_slice raw{};
        const consort_status status = api_->slice(raw_, offset, length, &raw);
        if (status < 0) return error_of(status, "cannot take a piece of the coded samples");
        return Slice(raw);
    }

  private:
    const consort_renditions_api* api_;
    consort_coded* raw_;
};

// One rendition of a media object; a plain handle that lives as long as the media. Any thread.
class Rendition {
  public:
    Rendition(const consort_renditions_api* api, consort_rendition* raw) noexcept
        : api_(api), raw_(raw) {}

    // Bit rates may get better while ranges are made; the rest stays. Texts live as long as the
    // media.
    RenditionInfo info() const noexcept {
        RenditionInfo info{};
        info.struct_size = sizeof info;
        static_cast<void>(api_->info(raw_, &info));
        return info;
    }
    std::string_view name() const noexcept { return view(info().name); }
    std::string_view revision() const noexcept { return view(info().revision); }
    bool listed() const noexcept { return (info().flags & CONSORT_RENDITION_LISTED) != 0; }
    bool above_source() const noexcept { return (info().flags & CONSORT_RENDITION_ABOVE) != 0; }

    // The coded track, as if it had been indexed; sample_count is 0 where it is not known.
    Result<Track> track() const {
        Track track{};
        track.struct_size = sizeof track;
        const consort_status status = api_->track(raw_, &track);
        if (status < 0) return error_of(status, "cannot describe the rendition");
        return track;
    }
    std::uint32_t segment_count() const noexcept { return info().segment_count; }
    // What lies in segment `number`, in the coded track's timescale and media time.
    Result<MediaRange> segment(std::uint32_t number) const {
        MediaRange range{};
        const consort_status status = api_->segment(raw_, number, &range);
        if (status < 0) return error_of(status, "the rendition has no such segment");
        return range;
    }

    // Where the segments begin, and the end of the last; lives as long as the media.
    std::span<const std::int64_t> boundaries() const noexcept {
        std::size_t count = 0;
        const std::int64_t* first = api_->boundaries(raw_, &count);
        return {first, count};
    }

    consort_rendition* raw() const noexcept { return raw_; }

  private:
    const consort_renditions_api* api_;
    consort_rendition* raw_;
};

// The renditions of a media object, in the order of the configuration. Borrowed for the call that
// gets it; the Rendition objects in it may be kept as long as the media is.
class RenditionList {
  public:
    RenditionList(const consort_renditions_api* api, consort_rendition* const* first,
                  std::size_t count) noexcept
        : api_(api), first_(first), count_(count) {}

    class Iterator {
      public:
        using value_type = Rendition;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;
        using reference = Rendition;
        using pointer = void;
        Iterator() noexcept = default;
        Iterator(const consort_renditions_api* api, consort_rendition* const* at) noexcept
            : api_(api), at_(at) {}
        Rendition operator*() const noexcept { return {api_, *at_}; }
        Iterator& operator++() noexcept {
            ++at_;
            return *this;
        }
        Iterator operator++(int) noexcept { return {api_, at_++}; }
        bool operator==(const Iterator& other) const noexcept { return at_ == other.at_; }

      private:
        const consort_renditions_api* api_ = nullptr;
        consort_rendition* const* at_ = nullptr;
    };
    Iterator begin() const noexcept { return {api_, first_}; }
    Iterator end() const noexcept { return {api_, first_ + count_}; }
    std::size_t size() const noexcept { return count_; }
    bool empty() const noexcept { return count_ == 0; }
    Rendition operator[](std::size_t index) const noexcept { return {api_, first_[index]}; }
    // By the name that stands in URLs; NOT_FOUND.
    Result<Rendition> find(std::string_view name) const {
        for (const Rendition rendition : *this)
            if (rendition.name() == name) return rendition;
        return Error{CONSORT_E_NOT_FOUND, "the item has no rendition of that name"};
    }

  private:
    const consort_renditions_api* api_;
    consort_rendition* const* first_;
    std::size_t count_;
};

// A claim on a segment that was asked for. Dropping it changes nothing: the segment is made and
// `ready` runs. Move-only; any thread, one at a time.
class SegmentTicket {
  public:
    SegmentTicket() noexcept = default;
    SegmentTicket(const consort_renditions_api* api, consort_ticket* raw) noexcept
        : api_(api), raw_(raw) {}
    SegmentTicket(SegmentTicket&& other) noexcept
        : api_(other.api_), raw_(std::exchange(other.raw_, nullptr)) {}
    SegmentTicket& operator=(SegmentTicket&& other) noexcept {
        if (this != &other) {
            leave();
            api_ = other.api_;
            raw_ = std::exchange(other.raw_, nullptr);
        }
        return *this;
    }
    ~SegmentTicket() { leave(); }

    // The client left. `ready` runs with a CANCELED error within the call, unless it has run or is
    // running on another thread.
    void cancel() noexcept {
        if (consort_ticket* raw = std::exchange(raw_, nullptr)) api_->cancel(raw);
    }
    explicit operator bool() const noexcept { return raw_ != nullptr; }

  private:
    void leave() noexcept {
        if (consort_ticket* raw = std::exchange(raw_, nullptr)) api_->leave(raw);
    }
    const consort_renditions_api* api_ = nullptr;
    consort_ticket* raw_ = nullptr;
};

// Any thread.
class Renditions {
  public:
    explicit Renditions(const HostLink& link)
        : api_(link.require<consort_renditions_api>(CONSORT_SERVICE_RENDITIONS)), link_(link) {}

    // `ready` is void(Result<RenditionList>) and runs exactly once: within the call if the
    // renditions are known, else on a worker. It must not block; what it throws goes to the log.
    template <class Ready>
    void list(const MediaView& media, Ready ready) const {
        auto call = std::make_unique<Call<Ready>>(Call<Ready>{std::move(ready), api_, link_});
        api_->list(
            link_.host, media.raw(),
            [](void* arg, consort_status status, consort_rendition* const* first,
               std::size_t count) noexcept {
                const std::unique_ptr<Call<Ready>> self(static_cast<Call<Ready>*>(arg));
                if (status >= 0)
                    self->tell(Result<RenditionList>(RenditionList(self->api, first, count)));
                else
                    self->tell(Result<RenditionList>(
                        failed(status, "cannot find the renditions of the item")));
            },
            call.release());
    }

    // The configured length of segments, also for packagers of the source's own samples.
    std::uint32_t segment_seconds() const noexcept { return api_->segment_seconds(link_.host); }

    // Gets the samples of segment `number`. `ready` is void(Result<Coded>) and runs exactly once in
    // every case: within the call if they are in memory or the queue is full (BUSY; the ticket is
    // empty), else on a worker, or within SegmentTicket::cancel. It must not block; what it throws
    // goes to the log. The host keeps `media` until then.
    template <class Ready>
    SegmentTicket fetch(const MediaView& media, const Rendition& rendition, std::uint32_t number,
                        Ready ready) const {
        auto call = std::make_unique<Call<Ready>>(Call<Ready>{std::move(ready), api_, link_});
        Call<Ready>* const raw_call = call.release();
        consort_ticket* ticket = nullptr;
        const consort_status status = api_->fetch(
            link_.host, media.raw(), rendition.raw(), number,
            [](void* arg, consort_status fetched, consort_coded* raw) noexcept {
                const std::unique_ptr<Call<Ready>> self(static_cast<Call<Ready>*>(arg));
                if (fetched >= 0 && raw)
                    self->tell(Result<Coded>(Coded(self->api, raw)));
                else
                    self->tell(Result<Coded>(failed(fetched, "cannot make the segment")));
            },
            raw_call, &ticket);
        if (status < 0) {  // `ready` does not run
            const std::unique_ptr<Call<Ready>> owned(raw_call);
            owned->tell(Result<Coded>(failed(status, "cannot make the segment")));
            return {};
        }
        return {api_, ticket};
    }

  private:
    template <class Ready>
    struct Call {
        Ready ready;
        const consort_renditions_api* api;
        HostLink link;

        template <class T>
        void tell(Result<T> result) noexcept {
            const Result<void> done = contained([&]() -> Result<void> {
                ready(std::move(result));
                return {};
            });
            if (!done) link.report(done.error().text);
        }
    };
    static Error failed(consort_status status, std::string_view what) noexcept {
        try {
            return error_of(status, what);
        } catch (...) {
            return {CONSORT_E_NO_MEMORY, {}};
        }
    }

    const consort_renditions_api* api_;
    HostLink link_;
};

}  // namespace v1
}  // namespace consort
