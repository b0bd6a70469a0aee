#include "plugins/radio/sound/track_pcm.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>

#include "consort/failure.hpp"

#include "plugins/radio/sound/converter.hpp"
#include "plugins/radio/sound/seam.hpp"
#include "plugins/radio/sound/source_facts.hpp"

namespace consort::radio {
namespace {

constexpr std::uint32_t kBlock = 8'192;        // source frames at a time
constexpr double kMostStart = 1e6;             // seconds
constexpr std::uint32_t kMostFrameSize = 256;  // bytes: 64 channels

class TrackPcm : public Voice {
  public:
    TrackPcm(const Sounds& sounds, const Entry& entry, std::uint32_t rate, double ahead_seconds,
             std::shared_ptr<Seam> before)
        : sounds_(sounds),
          entry_(entry),
          rate_(rate),
          before_(std::move(before)),
          // Room for a block beyond it, whatever its rate was.
          wanted_(static_cast<std::size_t>(ahead_seconds * rate)),
          thread_([this] { run(); }) {}
    ~TrackPcm() override {
        abandon();
        thread_.join();
    }

    const std::shared_ptr<Seam>& seam() const noexcept { return after_; }

    Condition condition() const override { return condition_.load(std::memory_order_acquire); }
    const SourceFacts& facts() const override { return facts_; }
    std::string reason() const override {
        const std::lock_guard lock(mutex_);
        return reason_;
    }
    Ahead ahead() const override {
        const std::lock_guard lock(mutex_);
        const std::uint64_t rest = ended_ && !complete_ ? after_->rest() : 0;
        return {(ready_.size() - from_) / 2 + rest, complete_ || ended_};
    }

    std::size_t take(float* stereo, std::size_t frames) override {
        std::size_t count = 0;
        bool room = false;
        {
            const std::lock_guard lock(mutex_);
            count = copy(stereo, frames);
            if (count < frames && ended_ && !complete_) {
                complete();
                count += copy(stereo + 2 * count, frames - count);
            }
            if (from_ >= ready_.size() / 2) {
                ready_.erase(ready_.begin(), ready_.begin() + static_cast<std::ptrdiff_t>(from_));
                from_ = 0;
            }
            room = !complete_ && has_room();
        }
        if (room) changed_.notify_all();
        return count;
    }

    void wait(std::chrono::milliseconds at_most) override {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, at_most,
                          [&] { return complete_ || ended_ || ready_.size() > from_; });
    }

    void abandon() override {
        {
            const std::lock_guard lock(mutex_);
            abandoned_ = true;
        }
        changed_.notify_all();
        after_->close();
        if (before_) before_->withdraw();
    }
    bool gone() const override { return gone_; }

  private:
    // Woken at three quarters, so that it decodes in large pieces.
    bool has_room() const noexcept { return (ready_.size() - from_) / 2 < wanted_ / 4 * 3; }

    // With the lock, as the next two.
    std::size_t copy(float* stereo, std::size_t frames) {
        const std::size_t count = std::min(frames, (ready_.size() - from_) / 2);
        std::copy_n(ready_.data() + from_, 2 * count, stereo);
        from_ += 2 * count;
        return count;
    }
    // All was decoded, and heard but for what the converter holds: now it must show whether the
    // source that follows goes on with it.
    void complete() {
        complete_ = true;
        double owed = before_ ? before_->owed() : 0;
        if (const auto converter = after_->take_back())
            if (const auto left = converter->finish(ready_, owed)) owed = *left;
        after_->owe(owed);
    }

    void run() noexcept {
        const Result<void> done = contained([&] { return play(); });
        if (!ended_) after_->close();
        {
            const std::lock_guard lock(mutex_);
            if (!done) {
                reason_ = done.error().text;
                if (condition_ == Condition::kOpening) condition_ = Condition::kFailed;
            }
            complete_ = complete_ || !ended_;
            gone_ = true;
        }
        changed_.notify_all();
    }

    Result<void> play() {
        auto opened = sounds_.open(entry_.uri);
        if (!opened) return opened.error();
        const consort_pcm pcm = opened->format();
        const std::uint32_t size = frame_size(pcm);
        if (size == 0 || size > kMostFrameSize)
            return Error{CONSORT_E_UNSUPPORTED, "The sound has a form that is not known."};
        auto converter = std::make_unique<Converter>(pcm, rate_);
        SourceFacts facts = facts_of(entry_, opened->tags());
        facts.identity = opened->identity();
        if (pcm.frames != CONSORT_PCM_ENDLESS)
            facts.seconds = static_cast<double>(pcm.frames) / pcm.rate;
        auto track = std::make_shared<Track>(*facts.track);
        track->seconds = facts.seconds;
        facts.track = std::move(track);

        std::uint64_t position = 0;
        if (entry_.start_seconds > 0)
            position =
                static_cast<std::uint64_t>(std::min(entry_.start_seconds, kMostStart) * pcm.rate);
        if (position >= pcm.frames) position = 0;
        std::vector<std::byte> raw(std::size_t{kBlock} * size);
        std::vector<float> block;
        for (bool first = true;; first = false) {
            block.clear();
            const auto got = opened->read(position, kBlock, raw.data());
            if (!got && first) return got.error();
            const auto frames =
                got ? static_cast<std::uint32_t>(std::min<std::uint64_t>(*got, kBlock)) : 0;
            position += frames;
            const bool ends = frames < kBlock;
            if (first) {
                if (frames == 0) return Error{CONSORT_E_UNSUPPORTED, "The file holds no sound."};
                if (pcm.rate != rate_ && position == frames)
                    if (auto shared = await_seam(facts, pcm)) converter = std::move(shared);
            }
            if (auto done = converter->convert(raw.data(), frames, block); !done) return done;
            if (!got)
                if (auto done = converter->finish(block); !done) return done.error();
            std::unique_lock lock(mutex_);
            ready_.insert(ready_.end(), block.begin(), block.end());
            lock.unlock();
            if (first) tell(facts, pcm);
            if (got && ends) end(std::move(converter));
            changed_.notify_all();
            if (!got) return got.error();
            if (ends) return {};
            lock.lock();
            if ((ready_.size() - from_) / 2 >= wanted_)
                changed_.wait(lock, [&] { return abandoned_ || has_room(); });
            if (abandoned_) return {};
        }
    }

    void end(std::unique_ptr<Converter> converter) {
        after_->offer(std::move(converter));
        const std::lock_guard lock(mutex_);
        ended_ = true;
    }

    // The converter of the source before, if that goes over into this one. It can be told what this
    // is while it waits.
    std::unique_ptr<Converter> await_seam(const SourceFacts& facts, const consort_pcm& pcm) {
        if (!before_ || !before_->joins(facts, pcm)) return nullptr;
        tell(facts, pcm);
        return before_->follow(facts, pcm);
    }
    void tell(const SourceFacts& facts, const consort_pcm& pcm) {
        if (condition_.load() == Condition::kReady) return;
        facts_ = facts;
        after_->describe(facts, pcm);
        condition_.store(Condition::kReady, std::memory_order_release);
    }

    const Sounds& sounds_;
    const Entry entry_;
    const std::uint32_t rate_;
    const std::shared_ptr<Seam> before_;  // null: there is none
    const std::shared_ptr<Seam> after_ = std::make_shared<Seam>();
    const std::size_t wanted_;  // frames ahead

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::atomic<Condition> condition_ = Condition::kOpening;
    std::atomic<bool> gone_ = false;
    SourceFacts facts_;  // written before it is ready
    std::vector<float> ready_;
    std::size_t from_ = 0;  // values of ready_ that are taken
    // `ended_`: all is decoded; `complete_`: and nothing comes out of the converter any more.
    bool ended_ = false, complete_ = false, abandoned_ = false;
    std::string reason_;
    std::thread thread_;
};

}  // namespace

std::shared_ptr<Voice> open_track_pcm(const Sounds& sounds, const Entry& entry, std::uint32_t rate,
                                      double ahead_seconds, const std::shared_ptr<Voice>& before) {
    const auto* joins = dynamic_cast<const TrackPcm*>(before.get());
    return std::make_shared<TrackPcm>(sounds, entry, rate, ahead_seconds,
                                      joins ? joins->seam() : nullptr);
}

}  // namespace consort::radio
