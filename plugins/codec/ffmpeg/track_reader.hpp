// Random access to a track's presented sound.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "plugins/codec/ffmpeg/track_decoder.hpp"

namespace consort::codec {

// What an opened track of consort.decoder/1 is: for one thread, the media outlives it.
class TrackReader {
  public:
    // `report` gets one sentence, once, if something of the track is damaged.
    TrackReader(std::unique_ptr<TrackDecoder> decoder,
                std::function<void(std::string_view)> report);
    Result<std::uint64_t> read(std::uint64_t position, std::uint64_t frames, void* buffer);

  private:
    // Makes `place` the next that is decoded, or one before it.
    Result<void> seek(std::int64_t place);
    Result<void> decode_more();
    bool goes_on(std::int64_t place) const noexcept;

    std::unique_ptr<TrackDecoder> decoder_;
    std::function<void(std::string_view)> report_;
    bool reported_ = false;
    bool positioned_ = false;
    std::uint64_t next_ = 0;                        // sample to decode
    std::uint64_t block_end_ = 0;                   // and the first that is another block's
    std::int64_t region_from_ = 0, region_to_ = 0;  // places that this block is to fill
    std::int64_t given_ = 0;                        // places before this are gone, or silence
    std::vector<TrackDecoder::Piece> pieces_;
    std::size_t piece_ = 0;
};

}  // namespace consort::codec
