// The segment cache: bounded in bytes, one producer for many waiters.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "consort/abi/slice.h"
#include "consort/result.hpp"

#include "core/base/executor.hpp"
#include "core/observe/metrics.hpp"

namespace consort::media {

// Metrics: consort_segment_cache_hits_total, _misses_total, _bytes, _entries, _evictions_total.
// Buffers come from a pool, so that a miss costs no page faults once the cache is warm.
class SegmentCache {
  public:
    SegmentCache(std::uint64_t max_bytes, base::Executor& workers, observe::Metrics& metrics);
    ~SegmentCache();

    // Room for an entry while it is made.
    class Fill {
      public:
        virtual ~Fill() = default;
        virtual void* allocate(std::uint64_t size) noexcept = 0;  // once; null: no memory
    };
    using Produce = std::function<Result<void>(Fill&)>;
    // The slice is a MEMORY slice that the receiver must release.
    using Ready = std::function<void(const Error*, const consort_slice*)>;

    // As consort_cache_api::fetch says. False: the queue is full and `ready` will not run.
    [[nodiscard]] bool fetch(std::string_view key, Produce produce, Ready ready);

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace consort::media
