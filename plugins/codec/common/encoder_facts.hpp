// What an encoder tells once it is started, kept so that the next track of the same form need not
// start one to be planned: a start costs up to milliseconds, a ladder plans many.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "consort/result.hpp"

extern "C" {
struct AVCodec;
}

namespace consort::codec {

struct EncoderFacts {
    const AVCodec* codec = nullptr;
    std::uint32_t frame_size = 0;  // PCM frames a sample
    std::uint32_t delay = 0;       // PCM frames before the first of the source
    std::string configuration;     // as media.h has it
};

// For any thread. Bounded: sources of more forms than anybody has begin anew.
class KnownEncoders {
  public:
    // `find` returns a Result<EncoderFacts>; `form` names all that they depend on.
    template <class Find>
    Result<std::shared_ptr<const EncoderFacts>> facts(const std::string& form, Find find) {
        {
            const std::lock_guard lock(mutex_);
            const auto known = known_.find(form);
            if (known != known_.end()) return known->second;
        }
        auto found = find();
        if (!found) return std::move(found).error();
        auto facts = std::make_shared<const EncoderFacts>(std::move(*found));
        const std::lock_guard lock(mutex_);
        if (known_.size() >= kMostForms) known_.clear();
        return known_.emplace(form, std::move(facts)).first->second;
    }

  private:
    static constexpr std::size_t kMostForms = 256;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<const EncoderFacts>> known_;
};

}  // namespace consort::codec
