// One track's samples through FFmpeg's decoder, in order, each piece of sound with its place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "consort/offers/decoder.hpp"

#include "plugins/codec/common/libav.hpp"
#include "plugins/codec/ffmpeg/codec_setup.hpp"
#include "plugins/codec/ffmpeg/packet_feed.hpp"

namespace consort::codec {

// For one thread; the media outlives it. Places count PCM frames from media time 0.
class TrackDecoder {
  public:
    // The format that open() would find; decodes only if the track does not declare it.
    static Result<Pcm> format_of(const MediaView& media, std::uint32_t track);
    // What the first samples decode to.
    static Result<Pcm> decoded_format(const MediaView& media, std::uint32_t track);
    // Decodes the first samples to learn what they hold. UNSUPPORTED, CORRUPT, IO.
    static Result<std::unique_ptr<TrackDecoder>> open(const MediaView& media, std::uint32_t track);

    // `frames` is what the edit leaves.
    const Pcm& format() const noexcept { return format_; }
    const Warmup& warmup() const noexcept { return setup_.warmup; }
    std::uint64_t sample_count() const noexcept { return feed_.count(); }
    // The place where the presentation begins.
    std::int64_t presentation() const noexcept { return presentation_; }
    // The place where a sample begins; for sample_count(), where the media ends.
    Result<std::int64_t> place_of(std::uint64_t sample);
    // The last sample that begins at or before the place.
    std::uint64_t sample_at(std::int64_t place) const noexcept;

    // A piece of sound, interleaved in the format.
    struct Piece {
        std::int64_t place = 0;
        std::uint64_t frames = 0;
        std::vector<std::byte> values;
    };
    // Forgets everything; `sample` is decoded next.
    Result<void> restart(std::uint64_t sample);
    // Decodes one sample and appends what comes out. A damaged one yields nothing, and counts.
    Result<void> decode(std::uint64_t sample, std::vector<Piece>& out);
    // What the decoder holds back; nothing may be decoded after it but a restart.
    Result<void> drain(std::vector<Piece>& out);
    std::uint64_t damaged() const noexcept { return damaged_; }

  private:
    TrackDecoder(const MediaView& media, std::uint32_t number, const Track& track,
                 const CodecSetup& setup);
    static Result<std::unique_ptr<TrackDecoder>> probe(const MediaView& media, std::uint32_t track);
    Result<bool> learn_format(std::uint64_t first, std::uint64_t count);
    void place_edit();
    Result<void> receive(std::vector<Piece>& out);
    std::int64_t to_place(std::int64_t time) const noexcept;

    MediaView media_;
    std::uint32_t number_;
    Track track_;
    CodecSetup setup_;
    PacketFeed feed_;
    ContextPtr context_;
    FramePtr frame_ = new_frame();
    PacketPtr packet_ = new_packet();
    Pcm format_{};
    std::int64_t presentation_ = 0;
    std::int64_t next_place_ = 0;
    bool placed_ = false;  // next_place_ says where the last piece ended
    std::uint64_t damaged_ = 0;
};

}  // namespace consort::codec
