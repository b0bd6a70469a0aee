#include "plugins/codec/common/audio_encoding.hpp"

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
}

#include <algorithm>

namespace consort::codec {
namespace {

using Values = SoundTarget::Values;

AVSampleFormat format_of(Values values) noexcept {
    switch (values) {
        case Values::kFloatPlanes:
            return AV_SAMPLE_FMT_FLTP;
        case Values::kFloat:
            return AV_SAMPLE_FMT_FLT;
        case Values::kS16:
            return AV_SAMPLE_FMT_S16;
        default:
            return AV_SAMPLE_FMT_S32;
    }
}

// Speakers of what is encoded; 0: as usual for so many channels.
std::uint64_t mask_of(const Conversion& conversion) {
    return conversion.mix().is_identity()
               ? known_mask(conversion.from().channel_mask, conversion.from().channels)
               : 0;
}

void set_layout(AVChannelLayout& layout, const Conversion& conversion) {
    const auto channels = static_cast<int>(conversion.to().channels);
    const std::uint64_t mask = mask_of(conversion);
    av_channel_layout_uninit(&layout);
    if (mask == 0 || av_channel_layout_from_mask(&layout, mask) < 0)
        av_channel_layout_default(&layout, channels);
}

}  // namespace

Result<const AVCodec*> find_encoder(const EncoderPlan& plan) {
    if (const AVCodec* codec = avcodec_find_encoder_by_name(plan.encoder)) return codec;
    return Error{CONSORT_E_UNSUPPORTED,
                 "This FFmpeg was built without the encoder '" + std::string(plan.encoder) + "'."};
}

Result<ContextPtr> open_encoder(const AVCodec* codec, const EncoderPlan& plan,
                                const Conversion& conversion) {
    ContextPtr context = new_context(codec);
    context->sample_fmt = format_of(plan.target.values);
    context->sample_rate = static_cast<int>(plan.target.rate);
    context->time_base = {1, context->sample_rate};
    context->bit_rate = plan.bit_rate;
    context->bits_per_raw_sample = static_cast<int>(plan.bits_per_sample);
    context->frame_size = static_cast<int>(plan.frame_size);
    context->thread_count = 1;
    context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
    set_layout(context->ch_layout, conversion);
    for (const auto& [name, value] : plan.options)
        if (av_opt_set(context.get(), name, value.c_str(), AV_OPT_SEARCH_CHILDREN) < 0)
            return Error{CONSORT_E_UNSUPPORTED, "the encoder '" + std::string(plan.encoder) +
                                                    "' does not take " + name + "=" + value};
    const int code = avcodec_open2(context.get(), codec, nullptr);
    if (code >= 0) return context;
    Error error = libav_error(code, "The encoder '" + std::string(plan.encoder) +
                                        "' can't be started with these settings");
    if (code == AVERROR(EINVAL) || code == AVERROR(ENOSYS)) error.status = CONSORT_E_UNSUPPORTED;
    return error;
}

std::string revision_of(const EncoderPlan& plan) {
    return std::string(plan.encoder) + " " + libavcodec_version() + " " + plan.settings +
           " rate=" + std::to_string(plan.target.rate) +
           " channels=" + std::to_string(plan.target.channels) +
           " pre-roll=" + std::to_string(plan.pre_roll) + " v1";
}

std::string form_of(const EncoderPlan& plan, const Conversion& conversion) {
    std::string form = revision_of(plan);
    for (const std::uint64_t number :
         {std::uint64_t{plan.bit_rate}, std::uint64_t{plan.bits_per_sample},
          std::uint64_t{plan.frame_size}, static_cast<std::uint64_t>(plan.target.values),
          mask_of(conversion)})
        form += " " + std::to_string(number);
    for (const auto& [name, value] : plan.options) form += std::string(" ") + name + "=" + value;
    return form;
}

Track planned_track(const EncoderPlan& plan) {
    Track track{};
    track.kind = CONSORT_TRACK_AUDIO;
    track.flags = CONSORT_TRACK_ALL_SYNC | CONSORT_TRACK_DEFAULT;
    track.timescale = track.sample_rate = plan.target.rate;
    track.codec = str(plan.codec);
    track.codec_string = str(plan.codec_string);
    track.channels = plan.target.channels;
    track.bits_per_sample = plan.bits_per_sample;
    track.average_bit_rate = plan.average_bit_rate;
    track.sar_den = track.frame_rate_den = 1;
    return track;
}

AudioEncoding::AudioEncoding(const Pcm& source, EncoderPlan plan)
    : plan_(std::move(plan)), conversion_(source, plan_.target) {}

Result<std::unique_ptr<SoundEncoding>> AudioEncoding::make(const Pcm& source, EncoderPlan plan,
                                                           KnownEncoders& known) {
    std::unique_ptr<AudioEncoding> made(new AudioEncoding(source, std::move(plan)));
    const EncoderPlan& how = made->plan_;
    made->revision_ = revision_of(how);
    auto facts = known.facts(form_of(how, made->conversion_), [&]() -> Result<EncoderFacts> {
        const auto codec = find_encoder(how);
        if (!codec) return codec.error();
        const auto context = open_encoder(*codec, how, made->conversion_);
        if (!context) return context.error();
        const AVCodecContext& opened = **context;
        EncoderFacts found{*codec,
                           static_cast<std::uint32_t>(opened.frame_size),
                           static_cast<std::uint32_t>(opened.initial_padding),
                           {}};
        if (found.frame_size == 0)
            return Error{CONSORT_E_INTERNAL, "the encoder does not say how long its frames are"};
        if (how.configuration) found.configuration = how.configuration(opened);
        return found;
    });
    if (!facts) return std::move(facts).error();
    made->facts_ = std::move(*facts);
    made->frame_size_ = made->facts_->frame_size;
    made->delay_ = made->facts_->delay;
    return std::unique_ptr<SoundEncoding>(std::move(made));
}

std::uint64_t AudioEncoding::samples_of(std::uint64_t frames) const noexcept {
    if (frames == 0) return 0;
    return (frames + delay_ + frame_size_ - 1) / frame_size_;
}

consort_encoding_info AudioEncoding::info() const {
    consort_encoding_info info{};
    info.flags = CONSORT_ENCODING_CUTTABLE;
    info.sample_duration = frame_size_;
    info.peak_bit_rate = plan_.peak_bit_rate;
    info.revision = str(revision_);
    return info;
}

Track AudioEncoding::track() const {
    Track track = planned_track(plan_);
    track.flags |= CONSORT_TRACK_CONSTANT_DURATION;
    track.configuration =
        str(plan_.own_configuration.empty() ? facts_->configuration : plan_.own_configuration);
    track.edit_start = delay_;
    const std::uint64_t frames = conversion_.frames();
    if (frames == CONSORT_PCM_ENDLESS) return track;
    track.edit_duration = frames;
    track.sample_count = samples_of(frames);
    track.media_duration =
        plan_.short_last ? frames + delay_ : track.sample_count * std::uint64_t{frame_size_};
    return track;
}

Result<void> AudioEncoding::deliver(std::uint64_t number, const AVPacket& packet,
                                    std::uint64_t frames, std::vector<std::uint8_t>& bytes,
                                    const EncodeSink& sink) const {
    bytes.assign(packet.data, packet.data + packet.size);
    if (plan_.finish)
        if (auto done = plan_.finish(number, bytes); !done) return done;
    Sample sample{};
    sample.decode_time = static_cast<std::int64_t>(number * frame_size_);
    sample.size = static_cast<std::uint32_t>(bytes.size());
    sample.duration = static_cast<std::uint32_t>(frames);
    sample.flags = CONSORT_SAMPLE_SYNC;
    return sink.sample(sample, bytes.data());
}

Result<void> AudioEncoding::encode(std::int64_t start, std::int64_t end, const PcmInput& pcm,
                                   const EncodeSink& sink) const {
    if (start < 0 || end < start || start % frame_size_ != 0)
        return Error{CONSORT_E_INVALID, "the range is not one of whole frames"};
    const std::int64_t first = start / frame_size_;
    // Not rounded up by adding: `end` may be the greatest number.
    std::int64_t last = end / frame_size_ + (end % frame_size_ != 0 ? 1 : 0);
    PcmStream sound(conversion_, pcm);
    const auto bound = [&] {
        if (sound.length())
            last = static_cast<std::int64_t>(
                std::min(static_cast<std::uint64_t>(last), samples_of(*sound.length())));
    };
    bound();
    if (first >= last) return {};

    auto opened = open_encoder(facts_->codec, plan_, conversion_);
    if (!opened) return opened.error();
    AVCodecContext& context = **opened;
    const FramePtr frame = new_frame();
    const PacketPtr packet = new_packet();
    std::vector<std::uint8_t> bytes;
    const std::int64_t begin =
        std::max(first - std::int64_t{plan_.pre_roll}, -std::int64_t{plan_.silence});
    std::int64_t fed = begin, made = begin;
    const auto control = plan_.control ? plan_.control() : nullptr;
    if (control) {
        const auto owed = control->prime(context);
        if (!owed) return owed.error();
        made -= *owed;
    }
    // Known sound from a position on.
    const auto ahead = [&](std::int64_t position) {
        if (!sound.length()) return INT64_MAX;
        return std::max<std::int64_t>(static_cast<std::int64_t>(*sound.length()) - position, 0);
    };
    while (made < last) {
        if (pcm.canceled()) return Error{CONSORT_E_CANCELED, "Nobody wants the result any more."};
        const std::int64_t position = fed * frame_size_;
        std::int64_t count = frame_size_;
        if (plan_.short_last) count = std::min(count, ahead(position));
        if (count != 0) {
            frame->format = context.sample_fmt;
            frame->nb_samples = static_cast<int>(count);
            frame->sample_rate = context.sample_rate;
            av_channel_layout_copy(&frame->ch_layout, &context.ch_layout);
            frame->pts = position;
            if (const int code = av_frame_get_buffer(frame.get(), 0); code < 0)
                return libav_error(code, "cannot prepare the sound for the encoder");
            auto read =
                sound.read(position, static_cast<std::uint32_t>(count), frame->extended_data);
            if (!read) return read;
            // The end of live sound is found by reading it.
            if (plan_.short_last) count = std::min(count, ahead(position));
            frame->nb_samples = static_cast<int>(count);
        }
        bound();
        if (made >= last) break;
        if (control) control->before(context, made, *frame);
        int code = avcodec_send_frame(&context, count != 0 ? frame.get() : nullptr);
        av_frame_unref(frame.get());
        const bool final = plan_.short_last && ahead(position) <= frame_size_;
        if (code >= 0 && final && count != 0) code = avcodec_send_frame(&context, nullptr);
        if (code < 0 && code != AVERROR_EOF) return libav_error(code, "the encoder failed");
        ++fed;
        while (made < last) {
            code = avcodec_receive_packet(&context, packet.get());
            if (code == AVERROR(EAGAIN)) break;
            if (code < 0)
                return libav_error(code, "the encoder stopped before the end of the sound");
            if (control) control->after(made, static_cast<std::uint64_t>(packet->size));
            if (made >= first) {
                const std::int64_t frames =
                    plan_.short_last
                        ? std::min<std::int64_t>(frame_size_, ahead(made * frame_size_))
                        : frame_size_;
                auto done = deliver(static_cast<std::uint64_t>(made), *packet,
                                    static_cast<std::uint64_t>(frames), bytes, sink);
                if (!done) return done;
            }
            ++made;
            av_packet_unref(packet.get());
        }
    }
    return {};
}

std::uint32_t choose_rate(std::uint32_t source, std::uint32_t wanted,
                          std::span<const std::uint32_t> allowed) noexcept {
    const std::uint32_t rate = wanted != 0 ? wanted : source;
    std::uint32_t next = 0, most = 0, part = 0;
    for (const std::uint32_t each : allowed) {
        if (each == rate) return rate;
        if (each > rate && (next == 0 || each < next)) next = each;
        if (rate % each == 0) part = std::max(part, each);
        most = std::max(most, each);
    }
    if (next != 0) return next;
    return part != 0 ? part : most;
}

Result<std::uint32_t> choose_channels(std::uint32_t source, std::uint32_t wanted) {
    if (source == 0) return Error{CONSORT_E_UNSUPPORTED, "The sound has no channels."};
    const std::uint32_t channels = wanted != 0 ? wanted : std::min(source, 2u);
    if (channels <= 2 || channels == source) return channels;
    return Error{CONSORT_E_UNSUPPORTED, "Sound of " + std::to_string(source) +
                                            " channels can't be made into " +
                                            std::to_string(channels) + "."};
}

std::string extradata_of(const AVCodecContext& context) {
    if (context.extradata == nullptr || context.extradata_size <= 0) return {};
    return {reinterpret_cast<const char*>(context.extradata),
            static_cast<std::size_t>(context.extradata_size)};
}

}  // namespace consort::codec
