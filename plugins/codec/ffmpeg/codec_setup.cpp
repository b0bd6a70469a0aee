#include "plugins/codec/ffmpeg/codec_setup.hpp"

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
}

#include <algorithm>
#include <cstring>
#include <string>

namespace consort::codec {
namespace {

std::uint32_t be(std::string_view bytes, std::size_t at, int count) {
    std::uint32_t value = 0;
    for (int i = 0; i < count; ++i)
        value = value << 8 | static_cast<std::uint8_t>(bytes[at + static_cast<std::size_t>(i)]);
    return value;
}
void put_le(std::string& to, std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) to.push_back(static_cast<char>(value >> (8 * i)));
}

// dOps ("Encapsulation of Opus in ISO Base Media File Format", 4.3.2) to OpusHead (RFC 7845, 5.1).
std::string opus_head(std::string_view dops) {
    if (dops.size() < 11) return {};
    std::string head = "OpusHead";
    head.push_back(1);
    head.push_back(dops[1]);
    put_le(head, be(dops, 2, 2), 2);
    put_le(head, be(dops, 4, 4), 4);
    put_le(head, be(dops, 8, 2), 2);
    head.append(dops.substr(10));
    return head;
}

// dfLa's payload begins with the block header of STREAMINFO (RFC 9639, 8.1).
std::string flac_info(std::string_view blocks) {
    if (blocks.size() >= 38 && (blocks[0] & 0x7f) == 0) return std::string(blocks.substr(4, 34));
    return {};
}

// FFmpeg wants the whole 'alac' box: size, type, version and flags, then the cookie.
std::string alac_box(std::string_view cookie) {
    std::string box;
    const auto size = static_cast<std::uint32_t>(cookie.size() + 12);
    for (int shift = 24; shift >= 0; shift -= 8) box.push_back(static_cast<char>(size >> shift));
    box += "alac";
    box.append(4, '\0');
    box += cookie;
    return box;
}

std::string extradata(AVCodecID id, std::string_view configuration) {
    if (configuration.empty()) return {};
    switch (id) {
        case AV_CODEC_ID_OPUS:
            return opus_head(configuration);
        case AV_CODEC_ID_FLAC:
            return flac_info(configuration);
        case AV_CODEC_ID_ALAC:
            return alac_box(configuration);
        default:
            return std::string(configuration);
    }
}

Warmup warmup_of(AVCodecID id, int properties) {
    // Blocks are some seconds long: decoding one of them takes about 10 ms, and the warm-up costs a
    // few per cent of it.
    switch (id) {
        case AV_CODEC_ID_AAC:
        case AV_CODEC_ID_AAC_LATM:
            return {256, 6};  // overlap 1; SBR's envelopes and parametric stereo reach further
        case AV_CODEC_ID_MP3:
            return {256, 12};  // the bit reservoir reaches back 511 bytes
        case AV_CODEC_ID_MP1:
        case AV_CODEC_ID_MP2:
            return {256, 3};
        case AV_CODEC_ID_OPUS:
            return {256,
                    25};  // 80 ms are enough to hear nothing; prediction fades in half a second
        case AV_CODEC_ID_VORBIS:
            return {512, 2};
        default:
            break;
    }
    const bool lossless = (properties & AV_CODEC_PROP_LOSSLESS) != 0;
    const bool alone =
        av_get_exact_bits_per_sample(id) != 0 || id == AV_CODEC_ID_FLAC || id == AV_CODEC_ID_ALAC;
    if (alone) return {};
    return lossless ? Warmup{256, 4} : Warmup{256, 8};
}

const AVCodec* decoder_of(AVCodecID id) {
    if (id == AV_CODEC_ID_OPUS)  // the reference decoder; it keeps to the timestamps with SILK too
        if (const AVCodec* codec = avcodec_find_decoder_by_name("libopus")) return codec;
    return avcodec_find_decoder(id);
}

}  // namespace

Result<CodecSetup> codec_setup(const Track& track) {
    const std::string name(view(track.codec));
    if (track.kind != CONSORT_TRACK_AUDIO)
        return Error{CONSORT_E_UNSUPPORTED, "This track is not sound."};
    const AVCodecDescriptor* descriptor = avcodec_descriptor_get_by_name(name.c_str());
    const AVCodec* codec = descriptor != nullptr && descriptor->type == AVMEDIA_TYPE_AUDIO
                               ? decoder_of(descriptor->id)
                               : nullptr;
    if (codec == nullptr)
        return Error{CONSORT_E_UNSUPPORTED, "FFmpeg has no decoder for '" + name + "'."};
    if (track.timescale == 0 || track.timescale > 10'000'000)
        return Error{CONSORT_E_CORRUPT, "The track does not say how its time is counted."};
    return CodecSetup{codec, warmup_of(descriptor->id, descriptor->props)};
}

Result<ContextPtr> open_decoder(const CodecSetup& setup, const Track& track) {
    ContextPtr context = new_context(setup.codec);
    const std::string extra = extradata(setup.codec->id, view(track.configuration));
    if (!extra.empty()) {
        context->extradata =
            static_cast<std::uint8_t*>(av_mallocz(extra.size() + AV_INPUT_BUFFER_PADDING_SIZE));
        if (context->extradata == nullptr) return Error{CONSORT_E_NO_MEMORY, "out of memory"};
        std::memcpy(context->extradata, extra.data(), extra.size());
        context->extradata_size = static_cast<int>(extra.size());
    }
    context->pkt_timebase = {1, static_cast<int>(track.timescale)};
    context->sample_rate =
        static_cast<int>(track.sample_rate != 0 ? track.sample_rate : track.timescale);
    if (track.channels > 0 && track.channels <= 64)
        av_channel_layout_default(&context->ch_layout, static_cast<int>(track.channels));
    context->bits_per_coded_sample = static_cast<int>(std::min(track.bits_per_sample, 64u));
    const int bits = av_get_exact_bits_per_sample(setup.codec->id);
    if (bits > 0) context->block_align = bits * static_cast<int>(track.channels) / 8;
    // Only where it adds something: FLAC of 16 bits, for one, would come out in 32.
    if (setup.codec->id == AV_CODEC_ID_OPUS) context->request_sample_fmt = AV_SAMPLE_FMT_FLT;
    context->thread_count = 1;
    // Encoder delay is the index's business: nothing is skipped here.
    context->flags2 |= AV_CODEC_FLAG2_SKIP_MANUAL;
    context->max_samples = 1 << 22;
    if (setup.codec->id == AV_CODEC_ID_FLAC)
        context->err_recognition |= AV_EF_CRCCHECK | AV_EF_EXPLODE;
    const int code = avcodec_open2(context.get(), setup.codec, nullptr);
    if (code >= 0) return context;
    Error error = libav_error(code, "The decoder '" + std::string(setup.codec->name) +
                                        "' does not take this track's configuration");
    if (error.status == CONSORT_E_INTERNAL) error.status = CONSORT_E_CORRUPT;
    return error;
}

}  // namespace consort::codec
