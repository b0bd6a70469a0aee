#include "plugins/radio/live/live_decoder.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
}

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace consort::radio {

namespace {

constexpr int io_buffer = 4'096;
constexpr int most_probed = 64 * 1'024;
constexpr int most_beginnings = 20;        // of a stream that breaks off again and again
constexpr int most_errors_in_a_row = 500;  // of packets, before the stream is begun anew
constexpr const char* formats =
    "mp3,aac,ogg,flac,wav,aiff,au,matroska,webm,mpegts,ac3,eac3,caf,w64,asf";

struct FreeFormat {
    void operator()(AVFormatContext* context) const noexcept { avformat_close_input(&context); }
};
struct FreeIo {
    void operator()(AVIOContext* io) const noexcept {
        av_freep(&io->buffer);
        avio_context_free(&io);
    }
};
struct FreeCodec {
    void operator()(AVCodecContext* codec) const noexcept { avcodec_free_context(&codec); }
};
struct FreeSwr {
    void operator()(SwrContext* swr) const noexcept { swr_free(&swr); }
};
struct FreePacket {
    void operator()(AVPacket* packet) const noexcept { av_packet_free(&packet); }
};
struct FreeFrame {
    void operator()(AVFrame* frame) const noexcept { av_frame_free(&frame); }
};

int read_bytes(void* given, std::uint8_t* to, int most) {
    const std::size_t count =
        static_cast<LiveDecoding*>(given)->read(to, static_cast<std::size_t>(most));
    return count == 0 ? AVERROR_EOF : static_cast<int>(count);
}

int open_nothing(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) {
    return AVERROR(EACCES);
}

// Frames of any form to stereo at the station's rate.
class Resampling {
  public:
    Resampling(std::uint32_t rate, LiveDecoding& with) : rate_(rate), with_(with) {}
    ~Resampling() { av_channel_layout_uninit(&layout_); }
    Resampling(const Resampling&) = delete;
    Resampling& operator=(const Resampling&) = delete;

    // False: no more is wanted.
    bool pass(const AVFrame& frame) {
        if (!fits(frame) && !begin(frame)) return true;
        return convert(const_cast<const std::uint8_t**>(frame.extended_data), frame.nb_samples);
    }
    bool finish() {
        if (!swr_) return true;
        const bool wanted = convert(nullptr, 0);
        swr_.reset();
        return wanted;
    }

  private:
    bool fits(const AVFrame& frame) const {
        return swr_ && frame.format == format_ && frame.sample_rate == frame_rate_ &&
               av_channel_layout_compare(&frame.ch_layout, &layout_) == 0;
    }
    bool begin(const AVFrame& frame) {
        finish();
        if (frame.sample_rate < 1'000 || frame.sample_rate > 768'000 ||
            frame.ch_layout.nb_channels < 1 || frame.ch_layout.nb_channels > 16) {
            return false;
        }
        format_ = frame.format;
        frame_rate_ = frame.sample_rate;
        if (av_channel_layout_copy(&layout_, &frame.ch_layout) < 0) return false;
        AVChannelLayout from{}, stereo{};
        if (layout_.order == AV_CHANNEL_ORDER_UNSPEC) {
            av_channel_layout_default(&from, layout_.nb_channels);
        } else if (av_channel_layout_copy(&from, &layout_) < 0) {
            return false;
        }
        av_channel_layout_default(&stereo, 2);
        SwrContext* made = nullptr;
        swr_alloc_set_opts2(&made, &stereo, AV_SAMPLE_FMT_FLT, static_cast<int>(rate_), &from,
                            static_cast<AVSampleFormat>(format_), frame_rate_, 0, nullptr);
        av_channel_layout_uninit(&from);
        swr_.reset(made);
        if (swr_ && swr_init(swr_.get()) < 0) swr_.reset();
        return swr_ != nullptr;
    }
    bool convert(const std::uint8_t** data, int frames) {
        const int most = swr_get_out_samples(swr_.get(), frames);
        if (most <= 0) return true;
        out_.resize(2 * static_cast<std::size_t>(most));
        auto* to = reinterpret_cast<std::uint8_t*>(out_.data());
        const int made = swr_convert(swr_.get(), &to, most, data, frames);
        if (made <= 0) return true;
        for (float& sample : out_) {
            if (!(sample >= -8 && sample <= 8)) sample = 0;  // damaged float formats
        }
        return with_.sound(out_.data(), static_cast<std::size_t>(made));
    }

    const std::uint32_t rate_;
    LiveDecoding& with_;
    std::unique_ptr<SwrContext, FreeSwr> swr_;
    int format_ = -1, frame_rate_ = 0;
    AVChannelLayout layout_{};
    std::vector<float> out_;
};

// One opening of the stream: to its end, or to where it cannot be followed.
class Stream {
  public:
    enum class End { over, lost, unwanted };

    Stream(LiveDecoding& with, Resampling& resampling)
        : with_(with),
          resampling_(resampling),
          packet_(av_packet_alloc()),
          frame_(av_frame_alloc()) {}

    // Null: it is open. Else what is wrong.
    const char* open(const char* demuxer) {
        auto* buffer = static_cast<unsigned char*>(av_malloc(io_buffer));
        AVIOContext* io = buffer == nullptr ? nullptr
                                            : avio_alloc_context(buffer, io_buffer, 0, &with_,
                                                                 read_bytes, nullptr, nullptr);
        if (io == nullptr) {
            av_free(buffer);
            return "There is no memory to decode it.";
        }
        io_.reset(io);
        AVFormatContext* context = avformat_alloc_context();
        if (context == nullptr || !packet_ || !frame_) {
            avformat_free_context(context);
            return "There is no memory to decode it.";
        }
        context->pb = io_.get();
        context->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_NOBUFFER;
        context->io_open = open_nothing;
        context->probesize = most_probed;
        context->format_probesize = most_probed;
        context->max_analyze_duration = AV_TIME_BASE;
        context->max_streams = 16;
        av_opt_set(context, "format_whitelist", formats, 0);
        const AVInputFormat* format = demuxer ? av_find_input_format(demuxer) : nullptr;
        if (avformat_open_input(&context, nullptr, format, nullptr) < 0)
            return "Its format is not known, or its beginning is damaged.";
        format_.reset(context);
        if (find_sound() == nullptr && avformat_find_stream_info(context, nullptr) < 0)
            return "It holds no sound that can be decoded.";
        const AVStream* sound = find_sound();
        if (sound == nullptr) return "It holds no sound that can be decoded.";
        index_ = sound->index;
        const AVCodec* decoder = avcodec_find_decoder(sound->codecpar->codec_id);
        codec_.reset(decoder ? avcodec_alloc_context3(decoder) : nullptr);
        if (!codec_) return "Nothing here decodes its sound.";
        codec_->thread_count = 1;
        codec_->pkt_timebase = sound->time_base;
        if (avcodec_parameters_to_context(codec_.get(), sound->codecpar) < 0 ||
            avcodec_open2(codec_.get(), decoder, nullptr) < 0) {
            return "Nothing here decodes its sound.";
        }
        tell_names();
        return nullptr;
    }

    End run() {
        int errors = 0;
        while (errors < most_errors_in_a_row) {
            const int status = av_read_frame(format_.get(), packet_.get());
            if (status == AVERROR_EOF) {
                avcodec_send_packet(codec_.get(), nullptr);
                return drain() < 0 ? End::unwanted : End::over;
            }
            if (status < 0 && status != AVERROR(EAGAIN)) return End::lost;
            if (status < 0 || packet_->stream_index != index_) {
                ++errors;
            } else {
                tell_names();
                const int sent = avcodec_send_packet(codec_.get(), packet_.get());
                const int made = drain();
                if (made < 0) return End::unwanted;
                errors = sent < 0 || made == 0 ? errors + 1 : 0;
                heard_ = heard_ || made > 0;
            }
            av_packet_unref(packet_.get());
        }
        return End::lost;
    }
    bool heard() const noexcept { return heard_; }

  private:
    const AVStream* find_sound() const {
        for (unsigned i = 0; i < format_->nb_streams; ++i) {
            const AVCodecParameters& codec = *format_->streams[i]->codecpar;
            if (codec.codec_type == AVMEDIA_TYPE_AUDIO && codec.codec_id != AV_CODEC_ID_NONE)
                return format_->streams[i];
        }
        return nullptr;
    }

    // Frames that came; -1: no more are wanted.
    int drain() {
        int count = 0;
        while (avcodec_receive_frame(codec_.get(), frame_.get()) == 0) {
            const bool wanted = frame_->nb_samples <= 0 || resampling_.pass(*frame_);
            av_frame_unref(frame_.get());
            if (!wanted) return -1;
            ++count;
        }
        return count;
    }

    // Ogg names each of its chained streams; others may name all.
    void tell_names() {
        AVStream& stream = *format_->streams[index_];
        std::size_t size = 0;
        const std::uint8_t* update =
            av_packet_get_side_data(packet_.get(), AV_PKT_DATA_METADATA_UPDATE, &size);
        AVDictionary* updated = nullptr;
        if (update != nullptr) av_packet_unpack_dictionary(update, size, &updated);
        std::string title, artist;
        for (const AVDictionary* from : {updated, stream.metadata, format_->metadata}) {
            if (title.empty()) title = value(from, "title");
            if (artist.empty()) artist = value(from, "artist");
        }
        av_dict_free(&updated);
        if (title == title_ && artist == artist_) return;
        title_ = title;
        artist_ = artist;
        if (!title.empty()) with_.named(title, artist);
    }
    static std::string value(const AVDictionary* from, const char* key) {
        const AVDictionaryEntry* entry = av_dict_get(from, key, nullptr, 0);
        return entry ? entry->value : "";
    }

    LiveDecoding& with_;
    Resampling& resampling_;
    std::unique_ptr<AVIOContext, FreeIo> io_;  // outlives the format
    std::unique_ptr<AVFormatContext, FreeFormat> format_;
    std::unique_ptr<AVCodecContext, FreeCodec> codec_;
    std::unique_ptr<AVPacket, FreePacket> packet_;
    std::unique_ptr<AVFrame, FreeFrame> frame_;
    int index_ = 0;
    bool heard_ = false;
    std::string title_, artist_;
};

// Whether all has been read; a byte that is taken for that is kept.
class Ahead final : public LiveDecoding {
  public:
    explicit Ahead(LiveDecoding& with) : with_(with) {}
    std::size_t read(std::uint8_t* to, std::size_t most) override {
        if (held_ != 0) {
            *to = byte_;
            held_ = 0;
            return 1;
        }
        const std::size_t count = over_ ? 0 : with_.read(to, most);
        over_ = count == 0;
        return count;
    }
    bool sound(const float* stereo, std::size_t frames) override {
        return with_.sound(stereo, frames);
    }
    void named(const std::string& title, const std::string& artist) override {
        with_.named(title, artist);
    }
    bool over() {
        if (held_ == 0 && !over_) {
            held_ = with_.read(&byte_, 1);
            over_ = held_ == 0;
        }
        return over_ && held_ == 0;
    }

  private:
    LiveDecoding& with_;
    std::uint8_t byte_ = 0;
    std::size_t held_ = 0;
    bool over_ = false;
};

}  // namespace

std::string decode_live(const char* demuxer, std::uint32_t rate, LiveDecoding& with) {
    av_log_set_level(AV_LOG_QUIET);  // damaged bytes are everyday
    Ahead ahead(with);
    Resampling resampling(rate, ahead);
    std::string wrong;
    for (int beginnings = 0; beginnings < most_beginnings && !ahead.over(); ++beginnings) {
        Stream stream(ahead, resampling);
        const char* trouble = stream.open(demuxer);
        if (trouble != nullptr) {
            wrong = trouble;
            continue;
        }
        const Stream::End end = stream.run();
        if (stream.heard()) {
            wrong.clear();
            beginnings = 0;
        } else {
            wrong = "It holds no sound that can be decoded.";
        }
        if (end == Stream::End::unwanted) return {};
    }
    resampling.finish();
    return wrong;
}

}  // namespace consort::radio
