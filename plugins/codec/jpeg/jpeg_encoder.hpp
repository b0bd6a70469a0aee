// The encoder "jpeg": sheets of thumbnails of a film, for scrubbing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "consort/offers/encoder.hpp"

#include "plugins/codec/common/video/film.hpp"
#include "plugins/codec/common/video/picture_plan.hpp"
#include "plugins/codec/jpeg/sprite_layout.hpp"

namespace consort::jpeg {

// One film. The resulting track has one sample for each sheet, which lasts as long as the film that
// it shows; its configuration is the layout's text. Not cuttable.
class SpriteEncoding {
  public:
    SpriteEncoding(const MediaView& media, std::uint32_t track, const video::Film& film,
                   const video::PicturePlan& plan, const SpriteLayout& layout);

    consort_encoding_info info() const;
    Track track() const;
    // The sheets that begin in the range. CORRUPT: no picture of a sheet can be decoded. CANCELED,
    // IO. [worker, several at once]
    Result<void> encode(std::int64_t start, std::int64_t end, const PcmInput& pcm,
                        const EncodeSink& sink) const;

  private:
    std::int64_t sheet_duration() const noexcept;
    Result<std::vector<std::uint8_t>> make(std::uint32_t sheet,
                                           const video::Canceled& canceled) const;

    MediaView media_;
    std::uint32_t source_track_;
    const video::PictureList& list_;  // lives as long as the media
    video::PicturePlan plan_;
    SpriteLayout layout_;
    std::uint32_t timescale_;
    std::string layout_text_, revision_;
};

class JpegEncoder {
  public:
    JpegEncoder();
    // `height` is that of a thumbnail; 0: 90 lines. UNSUPPORTED: no decoder for the source, it has
    // fewer lines, or an option's value is impossible. [worker, several at once]
    Result<std::unique_ptr<SpriteEncoding>> prepare(const EncodeSource& source,
                                                    const EncodeSettings& wanted) const;
};

}  // namespace consort::jpeg
