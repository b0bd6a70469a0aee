// Where one source goes over into the next of its album at another rate than the station's: both go
// through one converter, so that the filter sees what lies on either side.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "consort/abi/codec.h"

#include "plugins/radio/sound/converter.hpp"
#include "plugins/radio/sound/voice.hpp"

namespace consort::radio {

// Belongs to the source before and the one that follows. What the converter still holds of the
// first when it is handed over comes out of it with the second. Any thread.
class Seam {
  public:
    // The source before: what it is.
    void describe(const SourceFacts& facts, const consort_pcm& form);
    // All of it went into the converter, which is for whoever asks first.
    void offer(std::unique_ptr<Converter> converter);
    // How many frames the converter still has for the source before; 0: the one that follows has
    // them.
    std::uint64_t rest() const;
    // The source before is heard up to what it still has in the converter. Null: the one that
    // follows has it; else nobody will.
    std::unique_ptr<Converter> take_back();
    // It has ended, and was too short by this part of a frame (too long: negative), or those before
    // it were.
    void owe(double frames);
    double owed() const;
    // It will not end as it should.
    void close();

    // The source that follows: whether it would go on with that one's converter. Waits until it is
    // known what the one before is.
    bool joins(const SourceFacts& facts, const consort_pcm& form);
    // Waits for the end of the one before. Null: there is nothing to go on with.
    std::unique_ptr<Converter> follow(const SourceFacts& facts, const consort_pcm& form);
    // Nobody will follow; ends a wait.
    void withdraw();

  private:
    bool fits(const SourceFacts& facts, const consort_pcm& form) const;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<SourceFacts> facts_;
    consort_pcm form_{};
    std::unique_ptr<Converter> converter_;  // once it is offered, until somebody takes it
    double owed_ = 0;
    bool closed_ = false, followed_ = false, withdrawn_ = false;
};

}  // namespace consort::radio
