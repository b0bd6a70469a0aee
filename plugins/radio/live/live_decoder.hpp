// Coded sound of any common form, as it arrives, to stereo at the station's rate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace consort::radio {

// What the decoder takes from, and gives to; all on the thread of `run`.
class LiveDecoding {
  public:
    virtual ~LiveDecoding() = default;
    // Waits for bytes: how many there are in `to`; 0: there will be none.
    virtual std::size_t read(std::uint8_t* to, std::size_t most) = 0;
    // False: no more is wanted.
    virtual bool sound(const float* stereo, std::size_t frames) = 0;
    // The stream itself names what plays.
    virtual void named(const std::string& title, const std::string& artist) = 0;
};

// MP3, ADTS, Ogg (Vorbis, Opus, FLAC; chained, too), FLAC, WebM and what else libavformat knows
// by its bytes; nothing that would open files or addresses. Damaged bytes are passed over. Returns
// when `read` has given all or `sound` wants no more: a sentence for people that says what was
// wrong; empty: nothing. `demuxer`: libavformat's name, or null to find it out. `rate`: PCM frames
// a second.
std::string decode_live(const char* demuxer, std::uint32_t rate, LiveDecoding& with);

}  // namespace consort::radio
