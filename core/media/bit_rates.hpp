// The bit rates of a rendition, from the segments made so far.
#pragma once

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
    Figures figures() const;
    // True: worth writing down.
    bool add(std::uint32_t number, std::uint64_t bytes);

    std::string save() const;
    void restore(std::string_view saved);  // ignored unless it fits

  private:
    const std::span<const std::int64_t> starts_;
    const std::uint32_t timescale_;
    mutable std::mutex mutex_;
    std::vector<std::uint32_t> sizes_;  // bytes plus one; 0: not made yet
    std::size_t known_ = 0;
};

}  // namespace consort::media
