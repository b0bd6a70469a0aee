#include "plugins/codec/common/video/picture_filter.hpp"

extern "C" {
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/mathematics.h>
#include <libavutil/pixdesc.h>
}

#include <cstdio>

namespace consort::video {
namespace {

// The same bytes on every processor.
constexpr const char* kScaling = "flags=bicubic+accurate_rnd+bitexact";

std::string text(const char* pattern, auto... values) {
    char buffer[256];
    std::snprintf(buffer, sizeof buffer, pattern, values...);
    return buffer;
}

bool is_rgb(int format) {
    const AVPixFmtDescriptor* found = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(format));
    return found != nullptr && (found->flags & AV_PIX_FMT_FLAG_RGB) != 0;
}

// As the scale filter calls it. Unmarked pictures of films in high definition are BT.709.
const char* matrix_name(const PicturePlan& plan) {
    switch (plan.colour.matrix) {
        case 1:
            return "bt709";
        case 5:
        case 6:
            return "bt601";
        case 9:
        case 10:
            return "bt2020";
        default:
            return plan.source.coded.height >= 720 ? "bt709" : "bt601";
    }
}

struct InOut {
    AVFilterInOut* raw = avfilter_inout_alloc();
    ~InOut() { avfilter_inout_free(&raw); }
    void name(const char* label, AVFilterContext* filter) const {
        raw->name = av_strdup(label);
        raw->filter_ctx = filter;
        raw->pad_idx = 0;
        raw->next = nullptr;
    }
};

}  // namespace

std::string PictureFilter::describe(const Kind& kind) const {
    const SourceLook& source = plan_.source;
    const bool turned = source.turned();
    const unsigned width = turned ? plan_.size.height : plan_.size.width;
    const unsigned height = turned ? plan_.size.width : plan_.size.height;
    std::string filters;
    if (!plan_.still) filters += "bwdif=mode=send_frame:parity=auto:deint=interlaced,";
    if (source.hdr()) {
        filters += text("zscale=w=%u:h=%u:filter=bicubic:transfer=linear:npl=100,", width, height) +
                   "format=gbrpf32le,zscale=primaries=bt709," +
                   text("tonemap=tonemap=hable:desat=0:peak=%.2f,", source.peak) +
                   "zscale=transfer=bt709:matrix=bt709:range=limited,";
    } else if (source.wide()) {
        filters += text("zscale=w=%u:h=%u:filter=bicubic:", width, height) +
                   "primaries=bt709:transfer=bt709:matrix=bt709:range=limited,";
    } else {
        filters += text("scale=w=%u:h=%u:%s:out_range=tv", width, height, kScaling);
        if (is_rgb(kind.format)) filters += ":out_color_matrix=bt709";
        filters += ',';
    }
    filters += "format=yuv420p";
    if (plan_.still)
        filters +=
            text(",scale=%s:in_range=tv:out_range=pc:in_color_matrix=%s:out_color_matrix=bt601",
                 kScaling, matrix_name(plan_));
    if (source.rotation == 90) filters += ",transpose=clock";
    if (source.rotation == 180) filters += ",hflip,vflip";
    if (source.rotation == 270) filters += ",transpose=cclock";
    return filters;
}

Result<void> PictureFilter::build(const Kind& kind) {
    graph_.reset(avfilter_graph_alloc());
    if (!graph_) return Error{CONSORT_E_NO_MEMORY, "out of memory"};
    graph_->nb_threads = 1;
    const std::string scaling(kScaling);
    // Filters that FFmpeg puts in itself to convert formats.
    graph_->scale_sws_opts = av_strdup(scaling.c_str());
    const std::string from = text("video_size=%dx%d:pix_fmt=%d:time_base=1/1:pixel_aspect=1/1",
                                  kind.width, kind.height, kind.format);
    int status = avfilter_graph_create_filter(&source_, avfilter_get_by_name("buffer"), "in",
                                              from.c_str(), nullptr, graph_.get());
    if (status >= 0)
        status = avfilter_graph_create_filter(&sink_, avfilter_get_by_name("buffersink"), "out",
                                              nullptr, nullptr, graph_.get());
    if (status < 0) return libav_error("cannot set up the picture filters", status);
    InOut input, output;
    if (input.raw == nullptr || output.raw == nullptr)
        return Error{CONSORT_E_NO_MEMORY, "out of memory"};
    output.name("in", source_);
    input.name("out", sink_);
    status = avfilter_graph_parse_ptr(graph_.get(), describe(kind).c_str(), &input.raw, &output.raw,
                                      nullptr);
    if (status >= 0) status = avfilter_graph_config(graph_.get(), nullptr);
    if (status < 0) return libav_error("cannot set up the picture filters", status);
    kind_ = kind;
    return {};
}

Result<void> PictureFilter::add(std::size_t picture, const AVFrame& frame, const Take& take) {
    FramePtr input = share(frame);
    const Colour& colour = plan_.source.colour;
    input->color_primaries = static_cast<AVColorPrimaries>(colour.primaries);
    input->color_trc = static_cast<AVColorTransferCharacteristic>(colour.transfer);
    input->colorspace = static_cast<AVColorSpace>(colour.matrix);
    input->color_range = colour.full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    input->sample_aspect_ratio = {1, 1};
    input->pts = static_cast<std::int64_t>(picture);

    const Kind kind{input->width, input->height, input->format, input->color_range,
                    input->colorspace};
    if (!graph_ || kind_ != kind) {
        if (auto done = finish(take); !done) return done;
        if (auto done = build(kind); !done) return done;
    }
    const int status = av_buffersrc_add_frame_flags(source_, input.get(), AV_BUFFERSRC_FLAG_PUSH);
    if (status < 0) return libav_error("cannot filter a picture", status);
    return collect(take);
}

Result<void> PictureFilter::finish(const Take& take) {
    if (!graph_) return {};
    const int status = av_buffersrc_add_frame_flags(source_, nullptr, AV_BUFFERSRC_FLAG_PUSH);
    if (status < 0) return libav_error("cannot filter a picture", status);
    auto done = collect(take);
    graph_.reset();
    return done;
}

Result<void> PictureFilter::collect(const Take& take) {
    for (;;) {
        FramePtr frame = new_frame();
        const int status = av_buffersink_get_frame(sink_, frame.get());
        if (status == AVERROR(EAGAIN) || status == AVERROR_EOF) return {};
        if (status < 0) return libav_error("cannot filter a picture", status);
        const AVRational unit = av_buffersink_get_time_base(sink_);
        const std::int64_t picture = av_rescale_q(frame->pts, unit, {1, 1});
        finished(*frame);
        if (auto taken = take(static_cast<std::size_t>(picture), std::move(frame)); !taken)
            return taken;
    }
}

void PictureFilter::finished(AVFrame& frame) const {
    frame.pict_type = AV_PICTURE_TYPE_NONE;
    frame.key_frame = 0;
    frame.interlaced_frame = 0;
    frame.sample_aspect_ratio = {1, 1};
    frame.color_primaries = static_cast<AVColorPrimaries>(plan_.colour.primaries);
    frame.color_trc = static_cast<AVColorTransferCharacteristic>(plan_.colour.transfer);
    frame.colorspace = static_cast<AVColorSpace>(plan_.colour.matrix);
    frame.color_range = plan_.still ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
}

}  // namespace consort::video
