// One source as Vorbis. Its blocks have two lengths, and which comes when follows from all the
// sound before: so it is made whole, from the beginning on.
#pragma once

#include <memory>
#include <string>

#include "plugins/codec/common/audio_encoding.hpp"

namespace consort::codec {

class VorbisEncoding : public SoundEncoding {
  public:
    static Result<std::unique_ptr<SoundEncoding>> make(const Pcm& source, EncoderPlan plan,
                                                       KnownEncoders& known);

    consort_encoding_info info() const override;
    Track track() const override;
    Result<void> encode(std::int64_t start, std::int64_t end, const PcmInput& pcm,
                        const EncodeSink& sink) const override;

  private:
    VorbisEncoding(const Pcm& source, EncoderPlan plan);

    EncoderPlan plan_;
    Conversion conversion_;
    std::shared_ptr<const EncoderFacts> facts_;
    // The first packet only primes the decoder; the sound begins where it ends.
    std::uint32_t first_duration_ = 0;
    std::string revision_;
};

}  // namespace consort::codec
