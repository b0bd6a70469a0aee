#include "core/media/encode_queue.hpp"

#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

namespace consort::media {
namespace {

constexpr int kNice = 4;  // below the I/O threads, without starving on a busy machine

}  // namespace

struct EncodeQueue::Impl {
    using State = EncodeJob::State;

    const unsigned thread_count;
    observe::Gauge& waiting_gauge;
    mutable std::mutex mutex;
    std::condition_variable wake;
    std::list<JobPtr> waited, ahead;  // ahead: nearest first
    std::vector<JobPtr> running;
    std::uint64_t order = 0;
    bool stopping = false;
    std::vector<std::thread> threads;

    Impl(unsigned count, observe::Metrics& metrics)
        : thread_count(std::max(1u, count)),
          waiting_gauge(metrics.gauge("consort_rendition_waiting",
                                      "Segments that somebody waits for, not begun yet.")) {}

    unsigned running_ahead() const {
        return static_cast<unsigned>(
            std::ranges::count_if(running, [](const JobPtr& job) { return !job->waited_; }));
    }
    // Those that give way already count no more.
    unsigned busy() const {
        unsigned sum = 0;
        for (const JobPtr& job : running)
            if (!job->preempted_) sum += job->width();
        return sum;
    }
    bool ahead_may_run() const {
        if (!waited.empty() || ahead.empty()) return false;
        if (running.empty()) return true;
        const bool start = std::ranges::any_of(running, [](auto& job) { return job->start_; });
        return running_ahead() < std::max(1u, thread_count - 1) &&
               busy() + ahead.front()->width() + (start ? 1 : 0) <= thread_count;
    }

    // Under the mutex.
    void enqueue(JobPtr job) {
        job->state_ = State::queued;
        if (job->waited_) {
            const auto later = std::ranges::find_if(
                waited, [&](const JobPtr& other) { return other->order_ > job->order_; });
            make_way(*job);
            waited.insert(later, std::move(job));
            waiting_gauge.set(static_cast<double>(waited.size()));
        } else {
            const auto further = std::ranges::find_if(
                ahead, [&](const JobPtr& other) { return other->distance_ >= job->distance_; });
            ahead.insert(further, std::move(job));
        }
        wake.notify_all();
    }

    bool crowded(const EncodeJob& waiter) const {
        if (waiter.gives_way()) return busy() + waiter.width() > thread_count;
        return running.size() == thread_count &&
               std::ranges::none_of(running,
                                    [](const JobPtr& job) -> bool { return job->preempted_; });
    }

    // Under the mutex. Stops long jobs made ahead, the youngest first: one if no thread is free for
    // `waiter`, and if that is long itself, until it has as many as it keeps busy.
    void make_way(const EncodeJob& waiter) {
        while (crowded(waiter)) {
            EncodeJob* youngest = nullptr;
            for (const JobPtr& job : running)
                if (!job->waited_ && !job->preempted_ && job->gives_way() &&
                    (youngest == nullptr || job->began_ > youngest->began_))
                    youngest = job.get();
            if (youngest == nullptr) return;
            youngest->preempted_ = true;
        }
    }

    JobPtr next() {
        std::list<JobPtr>& from = waited.empty() ? ahead : waited;
        JobPtr job = std::move(from.front());
        from.pop_front();
        waiting_gauge.set(static_cast<double>(waited.size()));
        return job;
    }

    void work() {
        pthread_setname_np(pthread_self(), "encoder");
        static_cast<void>(::setpriority(PRIO_PROCESS, 0, kNice));  // of this thread alone
        std::unique_lock lock(mutex);
        for (;;) {
            wake.wait(lock, [this] { return stopping || !waited.empty() || ahead_may_run(); });
            if (stopping) return;
            JobPtr job = next();
            const bool stale = !job->waited_ && !job->wanted();
            job->state_ = stale ? State::ended : State::running;
            job->began_ = ++order;
            if (!stale) running.push_back(job);
            lock.unlock();
            bool done = true;
            if (stale)
                job->drop();
            else
                done = job->run();
            lock.lock();
            std::erase(running, job);
            const bool again = !done && job->preempted_ && !job->canceled_ && !stopping;
            job->preempted_ = false;
            job->state_ = State::ended;
            if (again) {
                enqueue(std::move(job));
            } else if (!done) {
                lock.unlock();
                job->drop();
                job = nullptr;
                lock.lock();
            }
            wake.notify_all();
            lock.unlock();
            job = nullptr;  // what it holds is freed outside the lock
            lock.lock();
        }
    }
};

EncodeQueue::EncodeQueue(unsigned threads, observe::Metrics& metrics)
    : impl_(std::make_unique<Impl>(threads, metrics)) {
    for (unsigned i = 0; i < impl_->thread_count; ++i)
        impl_->threads.emplace_back([impl = impl_.get()] { impl->work(); });
}

EncodeQueue::~EncodeQueue() { stop(); }

void EncodeQueue::add(JobPtr job) {
    {
        const std::lock_guard lock(impl_->mutex);
        if (!impl_->stopping) {
            job->waited_ = job->start_ = true;
            job->order_ = ++impl_->order;
            impl_->enqueue(std::move(job));
            return;
        }
    }
    job->drop();
}

void EncodeQueue::add_ahead(JobPtr job, std::uint32_t distance) {
    {
        const std::lock_guard lock(impl_->mutex);
        if (!impl_->stopping) {
            job->distance_ = distance;
            impl_->enqueue(std::move(job));
            return;
        }
    }
    job->drop();
}

void EncodeQueue::nearer(const JobPtr& job, std::uint32_t distance) {
    const std::lock_guard lock(impl_->mutex);
    if (job->waited_ || job->distance_ <= distance) return;
    const auto found = std::ranges::find(impl_->ahead, job);
    if (found == impl_->ahead.end()) return;
    impl_->ahead.erase(found);
    job->distance_ = distance;
    impl_->enqueue(job);
}

void EncodeQueue::promote(const JobPtr& job) {
    const std::lock_guard lock(impl_->mutex);
    if (job->waited_) return;
    job->waited_ = true;
    job->order_ = ++impl_->order;
    if (job->state_ != EncodeJob::State::queued) return;  // it runs, or is about to be queued
    const auto found = std::ranges::find(impl_->ahead, job);
    if (found == impl_->ahead.end()) return;
    impl_->ahead.erase(found);
    impl_->enqueue(job);
}

void EncodeQueue::cancel(const JobPtr& job) {
    {
        const std::lock_guard lock(impl_->mutex);
        job->canceled_ = true;
        if (job->state_ != EncodeJob::State::queued) return;
        job->state_ = EncodeJob::State::ended;
        std::erase(impl_->waited, job);
        std::erase(impl_->ahead, job);
        impl_->waiting_gauge.set(static_cast<double>(impl_->waited.size()));
    }
    job->drop();
}

std::size_t EncodeQueue::waiting() const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->waited.size();
}

std::size_t EncodeQueue::ahead() const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->ahead.size();
}

void EncodeQueue::stop() {
    std::list<JobPtr> dropped;
    std::vector<std::thread> threads;
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->stopping = true;
        dropped.splice(dropped.end(), impl_->waited);
        dropped.splice(dropped.end(), impl_->ahead);
        for (const JobPtr& job : dropped) job->state_ = EncodeJob::State::ended;
        for (const JobPtr& job : impl_->running) job->canceled_ = true;
        threads.swap(impl_->threads);
    }
    impl_->wake.notify_all();
    for (const JobPtr& job : dropped) job->drop();
    for (std::thread& thread : threads) thread.join();
}

}  // namespace consort::media
