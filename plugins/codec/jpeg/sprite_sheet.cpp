#include "plugins/codec/jpeg/sprite_sheet.hpp"

extern "C" {
#include <libavutil/avutil.h>
#include <libavutil/imgutils.h>
}

#include <algorithm>
#include <cstring>
#include <new>

namespace consort::jpeg {

SpriteSheet::SpriteSheet(const SpriteLayout& layout, std::uint32_t sheet)
    : layout_(layout), frame_(video::new_frame()) {
    frame_->format = AV_PIX_FMT_YUVJ420P;
    frame_->width = static_cast<int>(layout.tile.width * layout.columns);
    frame_->height = static_cast<int>(layout.tile.height * layout.rows_of(sheet));
    frame_->color_range = AVCOL_RANGE_JPEG;
    if (av_frame_get_buffer(frame_.get(), 0) < 0) throw std::bad_alloc();
    for (int plane = 0; plane < 3; ++plane) {
        const int lines = plane == 0 ? frame_->height : frame_->height / 2;
        std::memset(
            frame_->data[plane], plane == 0 ? 0 : 128,
            static_cast<std::size_t>(frame_->linesize[plane]) * static_cast<std::size_t>(lines));
    }
}

void SpriteSheet::put(std::uint32_t tile, const AVFrame& picture) {
    const int width = static_cast<int>(layout_.tile.width);
    const int height = static_cast<int>(layout_.tile.height);
    const int x = static_cast<int>(tile % layout_.columns) * width;
    const int y = static_cast<int>(tile / layout_.columns) * height;
    if (picture.width != width || picture.height != height || y + height > frame_->height) return;
    for (int plane = 0; plane < 3; ++plane) {
        const int half = plane == 0 ? 1 : 2;
        std::uint8_t* to = frame_->data[plane] + y / half * frame_->linesize[plane] + x / half;
        av_image_copy_plane(to, frame_->linesize[plane], picture.data[plane],
                            picture.linesize[plane], width / half, height / half);
    }
}

Result<std::vector<std::uint8_t>> SpriteSheet::encode() const {
    const AVCodec* found = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
    if (found == nullptr)
        return Error{CONSORT_E_UNSUPPORTED, "This machine's FFmpeg was built without JPEG."};
    const video::CodecPtr codec(avcodec_alloc_context3(found));
    if (!codec) return Error{CONSORT_E_NO_MEMORY, "out of memory"};
    codec->width = frame_->width;
    codec->height = frame_->height;
    codec->pix_fmt = AV_PIX_FMT_YUVJ420P;
    codec->color_range = AVCOL_RANGE_JPEG;
    codec->time_base = {1, 1};
    codec->thread_count = 1;
    codec->flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT;
    codec->global_quality = FF_QP2LAMBDA * layout_.quality;
    const video::FramePtr frame = video::share(*frame_);
    frame->quality = codec->global_quality;
    frame->pts = 0;
    const video::PacketPtr packet = video::new_packet();
    int status = avcodec_open2(codec.get(), found, nullptr);
    if (status >= 0) status = avcodec_send_frame(codec.get(), frame.get());
    if (status >= 0) status = avcodec_send_frame(codec.get(), nullptr);
    if (status >= 0) status = avcodec_receive_packet(codec.get(), packet.get());
    if (status < 0) return video::libav_error("cannot make a JPEG picture", status);
    return std::vector<std::uint8_t>(packet->data, packet->data + packet->size);
}

}  // namespace consort::jpeg
