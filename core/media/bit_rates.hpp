// The bit rates of a rendition, from the segments made so far.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace consort::media {

// Any thread.
class BitRates {
  public:
    // `starts`: of the segments, and the end, in units of `timescale`; outlives the object.
    BitRates(std::span<const std::int64_t> starts, std::uint32_t timescale)
        : starts_(starts), timescale_(timescale), sizes_(starts.size() - 1) {}

    struct Figures {
        std::uint32_t peak = 0, average = 0;  // bits a second; 0: nothing was made yet
        bool complete = false;
    };
    // Cheap: manifests ask at every request.
    Figures figures() const noexcept;
    // True: worth writing down.
    bool add(std::uint32_t number, std::uint64_t bytes);

    std::string save() const;
    // Before anything was added; ignored unless it fits.
    void restore(std::string_view saved);

  private:
    void count(std::size_t number);

    const std::span<const std::int64_t> starts_;
    const std::uint32_t timescale_;
    mutable std::mutex mutex_;
    std::vector<std::uint32_t> sizes_;  // bytes plus one; 0: not made yet
    std::size_t known_ = 0;
    std::uint32_t peak_ = 0;
    double bytes_ = 0, seconds_ = 0;        // of those made
    std::atomic<std::uint64_t> rates_ = 0;  // peak and, in the lower half, average
    std::atomic<bool> complete_ = false;
};

}  // namespace consort::media
