// FFmpeg's C objects as C++ ones, and its errors as ours.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/frame.h>
}

#include <memory>
#include <string>
#include <string_view>

#include "consort/result.hpp"

namespace consort::codec {

struct FreeContext {
    void operator()(AVCodecContext* context) const noexcept { avcodec_free_context(&context); }
};
struct FreeFrame {
    void operator()(AVFrame* frame) const noexcept { av_frame_free(&frame); }
};
struct FreePacket {
    void operator()(AVPacket* packet) const noexcept { av_packet_free(&packet); }
};
using ContextPtr = std::unique_ptr<AVCodecContext, FreeContext>;
using FramePtr = std::unique_ptr<AVFrame, FreeFrame>;
using PacketPtr = std::unique_ptr<AVPacket, FreePacket>;

// Throw std::bad_alloc.
FramePtr new_frame();
PacketPtr new_packet();
ContextPtr new_context(const AVCodec* codec);

// "cannot start the AAC encoder: Invalid argument". Out of memory keeps its status.
Error libav_error(int code, std::string_view what);

// Names the version of libavcodec that runs, "lavc59.37.100".
std::string libavcodec_version();

// Sends FFmpeg's messages nowhere: they name internals, and our errors say what is wrong.
void silence_libav() noexcept;

}  // namespace consort::codec
