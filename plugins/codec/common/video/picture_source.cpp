#include "plugins/codec/common/video/picture_source.hpp"

#include <algorithm>

namespace consort::video {
namespace {

// Puts pictures in their places, and the last good one where a place stays empty.
class Places {
  public:
    using Put = std::function<Result<void>(std::size_t picture, const AVFrame& frame)>;
    Places(PictureRange range, Put put) : range_(range), next_(range.first), put_(std::move(put)) {}

    Result<void> add(std::size_t picture, FramePtr frame) {
        if (picture >= next_ && picture < range_.end) {
            const AVFrame& before = last_ ? *last_ : *frame;
            if (auto done = fill(picture, before); !done) return done;
            if (auto done = put_(next_++, *frame); !done) return done;
        }
        if (picture < range_.end) last_ = std::move(frame);
        return {};
    }
    Result<void> finish() { return last_ ? fill(range_.end, *last_) : Result<void>(); }
    bool nothing() const noexcept { return last_ == nullptr; }

  private:
    Result<void> fill(std::size_t end, const AVFrame& frame) {
        while (next_ < end)
            if (auto done = put_(next_++, frame); !done) return done;
        return {};
    }
    PictureRange range_;
    std::size_t next_;
    Put put_;
    FramePtr last_;
};

}  // namespace

Result<void> read_pictures(const MediaView& media, std::uint32_t track, const PictureList& list,
                           const PicturePlan& plan, PictureRange range, const Canceled& canceled,
                           const PictureFilter::Take& take) {
    if (range.size() == 0) return {};
    // Deinterlacing looks at the neighbours.
    PictureRange wanted = range;
    if (plan.source.interlaced) {
        wanted.first -= wanted.first > 0 ? 1 : 0;
        wanted.end += wanted.end < list.size() ? 1 : 0;
    }
    PictureFilter filter(plan);
    const auto pass = [&](std::size_t picture, FramePtr frame) -> Result<void> {
        if (picture < range.first || picture >= range.end) return {};
        return take(picture, std::move(frame));
    };
    Places places(wanted, [&](std::size_t picture, const AVFrame& frame) -> Result<void> {
        if (canceled && canceled())
            return Error{CONSORT_E_CANCELED, "Nobody waits for the pictures any more."};
        return filter.add(picture, frame, pass);
    });

    auto decoder = PictureDecoder::open(media, track, list);
    if (!decoder) return decoder.error();
    const auto place = [&](std::size_t picture, FramePtr frame) -> Result<bool> {
        if (auto done = places.add(picture, std::move(frame)); !done)
            return std::move(done).error();
        return true;
    };
    SampleRange samples = list.needed(wanted);
    if (auto done = decoder->decode(samples, wanted.first, canceled, place); !done) return done;
    if (places.nothing() && samples.first > 0) {
        // All of it is damaged: what was up before it stays.
        samples = {list.sync_before(samples.first), samples.first};
        if (auto done = decoder->decode(samples, 0, canceled, place); !done) return done;
    }
    if (places.nothing())
        return Error{CONSORT_E_CORRUPT,
                     "The source's pictures are damaged here; none of them can be decoded."};
    if (auto done = places.finish(); !done) return done;
    return filter.finish(pass);
}

}  // namespace consort::video
