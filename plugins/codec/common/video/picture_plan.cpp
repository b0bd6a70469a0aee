#include "plugins/codec/common/video/picture_plan.hpp"

extern "C" {
#include <libavutil/mastering_display_metadata.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <cmath>

namespace consort::video {
namespace {

constexpr std::uint32_t kWidest = 16'384;
constexpr int kLookAt = 3;  // pictures that tell whether a track is interlaced

std::uint32_t known(std::uint32_t told, int seen) {
    if (told != 0 && told != 2) return told;
    return seen > 0 ? static_cast<std::uint32_t>(seen) : 2;
}

std::uint32_t even(double value) {
    const double clamped = std::clamp(value, 2.0, double{kWidest});
    return std::max<std::uint32_t>(static_cast<std::uint32_t>(std::lround(clamped / 2)) * 2, 2);
}

double brightest(const AVFrame& frame) {
    double candelas = 0;
    if (const auto* side = av_frame_get_side_data(&frame, AV_FRAME_DATA_CONTENT_LIGHT_LEVEL))
        candelas = reinterpret_cast<const AVContentLightMetadata*>(side->data)->MaxCLL;
    if (candelas <= 0) {
        const auto* side = av_frame_get_side_data(&frame, AV_FRAME_DATA_MASTERING_DISPLAY_METADATA);
        if (side != nullptr) {
            const auto& display = *reinterpret_cast<const AVMasteringDisplayMetadata*>(side->data);
            if (display.has_luminance != 0) candelas = av_q2d(display.max_luminance);
        }
    }
    if (!(candelas > 0)) candelas = 1'000;
    return std::clamp(std::round(candelas) / 100, 1.0, 100.0);
}

void look_at(const AVFrame& frame, const Track& track, SourceLook& look) {
    look.coded = {static_cast<std::uint32_t>(frame.width),
                  static_cast<std::uint32_t>(frame.height)};
    if (track.sar_num == 0 && frame.sample_aspect_ratio.num > 0 &&
        frame.sample_aspect_ratio.den > 0) {
        look.sar_num = static_cast<std::uint32_t>(frame.sample_aspect_ratio.num);
        look.sar_den = static_cast<std::uint32_t>(frame.sample_aspect_ratio.den);
    }
    Colour& colour = look.colour;
    colour.primaries = known(track.colour_primaries, frame.color_primaries);
    colour.transfer = known(track.colour_transfer, frame.color_trc);
    colour.matrix = known(track.colour_matrix, frame.colorspace);
    colour.full_range = track.colour_full_range != 0 || frame.color_range == AVCOL_RANGE_JPEG;
    const AVPixFmtDescriptor* format =
        av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
    if (format != nullptr && (format->flags & AV_PIX_FMT_FLAG_RGB) != 0) colour.matrix = 0;
    look.peak = brightest(frame);
}

}  // namespace

Size SourceLook::upright() const noexcept {
    double aspect = sar_den == 0 || sar_num == 0 ? 1.0 : double(sar_num) / sar_den;
    if (aspect < 1.0 / 16 || aspect > 16) aspect = 1;
    const auto width = static_cast<std::uint32_t>(
        std::clamp(std::round(coded.width * aspect), 1.0, double{kWidest}));
    return turned() ? Size{coded.height, width} : Size{width, coded.height};
}

Result<SourceLook> SourceLook::of(const MediaView& media, std::uint32_t index,
                                  const PictureList& list, const Canceled& canceled) {
    const auto track = media.track(index);
    if (!track) return track.error();
    SourceLook look;
    look.coded = {track->width, track->height};
    if (track->sar_num != 0 && track->sar_den != 0) {
        look.sar_num = track->sar_num;
        look.sar_den = track->sar_den;
    }
    look.rotation = track->rotation;
    look.colour = {known(track->colour_primaries, 0), known(track->colour_transfer, 0),
                   known(track->colour_matrix, 0), track->colour_full_range != 0};

    auto decoder = PictureDecoder::open(media, index, list);
    if (!decoder) return decoder.error();
    int seen = 0;
    const auto take = [&](std::size_t, FramePtr frame) -> Result<bool> {
        if (seen == 0) look_at(*frame, *track, look);
        look.interlaced = look.interlaced || frame->interlaced_frame != 0;
        return ++seen < kLookAt;
    };
    const SampleRange start = list.needed({0, std::min<std::size_t>(list.size(), kLookAt)});
    if (auto done = decoder->decode(start, 0, canceled, take); !done)
        return std::move(done).error();
    if (look.coded.width == 0 || look.coded.height == 0 || look.coded.width > kWidest ||
        look.coded.height > kWidest)
        return Error{CONSORT_E_UNSUPPORTED, "The source's pictures are of an unusable size."};
    return look;
}

PicturePlan PicturePlan::make(const SourceLook& source, std::uint32_t height) {
    PicturePlan plan;
    plan.source = source;
    const Size full = source.upright();
    const std::uint32_t most = height == 0 ? full.height : std::min(height, full.height);
    plan.size.height = std::max(most / 2 * 2, 2u);
    plan.size.width = even(static_cast<double>(full.width) * plan.size.height / full.height);
    plan.colour = source.colour;
    plan.colour.full_range = false;
    if (source.hdr() || source.wide()) plan.colour = {1, 1, 1, false};
    if (source.colour.matrix == 0) plan.colour.matrix = 1;  // made from RGB
    return plan;
}

}  // namespace consort::video
