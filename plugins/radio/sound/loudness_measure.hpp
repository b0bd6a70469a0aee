// Integrated loudness and true peak of stereo sound, by libebur128.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "plugins/radio/sound/voice.hpp"

namespace consort::radio {

// EBU R128 / ITU-R BS.1770-4. For one thread.
class LoudnessMeasure {
  public:
    // Throws bad_alloc.
    explicit LoudnessMeasure(std::uint32_t rate);
    ~LoudnessMeasure();
    LoudnessMeasure(const LoudnessMeasure&) = delete;
    LoudnessMeasure& operator=(const LoudnessMeasure&) = delete;

    void add(const float* stereo, std::size_t frames);
    // Of what was added. Nothing: it is too short or too quiet to have a loudness.
    std::optional<Measured> result() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace consort::radio
