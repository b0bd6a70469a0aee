// Makes segments of renditions, once for all who ask, and keeps them. The host side of
// consort.host.renditions/1.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>

#include "consort/abi/rendition.h"
#include "consort/result.hpp"

#include "core/base/executor.hpp"
#include "core/config/settings.hpp"
#include "core/media/coded.hpp"
#include "core/media/media.hpp"
#include "core/observe/metrics.hpp"

namespace consort::host {
class ComponentRegistry;
}

namespace consort::media {

class SegmentDesk;

// Metrics, besides those of its parts: consort_rendition_segments_total{rendition},
// consort_rendition_encode_seconds, consort_rendition_errors_total{rendition},
// consort_rendition_hits_total{tier}, consort_rendition_misses_total,
// consort_rendition_canceled_total, consort_rendition_ahead_made_total.
class RenditionService {
  public:
    struct Options {
        config::RenditionsSettings renditions;
        std::uint64_t memory_bytes = 64ull << 20;
        std::uint64_t pcm_bytes = 64ull << 20;
        std::uint64_t disk_bytes = 0;     // 0: no disk tier
        std::filesystem::path directory;  // of the disk tier
        std::chrono::milliseconds remember_failure{5'000};
    };
    // `workers` reads from disk and describes media; encoding runs on threads of its own.
    RenditionService(Options options, const host::ComponentRegistry& registry,
                     base::Executor& workers, observe::Metrics& metrics);
    ~RenditionService();

    // Prepares the encoders on a worker, so that the first listener need not wait for them.
    void warm_up();

    // Runs `ready` exactly once: at once if the renditions are known, else on a worker. They live
    // as long as the media.
    using Listed = std::function<void(const Error*, std::span<consort_rendition* const>)>;
    void list(consort_media* media, Listed ready);

    // As consort_renditions_api::fetch says. INVALID: no such segment; BUSY: the queue is full; in
    // both cases `ready` does not run. The ticket is for cancel() or leave().
    using Fetched = std::function<void(const Error*, consort_coded*)>;
    Result<consort_ticket*> fetch(consort_media* media, consort_rendition* rendition,
                                  std::uint32_t number, Fetched ready);
    static void cancel(consort_ticket* ticket);
    static void leave(consort_ticket* ticket);

    std::uint32_t segment_seconds() const noexcept;
    // Ends all work soon: what runs is canceled, those who wait are told. Idempotent.
    void stop();
    // Waits until what was made is on disk; false: not within `limit`.
    bool settle(std::chrono::milliseconds limit);

    // The functions of the table that need no host.
    static consort_renditions_api api() noexcept;

  private:
    std::shared_ptr<SegmentDesk> desk_;
};

}  // namespace consort::media
