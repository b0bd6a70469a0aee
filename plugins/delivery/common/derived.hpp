// What a plugin derives from a media object by reading its whole index: made once, away from the
// I/O threads, and kept with the media.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

#include "consort/exchange.hpp"
#include "consort/media.hpp"
#include "consort/services/executor.hpp"

namespace consort::delivery {

template <class T>
class Derived {
  public:
    // Calls `use(exchange, media, const T&)`, which returns a Result<void>: at once if the thing is
    // there, else on a worker after `make(media)`, which returns a Result<std::unique_ptr<T>>.
    // `key` names the thing, one address for each T: two instances of a plugin derive different
    // things, so it is an address within the instance. `make` and `use` are copied.
    template <class Make, class Use>
    static Result<void> with(const ExchangeView& exchange, const MediaView& media,
                             const Executor& executor, const void* key, Make make, Use use) {
        auto slot = slot_of(media, key);
        if (!slot) return std::move(slot).error();
        if (const T* made = (*slot)->ready_.load(std::memory_order_acquire)) {
            return use(exchange, media, *made);
        }
        return executor.compute_soon([slot = *slot, exchange = exchange.keep(),
                                      media = media.keep(), make = std::move(make),
                                      use = std::move(use)] {
            const Result<void> done = contained([&]() -> Result<void> {
                auto made = slot->get(media, make);
                if (!made) return std::move(made).error();
                return use(exchange, media, **made);
            });
            if (!done) exchange.fail(done.error());
        });
    }

    // The thing, made on this thread if need be.
    template <class Make>
    static Result<const T*> now(const MediaView& media, const void* key, Make make) {
        auto slot = slot_of(media, key);
        if (!slot) return std::move(slot).error();
        return (*slot)->get(media, make);
    }

  private:
    static Result<Derived*> slot_of(const MediaView& media, const void* key) {
        return media.attachment<Derived>(
            [](const MediaView&) -> Result<std::unique_ptr<Derived>> {
                return std::make_unique<Derived>();
            },
            key);
    }

    template <class Make>
    Result<const T*> get(const MediaView& media, const Make& make) {
        const std::lock_guard lock(making_);
        if (!made_) {
            auto made = make(media);
            if (!made) return std::move(made).error();
            made_ = std::move(*made);
            ready_.store(made_.get(), std::memory_order_release);
        }
        return static_cast<const T*>(made_.get());
    }

    std::mutex making_;
    std::unique_ptr<T> made_;
    std::atomic<const T*> ready_ = nullptr;
};

}  // namespace consort::delivery
