#include "plugins/codec/ffmpeg/track_reader.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace consort::codec {
namespace {

constexpr std::uint64_t kSkippedAtMost = 4;  // samples decoded in vain rather than sought over

}  // namespace

TrackReader::TrackReader(std::unique_ptr<TrackDecoder> decoder,
                         std::function<void(std::string_view)> report)
    : decoder_(std::move(decoder)), report_(std::move(report)) {}

Result<void> TrackReader::seek(std::int64_t place) {
    positioned_ = false;
    const std::uint64_t sample = decoder_->sample_at(place);
    const Warmup& warmup = decoder_->warmup();
    std::uint64_t begin = sample;
    block_end_ = decoder_->sample_count();
    if (warmup.block != 0) {
        const std::uint64_t block = sample - sample % warmup.block;
        block_end_ = std::min(block + warmup.block, block_end_);
        begin = block - std::min<std::uint64_t>(block, warmup.samples);
        const auto from = decoder_->place_of(block);
        if (!from) return from.error();
        region_from_ = *from;
    } else {
        const auto from = decoder_->place_of(sample);
        if (!from) return from.error();
        region_from_ = *from;
    }
    region_to_ = std::numeric_limits<std::int64_t>::max();
    if (block_end_ < decoder_->sample_count()) {
        const auto to = decoder_->place_of(block_end_);
        if (!to) return to.error();
        // Times that rise too slowly for their rate never stop the reading.
        region_to_ = std::max(*to, place + 1);
    }
    if (auto done = decoder_->restart(begin); !done) return done;
    next_ = begin;
    given_ = region_from_;
    pieces_.clear();
    piece_ = 0;
    positioned_ = true;
    return {};
}

bool TrackReader::goes_on(std::int64_t place) const noexcept {
    if (!positioned_ || place < given_ || place >= region_to_) return false;
    if (decoder_->warmup().block != 0 || next_ >= block_end_) return true;
    return decoder_->sample_at(place) <= next_ + kSkippedAtMost;
}

Result<void> TrackReader::decode_more() {
    pieces_.clear();
    piece_ = 0;
    auto done = decoder_->decode(next_, pieces_);
    if (!done) {
        positioned_ = false;
        return done;
    }
    ++next_;
    if (next_ == block_end_) {
        done = decoder_->drain(pieces_);
        if (!done) return done;
    }
    if (decoder_->damaged() != 0 && !reported_) {
        reported_ = true;
        report_("Something of this track is damaged and stays silent.");
    }
    return {};
}

Result<std::uint64_t> TrackReader::read(std::uint64_t position, std::uint64_t frames,
                                        void* buffer) {
    const Pcm& format = decoder_->format();
    if (position >= format.frames) return std::uint64_t{0};
    frames = std::min(frames, format.frames - position);
    const std::size_t size = frame_bytes(format);
    auto* to = static_cast<std::byte*>(buffer);
    std::int64_t place = decoder_->presentation() + static_cast<std::int64_t>(position);
    const std::int64_t end = place + static_cast<std::int64_t>(frames);
    const auto silence_to = [&](std::int64_t until) {
        const auto count = static_cast<std::size_t>(until - place);
        std::memset(to, 0, count * size);
        to += count * size;
        given_ = place = until;
    };
    while (place < end) {
        if (!goes_on(place)) {
            // After the last sample there is nothing to seek to.
            if (auto done = seek(place); !done) return done.error();
            if (place < region_from_) silence_to(std::min(region_from_, end));
            continue;
        }
        if (piece_ < pieces_.size()) {
            const auto& piece = pieces_[piece_];
            const std::int64_t piece_end =
                std::min(piece.place + static_cast<std::int64_t>(piece.frames), region_to_);
            if (piece_end <= place) {
                ++piece_;
            } else if (piece.place > place) {
                silence_to(std::min({piece.place, end, region_to_}));
            } else {
                const auto count = static_cast<std::size_t>(std::min(piece_end, end) - place);
                std::memcpy(
                    to, piece.values.data() + static_cast<std::size_t>(place - piece.place) * size,
                    count * size);
                to += count * size;
                place += static_cast<std::int64_t>(count);
                given_ = place;
            }
        } else if (next_ < block_end_) {
            if (auto done = decode_more(); !done) return done.error();
        } else {
            silence_to(std::min(end, region_to_));
        }
    }
    return frames;
}

}  // namespace consort::codec
