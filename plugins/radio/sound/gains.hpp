// By how much each source is made louder or quieter.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "plugins/radio/sound/voice.hpp"

namespace consort::radio {

class Loudness;

// True peaks stay below it.
inline constexpr double kCeilingDbtp = -1;
// Gains keep peaks below this, so that the limiter only has to do with what nobody knew.
inline constexpr double kGainCeilingDbtp = -1.25;

// For one thread.
class Gains {
  public:
    // `target`: LUFS; nothing: all stays as it is. `loudness` may be null.
    Gains(std::optional<double> target, std::shared_ptr<Loudness> loudness);
    // The source will be heard soon, or `now`.
    void prepare(const SourceFacts& facts, bool now);
    // In decibels, for a source that begins now. Waits at most so long for a measurement.
    double decibels(const SourceFacts& facts, std::chrono::milliseconds at_most);

  private:
    std::optional<Measured> measured(const SourceFacts& facts, std::chrono::milliseconds at_most);

    std::optional<double> target_;
    std::shared_ptr<Loudness> loudness_;
};

// What brings `measured` to `target`, but for the peak.
double gain_db(const Measured& measured, double target) noexcept;

}  // namespace consort::radio
