// Work away from the I/O threads.
#pragma once

#include <memory>
#include <utility>

#include "consort/abi/services.h"
#include "consort/host_link.hpp"

namespace consort {
inline namespace v1 {

// Any thread. `work` runs once on a worker, or is destroyed without having run when the host stops.
// BUSY: the queue is full, and `work` is destroyed. What `work` throws goes to the log.
class Executor {
  public:
    explicit Executor(const HostLink& link)
        : api_(link.require<consort_executor_api>(CONSORT_SERVICE_EXECUTOR)), link_(link) {}

    // Disk, network, database.
    template <class Work>
    Result<void> blocking(Work work) const {
        return post(CONSORT_POOL_BLOCKING, std::move(work));
    }
    // Processor-bound work.
    template <class Work>
    Result<void> compute(Work work) const {
        return post(CONSORT_POOL_COMPUTE, std::move(work));
    }
    // Short processor-bound work: at once if this is a worker, else queued.
    template <class Work>
    Result<void> compute_soon(Work work) const {
        if (api_->on_worker(link_.host) == 0) return compute(std::move(work));
        const Result<void> done = contained([&]() -> Result<void> {
            work();
            return {};
        });
        if (!done) link_.report(done.error().text);
        return {};
    }
    template <class Work>
    Result<void> post(std::uint32_t pool, Work work) const {
        struct Job {
            Work work;
            HostLink link;
        };
        auto job = std::make_unique<Job>(Job{std::move(work), link_});
        const consort_status status = api_->post(
            link_.host, pool,
            [](void* arg) noexcept {
                const std::unique_ptr<Job> owned(static_cast<Job*>(arg));
                const Result<void> done = contained([&]() -> Result<void> {
                    owned->work();
                    return {};
                });
                if (!done) owned->link.report(done.error().text);
            },
            [](void* arg) noexcept { std::unique_ptr<Job>(static_cast<Job*>(arg)).reset(); },
            job.get());
        if (status < 0) return error_of(status, "cannot queue the work");
        static_cast<void>(job.release());
        return {};
    }

  private:
    const consort_executor_api* api_;
    HostLink link_;
};

}  // namespace v1
}  // namespace consort
