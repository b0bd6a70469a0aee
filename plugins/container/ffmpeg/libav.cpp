#include "plugins/container/ffmpeg/libav.hpp"

extern "C" {
#include <libavcodec/packet.h>
#include <libavformat/avformat.h>
#include <libavutil/dict.h>
#include <libavutil/error.h>
#include <libavutil/log.h>
#include <libavutil/mem.h>
}

#include <algorithm>
#include <map>
#include <mutex>
#include <shared_mutex>

namespace consort::container_ffmpeg {
namespace {

int refuse_open(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) {
    return AVERROR(EACCES);
}

// libavformat goes through the names of all its formats each time.
const AVInputFormat* input_format(const char* name) {
    static std::shared_mutex mutex;
    static std::map<std::string, const AVInputFormat*, std::less<>> known;
    {
        const std::shared_lock lock(mutex);
        if (const auto found = known.find(name); found != known.end()) return found->second;
    }
    const std::unique_lock lock(mutex);
    return known.emplace(name, av_find_input_format(name)).first->second;
}

int interrupted(void* bytes) { return static_cast<ByteWindow*>(bytes)->canceled() ? 1 : 0; }

}  // namespace

void silence_libav() noexcept { av_log_set_level(AV_LOG_QUIET); }

Result<std::unique_ptr<Demuxer>> Demuxer::open(ByteWindow& bytes, std::string_view name,
                                               const DemuxerOptions& options) {
    std::unique_ptr<Demuxer> demuxer(new Demuxer(bytes));
    const AVInputFormat* input = input_format(options.format);
    if (input == nullptr)
        return Error{CONSORT_E_UNSUPPORTED,
                     std::string("This FFmpeg can't read '") + options.format + "' files."};
    demuxer->format_ = avformat_alloc_context();
    auto* buffer =
        static_cast<unsigned char*>(av_malloc(static_cast<std::size_t>(options.io_buffer)));
    if (demuxer->format_ == nullptr || buffer == nullptr) {
        av_free(buffer);
        return Error{CONSORT_E_NO_MEMORY, "There is no memory to read the file."};
    }
    demuxer->io_ =
        avio_alloc_context(buffer, options.io_buffer, 0, demuxer.get(), read, nullptr, seek);
    demuxer->packet_ = av_packet_alloc();
    if (demuxer->io_ == nullptr) av_free(buffer);
    if (demuxer->io_ == nullptr || demuxer->packet_ == nullptr)
        return Error{CONSORT_E_NO_MEMORY, "There is no memory to read the file."};
    if (!options.seekable) demuxer->io_->seekable = 0;
    AVFormatContext* format = demuxer->format_;
    format->pb = demuxer->io_;
    format->flags |= AVFMT_FLAG_CUSTOM_IO;
    format->io_open = refuse_open;
    format->interrupt_callback = {interrupted, &bytes};
    format->max_streams = 64;

    AVDictionary* settings = nullptr;
    av_dict_set(&settings, "protocol_whitelist", "none", 0);
    if (std::string_view(options.format) == "mov") {
        av_dict_set(&settings, "ignore_editlist", options.ignore_edits ? "1" : "0", 0);
        av_dict_set(&settings, "advanced_editlist", "0", 0);
        av_dict_set(&settings, "ignore_chapters", "1", 0);
        av_dict_set(&settings, "export_all", "0", 0);
    }
    int code = avformat_open_input(&demuxer->format_, nullptr, input, &settings);
    av_dict_free(&settings);
    if (code < 0) return demuxer->failed(name, code);
    if (options.stream_info) {
        code = avformat_find_stream_info(demuxer->format_, nullptr);
        if (code < 0) return demuxer->failed(name, code);
    }
    return demuxer;
}

Demuxer::~Demuxer() {
    av_packet_free(&packet_);
    avformat_close_input(&format_);
    if (io_ != nullptr) {
        av_freep(&io_->buffer);
        avio_context_free(&io_);
    }
}

AVStream& Demuxer::stream(unsigned index) const noexcept { return *format_->streams[index]; }
unsigned Demuxer::stream_count() const noexcept { return format_->nb_streams; }

Result<AVPacket*> Demuxer::next() {
    av_packet_unref(packet_);
    const int code = av_read_frame(format_, packet_);
    if (code >= 0) return packet_;
    if (bytes_.error().status < 0) return bytes_.error();
    if (bytes_.canceled()) return Error{CONSORT_E_CANCELED, "Nobody wants the result any more."};
    // What follows a damaged place can't be trusted; what came before is whole.
    return static_cast<AVPacket*>(nullptr);
}

Error Demuxer::failed(std::string_view what, int code) const {
    if (bytes_.error().status < 0) return bytes_.error();
    if (bytes_.canceled()) return {CONSORT_E_CANCELED, "Nobody wants the result any more."};
    // Also "out of memory": what asks for gigabytes is the file.
    char text[AV_ERROR_MAX_STRING_SIZE] = {};
    av_strerror(code, text, sizeof text);
    if (code == AVERROR_PATCHWELCOME || code == AVERROR(ENOSYS))
        return {CONSORT_E_UNSUPPORTED,
                "'" + std::string(what) + "' uses a feature that FFmpeg does not know."};
    return {CONSORT_E_CORRUPT, "'" + std::string(what) + "' is damaged or incomplete (" + text +
                                   "). Replace it with a good copy."};
}

int Demuxer::read(void* self, std::uint8_t* buffer, int size) {
    auto& demuxer = *static_cast<Demuxer*>(self);
    const std::size_t got = demuxer.bytes_.read(static_cast<std::uint64_t>(demuxer.position_),
                                                buffer, static_cast<std::size_t>(size));
    if (got == 0) return demuxer.bytes_.error().status < 0 ? AVERROR(EIO) : AVERROR_EOF;
    demuxer.position_ += static_cast<std::int64_t>(got);
    return static_cast<int>(got);
}

std::int64_t Demuxer::seek(void* self, std::int64_t offset, int whence) {
    auto& demuxer = *static_cast<Demuxer*>(self);
    const auto size = static_cast<std::int64_t>(demuxer.bytes_.size());
    switch (whence & ~AVSEEK_FORCE) {
        case AVSEEK_SIZE:
            return size;
        case SEEK_SET:
            break;
        case SEEK_CUR:
            offset += demuxer.position_;
            break;
        case SEEK_END:
            offset += size;
            break;
        default:
            return AVERROR(EINVAL);
    }
    if (offset < 0) return AVERROR(EINVAL);
    demuxer.position_ = offset;
    return offset;
}

}  // namespace consort::container_ffmpeg
