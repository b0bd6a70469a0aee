// FFmpeg's C objects with owners.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavutil/dict.h>
#include <libavutil/frame.h>
}

#include <memory>
#include <new>
#include <string>
#include <string_view>

#include "consort/result.hpp"

namespace consort::video {

// Frees what FFmpeg allocated with the function that takes a pointer to the pointer.
template <auto Function>
struct FreeBy {
    template <class T>
    void operator()(T* object) const noexcept {
        Function(&object);
    }
};
using FramePtr = std::unique_ptr<AVFrame, FreeBy<av_frame_free>>;
using PacketPtr = std::unique_ptr<AVPacket, FreeBy<av_packet_free>>;
using CodecPtr = std::unique_ptr<AVCodecContext, FreeBy<avcodec_free_context>>;
using GraphPtr = std::unique_ptr<AVFilterGraph, FreeBy<avfilter_graph_free>>;

// Throw std::bad_alloc.
inline FramePtr new_frame() {
    FramePtr frame(av_frame_alloc());
    if (!frame) throw std::bad_alloc();
    return frame;
}
inline PacketPtr new_packet() {
    PacketPtr packet(av_packet_alloc());
    if (!packet) throw std::bad_alloc();
    return packet;
}
// Another reference to the same picture.
inline FramePtr share(const AVFrame& frame) {
    FramePtr copy(av_frame_clone(&frame));
    if (!copy) throw std::bad_alloc();
    return copy;
}

// "cannot open the decoder: Invalid data found when processing input"
Error libav_error(std::string_view what, int code);

// Lets FFmpeg's libraries log nothing: they name internals, and our errors say what is wrong.
void silence_libav() noexcept;

}  // namespace consort::video
