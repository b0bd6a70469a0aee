#include "core/base/executor.hpp"

#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace consort::base {
namespace {

thread_local bool is_worker = false;

}  // namespace

struct Executor::Impl {
    std::string name;
    std::size_t max_queue = 0;
    mutable std::mutex mutex;
    std::condition_variable wake;
    std::deque<std::function<void()>> queue;
    bool stopping = false;
    std::mutex join_mutex;
    std::vector<std::thread> threads;

    void work() {
        // Linux cuts a thread's name at 15 bytes.
        is_worker = true;
        pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
        std::unique_lock lock(mutex);
        for (;;) {
            wake.wait(lock, [this] { return stopping || !queue.empty(); });
            if (stopping) return;
            std::function<void()> task = std::move(queue.front());
            queue.pop_front();
            lock.unlock();
            task();
            task = nullptr;  // what it holds is freed outside the lock
            lock.lock();
        }
    }
};

Executor::Executor(std::string name, unsigned threads, std::size_t max_queue)
    : impl_(std::make_unique<Impl>()) {
    impl_->name = std::move(name);
    impl_->max_queue = max_queue;
    for (unsigned i = 0; i < std::max(1u, threads); ++i) {
        impl_->threads.emplace_back([impl = impl_.get()] { impl->work(); });
    }
}

Executor::~Executor() { stop(); }

bool Executor::post(std::function<void()> work) {
    {
        const std::lock_guard lock(impl_->mutex);
        if (impl_->stopping || impl_->queue.size() >= impl_->max_queue) return false;
        impl_->queue.push_back(std::move(work));
    }
    impl_->wake.notify_one();
    return true;
}

bool Executor::on_worker() noexcept { return is_worker; }

std::size_t Executor::queued() const noexcept {
    const std::lock_guard lock(impl_->mutex);
    return impl_->queue.size();
}

void Executor::stop() {
    std::deque<std::function<void()>> dropped;
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->stopping = true;
        dropped.swap(impl_->queue);
    }
    dropped.clear();  // whoever waits for it need not wait for the running ones
    impl_->wake.notify_all();
    const std::lock_guard lock(impl_->join_mutex);
    for (std::thread& thread : impl_->threads) {
        if (thread.joinable()) thread.join();
    }
}

}  // namespace consort::base
