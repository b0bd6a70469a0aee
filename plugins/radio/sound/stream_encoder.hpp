// One endless run of an encoder plugin on a thread of its own.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "consort/abi/sound.h"
#include "consort/result.hpp"

#include "plugins/radio/sound/framer.hpp"

namespace consort::radio {

struct StreamCoding {
    std::string codec;
    std::uint32_t bit_rate = 0;  // bits a second
    std::uint32_t rate = 0;      // of the sound, and of what is made of it
};

// What the encoder's thread needs of the others; all but `find` on that thread alone.
class StreamWork {
  public:
    virtual ~StreamWork() = default;
    virtual Result<consort_encoder_component> find(const std::string& codec) = 0;
    // Frames of the station's sound, interleaved stereo, one call after the other. May wait; false:
    // it ends.
    virtual bool pull(float* stereo, std::size_t frames) = 0;
    // A run of the encoder began, or could not (or broke off) for that reason.
    virtual void runs() = 0;
    virtual void failed(const std::string& reason) = 0;
};

// Begins with construction. An encoder that fails is started anew, after a pause that grows to some
// seconds; what it had taken and not given is lost, and the stream goes on.
class StreamEncoder {
  public:
    StreamEncoder(StreamCoding coding, StreamWork& work, Framer& framer);
    // `pull` has to return soon.
    ~StreamEncoder();
    StreamEncoder(const StreamEncoder&) = delete;
    StreamEncoder& operator=(const StreamEncoder&) = delete;

  private:
    void run() noexcept;
    Result<void> run_once();
    bool stopping();
    Result<void> read(std::uint64_t position, std::uint64_t frames, float* buffer);

    const StreamCoding coding_;
    StreamWork& work_;
    Framer& framer_;
    std::uint64_t pulled_ = 0;     // frames, of the station
    std::uint64_t run_began_ = 0;  // at so many
    std::uint64_t given_ = 0;      // coded frames of this run
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stop_ = false;
    std::thread thread_;
};

}  // namespace consort::radio
