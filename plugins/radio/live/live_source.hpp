// A source client on the air: what it sends, decoded on a thread of its own.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "plugins/radio/live/byte_pipe.hpp"
#include "plugins/radio/live/live_decoder.hpp"
#include "plugins/radio/live/live_info.hpp"
#include "plugins/radio/live/sound_buffer.hpp"
#include "plugins/radio/sound/live_input.hpp"

namespace consort::radio {

struct LiveSettings {
    std::uint32_t rate = 44'100;           // PCM frames a second, of the station
    double timeout_seconds = 10;           // without sound before it counts as gone
    double cushion_seconds = 0.75;         // what it has to have sent before it is heard
    double most_seconds = 3;               // of decoded sound; then the client has to wait
    std::size_t most_bytes = 128 * 1'024;  // that wait for the decoder
};

// Bytes come in by `write`, PCM goes out by LiveInput. Bounded: who writes asks for `room` first,
// and is told by `on_room` when there is more. All functions are for any thread; none blocks but
// the destructor, which waits for the decoder.
class LiveSource final : public LiveInput, private LiveDecoding {
  public:
    struct Events {
        // There is room for so many bytes; on the decoder's thread, which must not come to own the
        // source.
        std::function<void(std::size_t room)> on_room;
        // The station has let go of it, or its sound was no good; once, on any thread. `reason` is
        // a sentence for people.
        std::function<void(const std::string& reason)> on_end;
    };

    LiveSource(const LiveSettings& settings, LiveInfo info);
    ~LiveSource() override;
    // Begins to decode. Once.
    void start(Events events);

    const LiveInfo& info() const noexcept { return info_; }
    std::size_t room() const { return pipe_.room(); }
    std::size_t write(std::string_view bytes) {
        const std::size_t taken = pipe_.write(bytes);
        bytes_.fetch_add(taken, std::memory_order_relaxed);
        return taken;
    }
    // Coded bytes that came so far.
    std::uint64_t bytes() const noexcept { return bytes_.load(std::memory_order_relaxed); }
    // Times that its sound did not come in time, while it was heard.
    std::uint64_t stalls() const noexcept { return stalls_.load(std::memory_order_relaxed); }
    // The client has sent all.
    void finish() { pipe_.close(); }
    // What plays now, as its owner says; more than what the stream says.
    void set_title(const std::string& title, const std::string& artist);

    // LiveInput.
    std::size_t ready() const override { return sound_.ready(); }
    std::size_t read(float* stereo, std::size_t frames) override;
    bool ended() const override { return sound_.ended(); }
    std::shared_ptr<const Track> track() const override;
    void released(const std::string& reason) override;
    double patience_seconds() const override { return settings_.timeout_seconds; }

  private:
    using Clock = std::chrono::steady_clock;

    std::size_t read(std::uint8_t* to, std::size_t most) override;
    bool sound(const float* stereo, std::size_t frames) override;
    void named(const std::string& title, const std::string& artist) override;
    void end(const std::string& reason);
    void show(const std::string& title, const std::string& artist);

    const LiveSettings settings_;
    const LiveInfo info_;
    BytePipe pipe_;
    SoundBuffer sound_;
    Clock::time_point last_sound_;  // the decoder's thread
    std::string stalled_;           // the decoder's thread: why it gave up waiting
    std::atomic<bool> titled_{false};
    std::atomic<std::uint64_t> bytes_{0}, stalls_{0};
    bool flowing_ = false;  // the thread of the station's sound

    mutable std::mutex mutex_;
    std::shared_ptr<const Track> track_;
    Events events_;
    bool ended_ = false;
    std::thread thread_;  // the last member: it uses the others
};

}  // namespace consort::radio
