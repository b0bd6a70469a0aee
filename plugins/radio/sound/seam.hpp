// Where one source goes over into the next of its album at another rate than the station's: both go
// through one converter, so that the filter sees what lies on either side.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

#include "consort/abi/codec.h"

#include "plugins/radio/sound/converter.hpp"
#include "plugins/radio/sound/voice.hpp"

namespace consort::radio {

// Belongs to the source before and the one that follows, each on a thread of its own. What the
// converter still holds of the first when it is handed over comes out of it with the second.
class Seam {
  public:
    // The source before: what it is.
    void describe(const SourceFacts& facts, const consort_pcm& form);
    // It has ended. True: the converter was handed over; else it has to be finished.
    bool hand_over(std::unique_ptr<Converter>& converter);
    // It will not end as it should.
    void close();

    // The source that follows: whether it would go on with that one's converter.
    bool joins(const SourceFacts& facts, const consort_pcm& form);
    // Waits for the end of the one before. Null: there is nothing to go on with.
    std::unique_ptr<Converter> follow(const SourceFacts& facts, const consort_pcm& form);
    // Nobody will follow; ends a wait. Any thread.
    void withdraw();

  private:
    bool fits(const SourceFacts& facts, const consort_pcm& form) const;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<SourceFacts> facts_;
    consort_pcm form_{};
    std::unique_ptr<Converter> converter_;
    bool closed_ = false, followed_ = false, withdrawn_ = false;
};

}  // namespace consort::radio
