#include "plugins/codec/common/libav.hpp"

extern "C" {
#include <libavutil/error.h>
#include <libavutil/log.h>
}

#include <new>

namespace consort::codec {

FramePtr new_frame() {
    FramePtr frame(av_frame_alloc());
    if (!frame) throw std::bad_alloc();
    return frame;
}
PacketPtr new_packet() {
    PacketPtr packet(av_packet_alloc());
    if (!packet) throw std::bad_alloc();
    return packet;
}
ContextPtr new_context(const AVCodec* codec) {
    ContextPtr context(avcodec_alloc_context3(codec));
    if (!context) throw std::bad_alloc();
    return context;
}

Error libav_error(int code, std::string_view what) {
    char text[AV_ERROR_MAX_STRING_SIZE] = {};
    av_strerror(code, text, sizeof text);
    const consort_status status =
        code == AVERROR(ENOMEM) ? CONSORT_E_NO_MEMORY : CONSORT_E_INTERNAL;
    return {status, std::string(what) + ": " + text};
}

std::string libavcodec_version() {
    const unsigned v = avcodec_version();
    return "lavc" + std::to_string(AV_VERSION_MAJOR(v)) + "." +
           std::to_string(AV_VERSION_MINOR(v)) + "." + std::to_string(AV_VERSION_MICRO(v));
}

void silence_libav() noexcept { av_log_set_level(AV_LOG_QUIET); }

}  // namespace consort::codec
