// Decodes runs of a video track's samples.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "consort/media.hpp"

#include "plugins/codec/common/video/libav.hpp"
#include "plugins/codec/common/video/picture_list.hpp"

namespace consort::video {

// Non-null and true: nobody wants the result any more.
using Canceled = std::function<bool()>;

// One thread at a time; the media and the list outlive it.
class PictureDecoder {
  public:
    // UNSUPPORTED: no decoder for this codec.
    static Result<PictureDecoder> open(const MediaView& media, std::uint32_t track,
                                       const PictureList& list);

    // Takes a good picture and its number in the list. False: enough, stop.
    using Take = std::function<Result<bool>(std::size_t picture, FramePtr frame)>;

    // Decodes the samples, which begin with a sync sample, and hands over what is to be shown, in
    // the order of time. Damaged pictures are left out; so are those before the picture `from` that
    // no other needs. CANCELED, IO, or what `take` returns.
    Result<void> decode(SampleRange samples, std::size_t from, const Canceled& canceled,
                        const Take& take);
    // The same for single sync samples, one after the other.
    Result<void> decode_each(const std::vector<std::uint64_t>& samples, const Canceled& canceled,
                             const Take& take);

  private:
    PictureDecoder(const MediaView& media, std::uint32_t track, const PictureList& list)
        : media_(media), track_(track), list_(&list) {}
    Result<bool> send(const Sample& sample, const Take& take);
    Result<bool> receive(const Take& take);
    Result<bool> drain(const Take& take);

    MediaView media_;
    std::uint32_t track_;
    const PictureList* list_;
    CodecPtr codec_;
    PacketPtr packet_ = new_packet();
};

}  // namespace consort::video
