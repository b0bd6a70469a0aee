// FFmpeg's C objects as C++ ones. Every use of libavformat goes through here.
//
// A demuxer gets bytes from us alone: the protocol whitelist is empty and nested opens are refused,
// so that no file can make it reach for another file or the network.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "consort/result.hpp"

#include "plugins/container/ffmpeg/byte_window.hpp"

struct AVFormatContext;
struct AVIOContext;
struct AVPacket;
struct AVStream;

namespace consort::container_ffmpeg {

struct DemuxerOptions {
    const char* format;        // libavformat's name: "mov", "ogg" …
    bool stream_info = false;  // look into packets for what the header does not say
    bool ignore_edits = true;  // MP4: timestamps as they are stored
    bool seekable = true;      // otherwise nothing is looked for at the end
    int io_buffer = 64 << 10;  // bytes
};

// An opened demuxer over a window. For one thread.
class Demuxer {
  public:
    static Result<std::unique_ptr<Demuxer>> open(ByteWindow& bytes, std::string_view name,
                                                 const DemuxerOptions& options);
    ~Demuxer();
    Demuxer(const Demuxer&) = delete;
    Demuxer& operator=(const Demuxer&) = delete;

    AVFormatContext& context() const noexcept { return *format_; }
    AVStream& stream(unsigned index) const noexcept;
    unsigned stream_count() const noexcept;

    // The next packet, valid until the next call; null at the end. CORRUPT, IO, CANCELED.
    Result<AVPacket*> next();

  private:
    explicit Demuxer(ByteWindow& bytes) : bytes_(bytes) {}
    static int read(void* self, std::uint8_t* buffer, int size);
    static std::int64_t seek(void* self, std::int64_t offset, int whence);
    Error failed(std::string_view what, int code) const;

    ByteWindow& bytes_;
    std::int64_t position_ = 0;
    AVFormatContext* format_ = nullptr;
    AVIOContext* io_ = nullptr;
    AVPacket* packet_ = nullptr;
};

// Sends libavformat's messages nowhere: they name internals, and our errors say what is wrong.
void silence_libav() noexcept;

}  // namespace consort::container_ffmpeg
