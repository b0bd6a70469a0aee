// One segment of an MPEG-2 transport stream (ISO/IEC 13818-1), as HLS cuts it (RFC 8216, 3.2).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "consort/media.hpp"
#include "consort/result.hpp"

#include "plugins/delivery/common/mpegts/ts_format.hpp"
#include "plugins/delivery/common/mpegts/ts_writer.hpp"

namespace consort::delivery {

// The presentation begins at this time stamp, in every rendition: 10 s, so that encoder delay and
// reordered pictures lie before it and stay above zero. Counts of 90 kHz.
inline constexpr std::int64_t kTsOrigin = 900'000;

// One elementary stream of the segment.
struct TsInput {
    const TsFormat* format = nullptr;
    const Track* track = nullptr;     // for its timescale, edit and start
    std::span<const Sample> samples;  // offsets count from `bytes`
    const char* bytes = nullptr;
};

// A pure function of the samples and the segment's number. PAT and PMT stand first, then the
// packets of all inputs by decode time; the first input carries the clock (PCR), never more than
// 100 ms apart. Counters run on over the joins, although no segment knows the others: each PID has
// a multiple of 16 packets a segment (short ones at the end see to it), PAT and PMT count segments.
//
// A transport stream has no edit list: encoder delay lies before kTsOrigin, where players that
// know nothing of it play it, and padding at the end is not told.
class TsSegment {
  public:
    // At most four inputs. Keeps pointers to the inputs' samples and bytes. NAL units that claim
    // more bytes than their sample has are left out.
    static Result<TsSegment> plan(std::span<const TsInput> inputs, std::uint64_t number);

    std::uint64_t size() const noexcept { return packets_ * kTsPacket; }
    // Writes size() bytes.
    void write(char* to) const;

  private:
    struct Piece {
        const char* data;
        std::uint32_t size;
    };
    // A packetized elementary stream packet.
    struct Pes {
        std::uint64_t size = 0;                    // of its payload
        std::int64_t pts = 0, dts = 0, until = 0;  // see TsWriter::Unit
        std::uint32_t first_piece = 0, piece_count = 0;
        std::uint16_t spread = 0;  // so many packets more than needed, for the counter's sake
        std::uint8_t input = 0;
        bool random_access = false;
    };

    void add_sound(const TsInput& input, std::uint8_t index);
    void add_pictures(const TsInput& input, std::uint8_t index);
    void add_picture(const TsInput& input, const Sample& sample);
    void spread(std::uint8_t input);
    static TsWriter::Unit unit_of(const Pes& pes) noexcept;
    static std::uint64_t payload_packets(const Pes& pes) noexcept;

    std::vector<TsStream> streams_;
    std::vector<Pes> all_;  // by decode time
    std::vector<Piece> pieces_;
    std::vector<std::uint8_t> adts_;  // headers of all sound samples
    std::size_t adts_used_ = 0;
    std::uint64_t packets_ = 0;
    std::uint64_t number_ = 0;
};

}  // namespace consort::delivery
