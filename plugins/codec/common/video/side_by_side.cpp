#include "plugins/codec/common/video/side_by_side.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "consort/failure.hpp"

namespace consort::video {
namespace {

constexpr std::size_t kMostThreads = 4;

}  // namespace

Result<void> side_by_side(
    std::size_t count, const std::function<bool()>& canceled,
    const std::function<Result<void>(std::size_t number, const std::function<bool()>& stop)>&
        work) {
    std::atomic<std::size_t> next = 0;
    std::atomic<bool> over = false;
    std::mutex mutex;
    Result<void> outcome;
    const auto run = [&](const std::function<bool()>& stop) {
        for (std::size_t number; !over && (number = next++) < count;) {
            const Result<void> done = contained([&] { return work(number, stop); });
            if (done) continue;
            const std::lock_guard lock(mutex);
            if (!over.exchange(true)) outcome = done;
        }
    };
    const std::size_t cores =
        std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kMostThreads);
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < std::min(count, cores); ++i)
        others.emplace_back([&] { run([&] { return over.load(); }); });
    run([&] { return over || canceled(); });
    others.clear();
    return outcome;
}

}  // namespace consort::video
