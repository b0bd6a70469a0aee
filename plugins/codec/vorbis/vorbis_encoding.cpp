#include "plugins/codec/vorbis/vorbis_encoding.hpp"

extern "C" {
#include <libavcodec/vorbis_parser.h>
#include <libavutil/channel_layout.h>
}

#include <algorithm>

namespace consort::codec {
namespace {

struct FreeParser {
    void operator()(AVVorbisParseContext* parser) const noexcept { av_vorbis_parse_free(&parser); }
};
using ParserPtr = std::unique_ptr<AVVorbisParseContext, FreeParser>;

// Hands out packets with their durations, which the packets themselves tell.
class Packets {
  public:
    Packets(AVCodecContext& context, const EncodeSink& sink)
        : context_(context),
          sink_(sink),
          parser_(av_vorbis_parse_init(context.extradata, context.extradata_size)) {}
    bool ok() const noexcept { return parser_ != nullptr; }
    std::int64_t time() const noexcept { return time_; }

    // All that are ready, but none that begins at `end` or later.
    Result<void> take(std::int64_t end) {
        for (;;) {
            const int code = avcodec_receive_packet(&context_, packet_.get());
            if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return {};
            if (code < 0) return libav_error(code, "the encoder failed");
            Sample sample{};
            sample.decode_time = time_;
            sample.size = static_cast<std::uint32_t>(packet_->size);
            sample.duration = static_cast<std::uint32_t>(
                std::max(av_vorbis_parse_frame(parser_.get(), packet_->data, packet_->size), 0));
            sample.flags = CONSORT_SAMPLE_SYNC;
            if (time_ < end)
                if (auto done = sink_.sample(sample, packet_->data); !done) return done;
            time_ += sample.duration;
            av_packet_unref(packet_.get());
        }
    }

  private:
    AVCodecContext& context_;
    const EncodeSink& sink_;
    ParserPtr parser_;
    PacketPtr packet_ = new_packet();
    std::int64_t time_ = 0;
};

// What the first packet lasts, learnt by making it.
Result<std::uint32_t> duration_of_first(AVCodecContext& context) {
    consort_encode_sink raw{};
    std::uint32_t first = 0;
    raw.self = &first;
    raw.sample = [](void* self, const consort_sample* sample, const void*) noexcept {
        if (sample->decode_time == 0) *static_cast<std::uint32_t*>(self) = sample->duration;
        return consort_status{CONSORT_OK};
    };
    const EncodeSink sink(raw);
    Packets packets(context, sink);
    const FramePtr frame = new_frame();
    for (int i = 0; i < 400 && packets.ok() && first == 0; ++i) {
        frame->format = context.sample_fmt;
        frame->nb_samples = context.frame_size;
        frame->sample_rate = context.sample_rate;
        frame->pts = std::int64_t{i} * context.frame_size;
        av_channel_layout_copy(&frame->ch_layout, &context.ch_layout);
        if (av_frame_get_buffer(frame.get(), 0) < 0) break;
        for (int c = 0; c < context.ch_layout.nb_channels; ++c)
            std::fill_n(reinterpret_cast<float*>(frame->extended_data[c]), frame->nb_samples, 0.0f);
        const int code = avcodec_send_frame(&context, frame.get());
        av_frame_unref(frame.get());
        if (code < 0) break;
        if (auto done = packets.take(INT64_MAX); !done) return done.error();
    }
    if (first == 0) return Error{CONSORT_E_INTERNAL, "libvorbis makes no packets"};
    return first;
}

}  // namespace

VorbisEncoding::VorbisEncoding(const Pcm& source, EncoderPlan plan)
    : plan_(std::move(plan)), conversion_(source, plan_.target) {}

Result<std::unique_ptr<SoundEncoding>> VorbisEncoding::make(const Pcm& source, EncoderPlan plan,
                                                            KnownEncoders& known) {
    std::unique_ptr<VorbisEncoding> made(new VorbisEncoding(source, std::move(plan)));
    const EncoderPlan& how = made->plan_;
    auto facts = known.facts(form_of(how, made->conversion_), [&]() -> Result<EncoderFacts> {
        const auto codec = find_encoder(how);
        if (!codec) return codec.error();
        const auto context = open_encoder(*codec, how, made->conversion_);
        if (!context) return context.error();
        EncoderFacts found;
        found.codec = *codec;
        found.configuration = extradata_of(**context);
        const auto first = duration_of_first(**context);
        if (!first) return first.error();
        found.delay = *first;
        return found;
    });
    if (!facts) return std::move(facts).error();
    made->facts_ = std::move(*facts);
    made->first_duration_ = made->facts_->delay;
    made->revision_ = revision_of(how);
    return std::unique_ptr<SoundEncoding>(std::move(made));
}

consort_encoding_info VorbisEncoding::info() const {
    consort_encoding_info info{};
    info.peak_bit_rate = plan_.peak_bit_rate;
    info.revision = str(revision_);
    return info;
}

Track VorbisEncoding::track() const {
    Track track = planned_track(plan_);
    track.configuration = str(facts_->configuration);
    track.edit_start = first_duration_;
    if (conversion_.frames() == CONSORT_PCM_ENDLESS) return track;
    track.edit_duration = conversion_.frames();
    track.media_duration = track.edit_duration + first_duration_;
    return track;
}

Result<void> VorbisEncoding::encode(std::int64_t start, std::int64_t end, const PcmInput& pcm,
                                    const EncodeSink& sink) const {
    PcmStream sound(conversion_, pcm);
    const auto media_end = [&] {
        return static_cast<std::int64_t>(*sound.length()) + std::int64_t{first_duration_};
    };
    if (start != 0 || end < 0 || (sound.length() && *sound.length() != 0 && end < media_end()))
        return Error{CONSORT_E_INVALID, "Vorbis is made whole, from the beginning on"};
    if (sound.length() && *sound.length() == 0) return {};
    auto opened = open_encoder(facts_->codec, plan_, conversion_);
    if (!opened) return opened.error();
    AVCodecContext& context = **opened;
    Packets packets(context, sink);
    if (!packets.ok()) return Error{CONSORT_E_INTERNAL, "libvorbis made no headers"};
    const FramePtr frame = new_frame();
    std::int64_t fed = 0;
    // Silence follows the sound until its last packet is out.
    while (!sound.length() || packets.time() < media_end()) {
        if (pcm.canceled()) return Error{CONSORT_E_CANCELED, "Nobody wants the result any more."};
        frame->format = context.sample_fmt;
        frame->nb_samples = context.frame_size;
        frame->sample_rate = context.sample_rate;
        frame->pts = fed;
        av_channel_layout_copy(&frame->ch_layout, &context.ch_layout);
        if (const int code = av_frame_get_buffer(frame.get(), 0); code < 0)
            return libav_error(code, "cannot prepare the sound for the encoder");
        const auto count = static_cast<std::uint32_t>(frame->nb_samples);
        auto read = sound.read(fed, count, frame->extended_data);
        if (!read) return read;
        fed += count;
        const int code = avcodec_send_frame(&context, frame.get());
        av_frame_unref(frame.get());
        if (code < 0) return libav_error(code, "the encoder failed");
        auto done = packets.take(sound.length() ? media_end() : INT64_MAX);
        if (!done) return done;
    }
    return {};
}

}  // namespace consort::codec
