// The encoder "h264": any range of a film as H.264, each beginning with an IDR picture.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "consort/offers/encoder.hpp"

#include "plugins/codec/common/video/film.hpp"
#include "plugins/codec/common/video/picture_list.hpp"
#include "plugins/codec/common/video/picture_plan.hpp"
#include "plugins/codec/common/video/picture_source.hpp"
#include "plugins/codec/h264/h264_stream.hpp"
#include "plugins/codec/h264/known_configurations.hpp"

namespace consort::h264 {

// One source, coded in one way. The resulting track counts time like the source's and has no edit:
// its media time is the source's presentation time. It has the same pictures at the same times.
class H264Encoding {
  public:
    H264Encoding(const MediaView& media, std::uint32_t track, const video::PictureList& list,
                 const video::PicturePlan& plan, StreamSettings settings, std::string configuration,
                 std::span<const std::int64_t> boundaries);

    consort_encoding_info info() const;
    Track track() const;
    // CORRUPT: none of the range's pictures can be decoded. CANCELED, IO. [worker, several at once]
    Result<void> encode(std::int64_t start, std::int64_t end, const PcmInput& pcm,
                        const EncodeSink& sink) const;

  private:
    struct CodedPart {
        std::vector<Sample> samples;  // offsets count from the start of `bytes`
        std::vector<std::uint8_t> bytes;
    };
    Result<void> encode_part(video::PictureRange part, const video::Canceled& canceled,
                             CodedPart& coded) const;

    MediaView media_;
    std::uint32_t source_track_;
    const video::PictureList& list_;  // lives as long as the media
    video::PicturePlan plan_;
    StreamSettings settings_;
    std::string configuration_, codec_string_, revision_;
    std::vector<std::size_t> alone_;  // pictures on boundaries, rising
};

class H264Encoder {
  public:
    H264Encoder();
    // UNSUPPORTED: no decoder for the source, it has fewer lines than `height`, or an option's
    // value is unknown. [worker, several at once]
    Result<std::unique_ptr<H264Encoding>> prepare(const EncodeSource& source,
                                                  const EncodeSettings& settings) const;

  private:
    mutable KnownConfigurations known_;
};

}  // namespace consort::h264
