// Sound into coded samples with one of FFmpeg's encoders: what all of our encoders share.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "consort/offers/encoder.hpp"

#include "plugins/codec/common/encoder_facts.hpp"
#include "plugins/codec/common/frame_control.hpp"
#include "plugins/codec/common/libav.hpp"
#include "plugins/codec/common/pcm_stream.hpp"

namespace consort::codec {

// What our encoders prepare: see consort/offers/encoder.hpp.
class SoundEncoding {
  public:
    virtual ~SoundEncoding() = default;
    virtual consort_encoding_info info() const = 0;
    virtual Track track() const = 0;
    virtual Result<void> encode(std::int64_t start, std::int64_t end, const PcmInput& pcm,
                                const EncodeSink& sink) const = 0;
};

// How one codec codes one source.
struct EncoderPlan {
    const char* encoder = "";  // FFmpeg's name
    SoundTarget target;
    std::uint32_t bit_rate = 0;  // bits a second; 0: the encoder is not told
    std::vector<std::pair<const char*, std::string>> options;  // FFmpeg's, for the encoder
    std::uint32_t frame_size = 0;       // PCM frames a sample, for encoders that leave the choice
    std::uint32_t pre_roll = 0;         // samples made and thrown away before a range
    std::uint32_t silence = 0;          // of those, so many may lie before the track's first
    bool short_last = false;            // the last sample ends with the sound, not with the grid
    std::uint32_t bits_per_sample = 0;  // of lossless codecs
    std::uint32_t average_bit_rate = 0, peak_bit_rate = 0;  // estimates
    std::string codec, codec_string;
    // Names the settings; encoder and version are put before it.
    std::string settings;
    // What media.h calls `configuration`: from the started encoder, or known without one.
    std::function<std::string(const AVCodecContext&)> configuration;
    std::string own_configuration;
    // Makes what steers each run, if the encoder is not left to itself.
    std::function<std::unique_ptr<FrameControl>()> control;
    // Changes a sample's bytes before it goes out, given its number in the track.
    std::function<Result<void>(std::uint64_t number, std::vector<std::uint8_t>& bytes)> finish;
};

// Sample n holds media time n * frame_size on, and the sound's position p stands at media time
// p + edit_start, edit_start being the encoder's delay. The encoder is started `pre_roll` samples
// before a range on the same grid of frames, so that it makes what an encoder that ran over the
// whole track would make, but for what it has forgotten of the sound before.
class AudioEncoding : public SoundEncoding {
  public:
    // UNSUPPORTED if FFmpeg lacks the encoder or it refuses the settings.
    static Result<std::unique_ptr<SoundEncoding>> make(const Pcm& source, EncoderPlan plan,
                                                       KnownEncoders& known);

    consort_encoding_info info() const override;
    Track track() const override;
    Result<void> encode(std::int64_t start, std::int64_t end, const PcmInput& pcm,
                        const EncodeSink& sink) const override;

  private:
    AudioEncoding(const Pcm& source, EncoderPlan plan);
    // How many samples so many presented frames make.
    std::uint64_t samples_of(std::uint64_t frames) const noexcept;
    Result<void> deliver(std::uint64_t number, const AVPacket& packet, std::uint64_t frames,
                         std::vector<std::uint8_t>& bytes, const EncodeSink& sink) const;

    EncoderPlan plan_;
    Conversion conversion_;
    std::shared_ptr<const EncoderFacts> facts_;
    std::uint32_t frame_size_ = 0, delay_ = 0;  // of the facts
    std::string revision_;
};

// FFmpeg's encoder by the plan's name, UNSUPPORTED if it is not there; and one that is started.
Result<const AVCodec*> find_encoder(const EncoderPlan& plan);
Result<ContextPtr> open_encoder(const AVCodec* codec, const EncoderPlan& plan,
                                const Conversion& conversion);
// What is equal for every track that the plan makes.
Track planned_track(const EncoderPlan& plan);
std::string revision_of(const EncoderPlan& plan);
// Names all that open_encoder() looks at.
std::string form_of(const EncoderPlan& plan, const Conversion& conversion);

// The settings of `prepare` put into a choice of rates: `wanted`, or the source's own if it is in
// `allowed`, or the lowest that loses nothing that can be heard (a whole fraction or up to the
// next).
std::uint32_t choose_rate(std::uint32_t source, std::uint32_t wanted,
                          std::span<const std::uint32_t> allowed) noexcept;

// `wanted` channels, else mono for mono and stereo for all else. UNSUPPORTED: more than stereo out
// of other than as many.
Result<std::uint32_t> choose_channels(std::uint32_t source, std::uint32_t wanted);
// The encoder's header bytes as they are.
std::string extradata_of(const AVCodecContext& context);

}  // namespace consort::codec
