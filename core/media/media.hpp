// An opened source with its index: what stands behind the ABI's opaque consort_media.
#pragma once

#include <atomic>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "consort/abi/media.h"
#include "consort/result.hpp"

#include "core/media/index_file.hpp"
#include "core/media/media_service.hpp"
#include "core/media/storage.hpp"

// Immutable but for its attachments, reference counted, made with one reference. All functions are
// for any thread except read(), which blocks.
struct consort_media {
  public:
    consort_media(std::string item_id, consort::media::ItemSource item,
                  std::shared_ptr<consort::media::Source> source,
                  std::shared_ptr<const consort::media::IndexFile> index);
    consort_media(const consort_media&) = delete;
    consort_media& operator=(const consort_media&) = delete;

    void ref() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
    void unref() noexcept {
        if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
    }

    std::string_view item_id() const noexcept { return item_id_; }
    const consort::media::ItemSource& item() const noexcept { return item_; }
    const consort_stat& stat() const noexcept { return source_->stat(); }
    const consort::media::IndexFile& index() const noexcept { return *index_; }

    consort_status source_slice(std::uint64_t offset, std::uint64_t length,
                                consort_slice& out) noexcept;
    consort_status inline_slice(std::uint64_t offset, std::uint64_t length,
                                consort_slice& out) noexcept;
    // Exactly `size` bytes of the source; CORRUPT if it ends before, IO if it is a file that was
    // changed since it was opened. Sets the reason.
    consort::Result<void> read(std::uint64_t offset, std::uint64_t size, void* buffer) noexcept;
    // INVALID outside the inline area.
    consort_status read_inline(std::uint64_t offset, std::uint64_t size, void* buffer) noexcept;

    using Make = void* (*)(void* arg, consort_media*);
    using Drop = void (*)(void* made);
    void* attachment(const void* key, Make make, Drop drop, void* arg);

  private:
    struct Attachment {
        const void* key;
        void* made;  // null: being made
        Drop drop;
    };
    ~consort_media();

    std::atomic<std::uint64_t> references_{1};
    const std::string item_id_;
    const consort::media::ItemSource item_;
    const std::shared_ptr<consort::media::Source> source_;
    const std::shared_ptr<const consort::media::IndexFile> index_;
    std::mutex mutex_;
    std::condition_variable made_;
    std::vector<Attachment> attachments_;
};

inline void intrusive_ptr_add_ref(consort_media* media) noexcept { media->ref(); }
inline void intrusive_ptr_release(consort_media* media) noexcept { media->unref(); }

namespace consort::media {
using MediaPtr = boost::intrusive_ptr<consort_media>;
}
