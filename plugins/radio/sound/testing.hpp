// For tests of a station's sound: sounds in memory behind consort.host.sound/1, real encoders, a
// programme that plays a list, and FFmpeg's decoder.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "consort/services/sound.hpp"
#include "consort/testing/fake_host.hpp"

#include "plugins/radio/common/chunk.hpp"
#include "plugins/radio/common/upcoming.hpp"
#include "plugins/radio/sound/source_facts.hpp"
#include "plugins/radio/sound/voice.hpp"

namespace consort::radio::testing {

using Pcm = std::vector<float>;  // interleaved stereo unless said otherwise

// A logarithmic sweep from 50 Hz to 10 kHz over `frames`, the same on both sides but for the sign.
Pcm sweep(std::uint32_t rate, std::uint64_t frames, float level = 0.5f);
Pcm tone(std::uint32_t rate, std::uint64_t frames, double hertz, float level);
Pcm part(const Pcm& pcm, std::uint64_t from, std::uint64_t to);

// A source behind consort.host.sound/1.
struct FakeSound {
    consort_pcm format{};
    std::vector<std::byte> values;
    std::string identity;
    Tags tags;
    std::uint64_t broken_at = UINT64_MAX;      // reading from there on fails
    std::function<void(std::uint64_t)> reads;  // called at each read, with its position
};
FakeSound float_sound(const Pcm& pcm, std::uint32_t rate, std::string identity, Tags tags = {});

// A host whose sound service knows the sources put into it, and the encoders of this repository.
class SoundHost {
  public:
    SoundHost();
    ~SoundHost();
    HostLink link();
    void add(const std::string& uri, FakeSound sound);
    void remove(const std::string& uri);
    consort::testing::FakeHost fake;
    std::function<bool(const std::string&)> open_fails;  // of a URI
    std::function<consort_encoder_component(const std::string&, consort_encoder_component)> swap;

    struct State;

  private:
    consort_host_api api_{};
    std::unique_ptr<State> state_;
};

// Plays a list, once or in a loop, and writes down what it is told.
class ListUpcoming : public Upcoming {
  public:
    explicit ListUpcoming(std::vector<Entry> entries, bool loop = false)
        : entries_(std::move(entries)), loop_(loop) {}
    std::optional<Entry> next() override;
    std::vector<Entry> next_few(std::size_t count) override;
    void began(const Entry& entry, const Track& track) override;
    void failed(const Entry& entry, const std::string& reason) override;
    void reached(double seconds) override;

    void set(std::vector<Entry> entries);
    std::vector<std::string> begun() const;
    std::vector<std::string> failures() const;
    double last_reached() const;

  private:
    mutable std::mutex mutex_;
    std::vector<Entry> entries_;
    std::size_t at_ = 0;
    bool loop_;
    std::vector<std::string> begun_, failures_;
    double reached_ = 0;
};

class ChunkList : public ChunkSink {
  public:
    void chunk(SharedChunk made) override;
    std::vector<SharedChunk> chunks() const;
    // Waits until there are so many. False: it took longer than a minute.
    bool wait_for(std::size_t count) const;
    // The bytes of the chunks from `first` on, with the opening of that one.
    Bytes bytes(std::size_t first = 0) const;

  private:
    mutable std::mutex mutex_;
    mutable std::condition_variable more_;
    std::vector<SharedChunk> chunks_;
};

// A voice over a sound in memory: all of it is ready at once, unless `hold` is set.
class MemoryVoice : public Voice {
  public:
    MemoryVoice(Pcm pcm, SourceFacts facts) : pcm_(std::move(pcm)), facts_(std::move(facts)) {}
    Condition condition() const override { return state; }
    const SourceFacts& facts() const override { return facts_; }
    std::string reason() const override { return why; }
    Ahead ahead() const override;
    std::size_t take(float* stereo, std::size_t frames) override;
    void wait(std::chrono::milliseconds) override { ++waits; }
    void abandon() override { abandoned = true; }
    bool gone() const override { return true; }

    Condition state = Condition::kReady;
    std::string why;
    std::uint64_t hold = UINT64_MAX;  // frames that are there so far
    unsigned waits = 0;
    bool abandoned = false;

  private:
    Pcm pcm_;
    SourceFacts facts_;
    std::uint64_t at_ = 0;
};

// What FFmpeg makes of a stream: interleaved floats at its own rate, and what it complains of.
struct Decoded {
    Pcm pcm;
    std::string complaints;
    std::uint64_t frames() const noexcept { return pcm.size() / 2; }
};
Decoded decode(const Bytes& stream, const std::string& demuxer);

}  // namespace consort::radio::testing
