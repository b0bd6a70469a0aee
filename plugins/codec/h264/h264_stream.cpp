#include "plugins/codec/h264/h264_stream.hpp"

extern "C" {
#include <libavfilter/avfilter.h>
#include <libavutil/opt.h>
}

#include <algorithm>
#include <cstring>
#include <string_view>

#include "plugins/codec/h264/nal_units.hpp"

namespace consort::h264 {
namespace {

// Equal headers for every run, equal bytes on every processor, lengths instead of start codes, and
// a buffer that is half full at the start, so that runs that follow each other keep to the bit
// rate.
constexpr const char* kParameters = "stitchable=1:cpu-independent=1:annexb=0:vbv-init=0.5";
constexpr int kLongestGop = 300;

struct Options {
    AVDictionary* raw = nullptr;
    ~Options() { av_dict_free(&raw); }
    void set(const char* name, const std::string& value) {
        av_dict_set(&raw, name, value.c_str(), 0);
    }
};

void describe(const StreamSettings& settings, AVCodecContext& codec) {
    codec.width = static_cast<int>(settings.size.width);
    codec.height = static_cast<int>(settings.size.height);
    codec.pix_fmt = AV_PIX_FMT_YUV420P;
    codec.sample_aspect_ratio = {1, 1};
    codec.time_base = {1, static_cast<int>(settings.timescale)};
    codec.framerate = {static_cast<int>(settings.rate_num), static_cast<int>(settings.rate_den)};
    codec.color_primaries = static_cast<AVColorPrimaries>(settings.colour.primaries);
    codec.color_trc = static_cast<AVColorTransferCharacteristic>(settings.colour.transfer);
    codec.colorspace = static_cast<AVColorSpace>(settings.colour.matrix);
    codec.color_range = AVCOL_RANGE_MPEG;
    codec.flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_CLOSED_GOP;
    codec.gop_size = kLongestGop;
    codec.thread_count = 1;
    const auto rate = static_cast<int>(std::min(settings.bit_rate, 1'000'000'000u));
    codec.rc_max_rate = settings.average ? rate + rate / 2 : rate;
    codec.rc_buffer_size = rate;
    codec.bit_rate = settings.average ? rate : 0;
}

}  // namespace

Result<Stream> Stream::open(const StreamSettings& settings) {
    const AVCodec* found = avcodec_find_encoder_by_name("libx264");
    if (found == nullptr)
        return Error{CONSORT_E_UNSUPPORTED,
                     "This machine's FFmpeg was built without libx264, which encodes H.264."};
    Stream stream;
    stream.codec_.reset(avcodec_alloc_context3(found));
    if (!stream.codec_) return Error{CONSORT_E_NO_MEMORY, "out of memory"};
    AVCodecContext& codec = *stream.codec_;
    describe(settings, codec);
    Options options;
    options.set("preset", settings.preset);
    options.set("profile", settings.profile);
    options.set("x264-params", kParameters);
    if (!settings.average) options.set("crf", std::to_string(settings.crf));
    const int status = avcodec_open2(&codec, found, &options.raw);
    if (status == AVERROR(ENOMEM)) return Error{CONSORT_E_NO_MEMORY, "out of memory"};
    if (status < 0)
        return Error{CONSORT_E_UNSUPPORTED, "libx264 refuses these settings (preset " +
                                                settings.preset + ", profile " + settings.profile +
                                                ", " + std::to_string(settings.size.width) + "x" +
                                                std::to_string(settings.size.height) + ")."};
    auto made = configuration_record(
        {codec.extradata, static_cast<std::size_t>(std::max(codec.extradata_size, 0))});
    if (!made) return std::move(made).error();
    stream.configuration_ = std::move(*made);
    return stream;
}

Result<void> Stream::add(const AVFrame& picture, const Take& take) {
    const int status = avcodec_send_frame(codec_.get(), &picture);
    if (status < 0) return video::libav_error("libx264 cannot encode a picture", status);
    return collect(take);
}

Result<void> Stream::finish(const Take& take) {
    const int status = avcodec_send_frame(codec_.get(), nullptr);
    if (status < 0) return video::libav_error("libx264 cannot finish", status);
    return collect(take);
}

Result<void> Stream::collect(const Take& take) {
    for (;;) {
        const int status = avcodec_receive_packet(codec_.get(), packet_.get());
        if (status == AVERROR(EAGAIN) || status == AVERROR_EOF) return {};
        if (status < 0) return video::libav_error("libx264 cannot encode a picture", status);
        const auto data = without_signature(
            {packet_->data, static_cast<std::size_t>(std::max(packet_->size, 0))});
        if (data.empty())
            return Error{CONSORT_E_INTERNAL, "libx264 made an empty or malformed access unit"};
        const AccessUnit unit{data, packet_->pts, (packet_->flags & AV_PKT_FLAG_KEY) != 0};
        if (auto taken = take(unit); !taken) return taken;
    }
}

namespace {

// libx264 tells its build only in the user data of its first picture: "x264 - core 164 r3095 … -
// H.".
std::string find_version() {
    const auto number = [](unsigned v) {
        return std::to_string(v >> 16) + '.' + std::to_string(v >> 8 & 255) + '.' +
               std::to_string(v & 255);
    };
    std::string version =
        "lavc " + number(avcodec_version()) + ", lavfi " + number(avfilter_version());
    const AVCodec* found = avcodec_find_encoder_by_name("libx264");
    const video::CodecPtr codec(found != nullptr ? avcodec_alloc_context3(found) : nullptr);
    if (!codec) return version;
    StreamSettings small;
    small.size = {64, 64};
    describe(small, *codec);
    const video::FramePtr picture = video::new_frame();
    picture->format = AV_PIX_FMT_YUV420P;
    picture->width = picture->height = 64;
    const video::PacketPtr packet = video::new_packet();
    if (avcodec_open2(codec.get(), found, nullptr) < 0 ||
        av_frame_get_buffer(picture.get(), 0) < 0 ||
        avcodec_send_frame(codec.get(), picture.get()) < 0 ||
        avcodec_send_frame(codec.get(), nullptr) < 0 ||
        avcodec_receive_packet(codec.get(), packet.get()) < 0)
        return version;
    const std::string_view unit(reinterpret_cast<const char*>(packet->data),
                                static_cast<std::size_t>(packet->size));
    const std::size_t begin = unit.find("x264 - core "), end = unit.find(" - H.", begin);
    if (begin != unit.npos && end != unit.npos)
        version = std::string(unit.substr(begin, end - begin)) + ", " + version;
    return version;
}

}  // namespace

const std::string& encoder_version() {
    static const std::string version = find_version();
    return version;
}

}  // namespace consort::h264
