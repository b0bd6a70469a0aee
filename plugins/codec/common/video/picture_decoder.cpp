#include "plugins/codec/common/video/picture_decoder.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <string>

#include "consort/text.hpp"

namespace consort::video {
namespace {

constexpr std::int64_t kMostPixels = std::int64_t{8192} * 8192;
constexpr std::uint32_t kLargestSample = 256u << 20;
constexpr int kMostFailures = 64;  // in a row: more than a decoder ever holds back

Error canceled_error() { return {CONSORT_E_CANCELED, "Nobody waits for the pictures any more."}; }

bool is_damaged(const AVFrame& frame, AVCodecID codec) {
    // H.264's decoder also marks what follows a sync sample that it does not know for one; there
    // the container's word counts.
    const bool marked = (frame.flags & AV_FRAME_FLAG_CORRUPT) != 0 && codec != AV_CODEC_ID_H264;
    return marked || frame.decode_error_flags != 0 || frame.width <= 0 || frame.height <= 0 ||
           frame.format < 0;
}

const AVCodec* find_decoder(AVCodecID id) {
    // FFmpeg's own AV1 decoder needs a graphics card.
    if (id == AV_CODEC_ID_AV1)
        if (const AVCodec* dav1d = avcodec_find_decoder_by_name("libdav1d")) return dav1d;
    return avcodec_find_decoder(id);
}

Result<void> configure(AVCodecContext& codec, const Track& track) {
    const std::string_view configuration = view(track.configuration);
    // FFmpeg reads the headers of VP8 and VP9 from the pictures.
    const bool needed = codec.codec_id != AV_CODEC_ID_VP9 && codec.codec_id != AV_CODEC_ID_VP8;
    if (needed && !configuration.empty()) {
        if (configuration.size() > (1u << 24))
            return Error{CONSORT_E_CORRUPT, "The track's codec configuration is damaged."};
        codec.extradata = static_cast<std::uint8_t*>(
            av_mallocz(configuration.size() + AV_INPUT_BUFFER_PADDING_SIZE));
        if (codec.extradata == nullptr) return Error{CONSORT_E_NO_MEMORY, "out of memory"};
        std::memcpy(codec.extradata, configuration.data(), configuration.size());
        codec.extradata_size = static_cast<int>(configuration.size());
    }
    codec.width = static_cast<int>(std::min(track.width, 65'535u));
    codec.height = static_cast<int>(std::min(track.height, 65'535u));
    return {};
}

}  // namespace

Result<PictureDecoder> PictureDecoder::open(const MediaView& media, std::uint32_t index,
                                            const PictureList& list) {
    const auto track = media.track(index);
    if (!track) return track.error();
    const std::string name(view(track->codec));
    const AVCodecDescriptor* known = avcodec_descriptor_get_by_name(name.c_str());
    const AVCodec* found =
        known != nullptr && known->type == AVMEDIA_TYPE_VIDEO ? find_decoder(known->id) : nullptr;
    if (found == nullptr)
        return Error{CONSORT_E_UNSUPPORTED,
                     "There is no decoder for the source's video codec '" + name + "'."};

    PictureDecoder decoder(media, index, list);
    decoder.codec_.reset(avcodec_alloc_context3(found));
    if (!decoder.codec_) return Error{CONSORT_E_NO_MEMORY, "out of memory"};
    AVCodecContext& codec = *decoder.codec_;
    if (auto done = configure(codec, *track); !done) return std::move(done).error();
    codec.thread_count = 1;
    codec.flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_OUTPUT_CORRUPT;
    codec.max_pixels = kMostPixels;
    codec.pkt_timebase = {1, static_cast<int>(std::min(track->timescale, 1u << 30))};
    if (codec.codec_id == AV_CODEC_ID_H264) codec.has_b_frames = list.reorder_depth();
    const int status = avcodec_open2(&codec, found, nullptr);
    if (status == AVERROR(ENOMEM)) return Error{CONSORT_E_NO_MEMORY, "out of memory"};
    if (status < 0)
        return Error{CONSORT_E_CORRUPT,
                     "The decoder for '" + name + "' refuses the track's codec configuration."};
    return decoder;
}

Result<void> PictureDecoder::decode(SampleRange range, std::size_t from, const Canceled& canceled,
                                    const Take& take) {
    avcodec_flush_buffers(codec_.get());
    const std::int64_t first_time =
        from < list_->size() ? list_->time(from) : std::numeric_limits<std::int64_t>::min();
    std::array<Sample, 64> samples{};
    for (std::uint64_t at = range.first; at < range.end;) {
        const std::uint64_t count = std::min<std::uint64_t>(samples.size(), range.end - at);
        if (auto read = media_.samples(track_, at, count, samples); !read) return read;
        for (std::uint64_t i = 0; i < count; ++i) {
            if (canceled && canceled()) return canceled_error();
            codec_->skip_frame =
                list_->stamp(samples[i]) < first_time ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
            const auto more = send(samples[i], take);
            if (!more) return more.error();
            if (!*more) return {};
        }
        at += count;
    }
    const auto done = drain(take);
    if (!done) return done.error();
    return {};
}

Result<void> PictureDecoder::decode_each(const std::vector<std::uint64_t>& numbers,
                                         const Canceled& canceled, const Take& take) {
    for (const std::uint64_t number : numbers) {
        if (canceled && canceled()) return canceled_error();
        Sample sample{};
        if (auto read = media_.samples(track_, number, 1, {&sample, 1}); !read) return read;
        avcodec_flush_buffers(codec_.get());
        auto more = send(sample, take);
        if (!more) return more.error();
        if (*more) more = drain(take);
        if (!more) return more.error();
        if (!*more) return {};
    }
    return {};
}

Result<bool> PictureDecoder::send(const Sample& sample, const Take& take) {
    if (sample.size == 0 || sample.size > kLargestSample) return true;
    av_packet_unref(packet_.get());
    if (av_new_packet(packet_.get(), static_cast<int>(sample.size)) < 0)
        return Error{CONSORT_E_NO_MEMORY, "out of memory"};
    if (auto read = media_.read_sample(sample, packet_->data); !read)
        return std::move(read).error();
    packet_->pts = list_->stamp(sample);
    packet_->dts = AV_NOPTS_VALUE;
    if ((sample.flags & CONSORT_SAMPLE_SYNC) != 0) packet_->flags |= AV_PKT_FLAG_KEY;
    const int status = avcodec_send_packet(codec_.get(), packet_.get());
    if (status == AVERROR(ENOMEM)) return Error{CONSORT_E_NO_MEMORY, "out of memory"};
    // Any other refusal means that the sample is damaged: its picture will be missing.
    return receive(take);
}

Result<bool> PictureDecoder::receive(const Take& take) {
    for (int failures = 0; failures < kMostFailures;) {
        FramePtr frame = new_frame();
        const int status = avcodec_receive_frame(codec_.get(), frame.get());
        if (status == AVERROR(EAGAIN) || status == AVERROR_EOF) break;
        if (status == AVERROR(ENOMEM)) return Error{CONSORT_E_NO_MEMORY, "out of memory"};
        if (status < 0) {  // a damaged sample; what came after it may be waiting
            ++failures;
            continue;
        }
        if (is_damaged(*frame, codec_->codec_id)) continue;
        const std::size_t picture = list_->with_stamp(frame->pts);
        if (picture == list_->size()) continue;
        const auto more = take(picture, std::move(frame));
        if (!more || !*more) return more;
    }
    return true;
}

Result<bool> PictureDecoder::drain(const Take& take) {
    avcodec_send_packet(codec_.get(), nullptr);
    return receive(take);
}

}  // namespace consort::video
