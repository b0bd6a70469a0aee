#include "plugins/container/ffmpeg/picture_scale.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

#include "plugins/container/ffmpeg/libav.hpp"
#include "plugins/container/ffmpeg/picture_type.hpp"

namespace consort::container_ffmpeg {
namespace {

constexpr int kJpegQuality = 3;  // 2 is the best, 31 the worst

struct FreeContext {
    void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
};
struct FreeFrame {
    void operator()(AVFrame* frame) const { av_frame_free(&frame); }
};
struct FreePacket {
    void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
struct FreeScaler {
    void operator()(SwsContext* scaler) const { sws_freeContext(scaler); }
};
using Codec = std::unique_ptr<AVCodecContext, FreeContext>;
using Frame = std::unique_ptr<AVFrame, FreeFrame>;
using Packet = std::unique_ptr<AVPacket, FreePacket>;

Error no_memory() { return {CONSORT_E_NO_MEMORY, "There is no memory for the picture."}; }
Error damaged() {
    return {CONSORT_E_CORRUPT,
            "The picture is damaged or incomplete. Replace it with a good copy."};
}

AVCodecID decoder_of(std::string_view type) {
    if (type == "image/jpeg") return AV_CODEC_ID_MJPEG;
    if (type == "image/png") return AV_CODEC_ID_PNG;
    if (type == "image/webp") return AV_CODEC_ID_WEBP;
    return AV_CODEC_ID_NONE;
}

Result<Frame> decode(std::span<const std::byte> picture, AVCodecID id) {
    const AVCodec* decoder = avcodec_find_decoder(id);
    if (decoder == nullptr)
        return Error{CONSORT_E_UNSUPPORTED, "This FFmpeg can't read such pictures."};
    const Codec context(avcodec_alloc_context3(decoder));
    const Packet packet(av_packet_alloc());
    Frame frame(av_frame_alloc());
    if (!context || !packet || !frame) return no_memory();
    if (av_new_packet(packet.get(), static_cast<int>(picture.size())) < 0) return no_memory();
    std::memcpy(packet->data, picture.data(), picture.size());
    context->max_pixels = kMostPixels;
    context->thread_count = 1;
    if (avcodec_open2(context.get(), decoder, nullptr) < 0) return damaged();
    if (avcodec_send_packet(context.get(), packet.get()) < 0 ||
        avcodec_receive_frame(context.get(), frame.get()) < 0) {
        // Decoders set the size first, and refuse it there.
        return damaged();
    }
    if (frame->width <= 0 || frame->height <= 0) return damaged();
    return frame;
}

bool has_alpha(AVPixelFormat format) {
    const AVPixFmtDescriptor* described = av_pix_fmt_desc_get(format);
    return described != nullptr && (described->flags & AV_PIX_FMT_FLAG_ALPHA) != 0;
}

Result<Frame> shrink(const AVFrame& from, std::uint32_t longest_side, AVPixelFormat format) {
    Frame to(av_frame_alloc());
    if (!to) return no_memory();
    const std::int64_t longest = std::max(from.width, from.height);
    const auto side = [&](int length) {
        return static_cast<int>(std::max<std::int64_t>(
            1, (std::int64_t{length} * longest_side + longest / 2) / longest));
    };
    to->width = side(from.width);
    to->height = side(from.height);
    to->format = format;
    if (av_frame_get_buffer(to.get(), 0) < 0) return no_memory();
    const std::unique_ptr<SwsContext, FreeScaler> scaler(sws_getContext(
        from.width, from.height, static_cast<AVPixelFormat>(from.format), to->width, to->height,
        format, SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT, nullptr, nullptr, nullptr));
    if (!scaler)
        return Error{CONSORT_E_UNSUPPORTED, "This FFmpeg can't scale pictures of this kind."};
    if (sws_scale(scaler.get(), from.data, from.linesize, 0, from.height, to->data, to->linesize) !=
        to->height)
        return damaged();
    return to;
}

Result<Packet> encode(AVFrame& frame, AVCodecID id) {
    const AVCodec* encoder = avcodec_find_encoder(id);
    if (encoder == nullptr)
        return Error{CONSORT_E_UNSUPPORTED, "This FFmpeg can't write JPEG and PNG pictures."};
    const Codec context(avcodec_alloc_context3(encoder));
    Packet packet(av_packet_alloc());
    if (!context || !packet) return no_memory();
    context->width = frame.width;
    context->height = frame.height;
    context->pix_fmt = static_cast<AVPixelFormat>(frame.format);
    context->time_base = {1, 1};
    context->thread_count = 1;
    context->flags |= AV_CODEC_FLAG_BITEXACT;  // no note about the encoder in the picture
    if (id == AV_CODEC_ID_MJPEG) {
        context->color_range = AVCOL_RANGE_JPEG;
        context->flags |= AV_CODEC_FLAG_QSCALE;
        context->global_quality = kJpegQuality * FF_QP2LAMBDA;
        frame.quality = context->global_quality;
    }
    if (avcodec_open2(context.get(), encoder, nullptr) < 0 ||
        avcodec_send_frame(context.get(), &frame) < 0 ||
        avcodec_receive_packet(context.get(), packet.get()) < 0)
        return Error{CONSORT_E_INTERNAL, "The smaller picture could not be written."};
    return packet;
}

}  // namespace

PictureScaler::PictureScaler() { silence_libav(); }

Result<void> PictureScaler::scale(std::span<const std::byte> picture, std::uint32_t longest_side,
                                  const ImageReady& ready) {
    if (longest_side == 0) return Error{CONSORT_E_INVALID, "A picture has at least one pixel."};
    const char* type = picture_type(picture);
    const AVCodecID id = type == nullptr ? AV_CODEC_ID_NONE : decoder_of(type);
    if (id == AV_CODEC_ID_NONE)
        return Error{CONSORT_E_UNSUPPORTED, "Only JPEG, PNG and WebP pictures can be scaled."};
    if (picture.size() > std::numeric_limits<int>::max() - AV_INPUT_BUFFER_PADDING_SIZE)
        return Error{CONSORT_E_DENIED, "The picture is too large to be scaled."};
    const PictureSize size = picture_size(picture);
    if (size.pixels() > kMostPixels)
        return Error{CONSORT_E_DENIED, "The picture has " + std::to_string(size.width) + " x " +
                                           std::to_string(size.height) +
                                           " pixels, more than can be scaled (" +
                                           std::to_string(kMostPixels / 1'000'000) +
                                           " million). Replace it with a smaller one."};
    if (size.width != 0 && std::max(size.width, size.height) <= longest_side)
        return ready(type, picture);

    auto whole = decode(picture, id);
    if (!whole) return whole.error();
    const AVFrame& frame = **whole;
    if (static_cast<std::uint32_t>(std::max(frame.width, frame.height)) <= longest_side)
        return ready(type, picture);
    const bool alpha = has_alpha(static_cast<AVPixelFormat>(frame.format));
    const bool png = alpha || id == AV_CODEC_ID_PNG;
    auto small = shrink(frame, longest_side,
                        !png    ? AV_PIX_FMT_YUVJ420P
                        : alpha ? AV_PIX_FMT_RGBA
                                : AV_PIX_FMT_RGB24);
    if (!small) return small.error();
    whole->reset();
    auto packet = encode(**small, png ? AV_CODEC_ID_PNG : AV_CODEC_ID_MJPEG);
    if (!packet) return packet.error();
    return ready(png ? "image/png" : "image/jpeg",
                 {reinterpret_cast<const std::byte*>((*packet)->data),
                  static_cast<std::size_t>((*packet)->size)});
}

}  // namespace consort::container_ffmpeg
