// The host's segment cache.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "consort/abi/cache.h"
#include "consort/host_link.hpp"
#include "consort/slice.hpp"

namespace consort {
inline namespace v1 {

// An entry while it is made.
class CacheFill {
  public:
    CacheFill(const consort_cache_api* api, consort_cache_fill* raw) noexcept
        : api_(api), raw_(raw) {}
    // Room for the whole entry, not zeroed. Once.
    Result<std::span<std::byte>> allocate(std::uint64_t size) const {
        void* room = api_->allocate(raw_, size);
        if (!room) return Error{CONSORT_E_NO_MEMORY, "no room for a cache entry"};
        return std::span(static_cast<std::byte*>(room), size);
    }

  private:
    const consort_cache_api* api_;
    consort_cache_fill* raw_;
};

// Any thread. Keys name content (begin with the media's identity), never a place.
class Cache {
  public:
    explicit Cache(const HostLink& link)
        : api_(link.require<consort_cache_api>(CONSORT_SERVICE_CACHE)), link_(link) {}

    // Finds `key` or makes it.
    //   produce  Result<void>(CacheFill&), on a worker, at most once at a time for a key, whoever
    //            asks; it does not run where the entry is there or somebody else makes it
    //   ready    void(Result<Slice>), exactly once in every case: within the call on a hit or when
    //            the queue is full (BUSY), else on a worker. It must not block; what it throws goes
    //            to the log.
    template <class Produce, class Ready>
    void fetch(std::string_view key, Produce produce, Ready ready) const {
        struct Call {
            Produce produce;
            Ready ready;
            const consort_cache_api* api;
            HostLink link;
            bool told;

            void tell(Result<Slice> entry) noexcept {
                told = true;
                const Result<void> done = contained([&]() -> Result<void> {
                    ready(std::move(entry));
                    return {};
                });
                if (!done) link.report(done.error().text);
            }
        };
        auto call =
            std::make_unique<Call>(Call{std::move(produce), std::move(ready), api_, link_, false});
        api_->fetch(
            link_.host, str(key),
            [](void* arg, consort_cache_fill* raw) noexcept {
                auto& self = *static_cast<Call*>(arg);
                return self.link.guard([&]() -> Result<void> {
                    CacheFill fill(self.api, raw);
                    return self.produce(fill);
                });
            },
            [](void* arg, consort_status status, const consort_slice* slice) noexcept {
                auto& self = *static_cast<Call*>(arg);
                if (status >= 0 && slice)
                    self.tell(Slice(*slice));
                else
                    self.tell(failed(status));
            },
            [](void* arg) noexcept {
                const std::unique_ptr<Call> owned(static_cast<Call*>(arg));
                if (!owned->told) owned->tell(failed(CONSORT_E_BUSY));
            },
            call.release());
    }

  private:
    static Error failed(consort_status status) noexcept {
        try {
            return error_of(status, "cannot make the answer");
        } catch (...) {
            return {CONSORT_E_NO_MEMORY, {}};
        }
    }

    const consort_cache_api* api_;
    HostLink link_;
};

}  // namespace v1
}  // namespace consort
