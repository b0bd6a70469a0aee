// Configurations that libx264 gave for settings, kept: to learn one it must be started, which takes
// milliseconds, and a ladder needs several of each film.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "plugins/codec/h264/h264_stream.hpp"

namespace consort::h264 {

// Any thread. Bounded: more settings than anybody has begin anew.
class KnownConfigurations {
  public:
    // As Stream::open.
    Result<std::string> of(const StreamSettings& settings) {
        const Key key{settings.size.width,      settings.size.height,   settings.colour.primaries,
                      settings.colour.transfer, settings.colour.matrix, settings.timescale,
                      settings.rate_num,        settings.rate_den,      settings.bit_rate,
                      settings.average,         settings.crf,           settings.preset,
                      settings.profile};
        {
            const std::lock_guard lock(mutex_);
            if (const auto found = known_.find(key); found != known_.end()) return found->second;
        }
        const auto stream = Stream::open(settings);
        if (!stream) return stream.error();
        const std::lock_guard lock(mutex_);
        if (known_.size() >= kMost) known_.clear();
        return known_.emplace(key, stream->configuration()).first->second;
    }

  private:
    using Key = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t,
                           std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t,
                           std::uint32_t, bool, double, std::string, std::string>;
    static constexpr std::size_t kMost = 1'000;
    std::mutex mutex_;
    std::map<Key, std::string> known_;
};

}  // namespace consort::h264
