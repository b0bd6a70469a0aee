// Indexes of streams whose frames simply follow each other: MPEG audio, AAC in ADTS, PCM.
#pragma once

#include "consort/offers/container.hpp"

#include "plugins/container/ffmpeg/byte_window.hpp"
#include "plugins/container/ffmpeg/mpeg_audio.hpp"
#include "plugins/container/ffmpeg/sniff.hpp"
#include "plugins/container/ffmpeg/track_info.hpp"

namespace consort::container_ffmpeg {

// `start` is where the first frame is expected, as sniff() found it.
Result<void> index_mp3(ByteWindow& bytes, std::uint64_t start, const IndexSink& sink);
Result<void> index_adts(ByteWindow& bytes, std::uint64_t start, const IndexSink& sink);
// WAV and AIFF: samples of up to 2048 frames; no media bytes are read. Compressed WAV goes the
// general way.
Result<void> index_pcm(ByteWindow& bytes, std::string_view name, Format format,
                       const IndexSink& sink);

// What the headers of the first frames tell; used by probe as well.
struct Mp3Start {
    MpegAudioHeader header{};
    std::uint64_t first = 0;  // of the first frame with audio
    bool has_info = false;
    InfoFrame info;
};
std::optional<Mp3Start> mp3_start(ByteWindow& bytes, std::uint64_t start);
TrackInfo mp3_track(const MpegAudioHeader& header);
TrackInfo adts_track(const AdtsHeader& header);
// Where frames end at the latest: before an ID3v1 tag.
std::uint64_t frames_end(ByteWindow& bytes);

}  // namespace consort::container_ffmpeg
