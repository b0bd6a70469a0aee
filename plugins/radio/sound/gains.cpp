#include "plugins/radio/sound/gains.hpp"

#include <algorithm>
#include <cmath>

#include "plugins/radio/sound/loudness.hpp"

namespace consort::radio {
namespace {

constexpr double kUnknownLufs = -14;             // of a source that nothing is known of
constexpr double kMostUp = 15, kMostDown = -40;  // dB

}  // namespace

double gain_db(const Measured& measured, double target) noexcept {
    const double wanted = std::clamp(target - measured.lufs, kMostDown, kMostUp);
    const double peak = 20 * std::log10(std::max(measured.peak.value_or(1), 1e-6));
    return std::min(wanted, std::max(kGainCeilingDbtp - peak, kMostDown));
}

Gains::Gains(std::optional<double> target, std::shared_ptr<Loudness> loudness)
    : target_(target), loudness_(std::move(loudness)) {}

void Gains::prepare(const SourceFacts& facts, bool now) {
    if (target_ && loudness_) loudness_->want(facts, now);
}

std::optional<Measured> Gains::measured(const SourceFacts& facts,
                                        std::chrono::milliseconds at_most) {
    // An album that begins gets the gain of all of it; what follows on it keeps that.
    if (facts.number == 1 && !facts.album.empty()) {
        if (loudness_)
            if (const auto album = loudness_->album(facts)) return album;
        if (facts.tagged_album) return facts.tagged_album;
    }
    std::optional<Loudness::Known> known;
    if (loudness_)
        known = loudness_->known(facts, facts.tagged ? std::chrono::milliseconds(0) : at_most);
    if (known && known->whole) return known->measured;
    if (facts.tagged) return facts.tagged;
    if (known && known->measured) return Measured{known->measured->lufs, std::nullopt};
    return Measured{kUnknownLufs, std::nullopt};
}

double Gains::decibels(const SourceFacts& facts, std::chrono::milliseconds at_most) {
    if (!target_) return 0;
    const auto found = measured(facts, at_most);
    return found ? gain_db(*found, *target_) : 0;
}

}  // namespace consort::radio
