// Packets of 188 bytes (ISO/IEC 13818-1, 2.4.3): headers, clock, counters, stuffing.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "plugins/delivery/common/mpegts/ts_format.hpp"

namespace consort::delivery {

inline constexpr std::uint64_t kTsPacket = 188;
inline constexpr std::size_t kTsMostInputs = 4;
inline constexpr std::uint16_t kTsMapPid = 0x1000, kTsVideoPid = 0x100, kTsAudioPid = 0x110;
// The clock speaks at least so often; the standard allows 100 ms. Counts of 90 kHz.
inline constexpr std::int64_t kTsClockSilence = 8'100;

struct TsStream {
    const TsFormat* format;
    std::uint16_t pid;
};

// Writes where the caller has made room: it must know the number of packets before. No allocation.
class TsWriter {
  public:
    // One packetized elementary stream packet. Times are counts of 90 kHz; their lower 33 bits
    // are written.
    struct Unit {
        std::uint64_t size;            // of the payload, without the header
        std::int64_t pts, dts, until;  // until: the decode time of the next
        std::uint8_t stream;
        bool random_access;
        bool clock;  // its packets carry the clock: the first, and as many more as it takes
    };

    // The streams' first one names the clock's PID. Counters of the streams begin at 0, those of
    // the tables at `number`.
    TsWriter(char* to, const std::vector<TsStream>& streams, std::uint64_t number) noexcept
        : to_(to), streams_(streams), number_(number) {}

    // Packets for a unit written as tightly as can be.
    static std::uint64_t packets(const Unit& unit) noexcept;
    // What tick() writes.
    static std::uint64_t clock_packets(const Unit& unit) noexcept;

    void tables() noexcept;
    // A unit's payload follows through add(), all of it. Its last `spread` bytes take a packet
    // each.
    void begin(const Unit& unit, std::uint32_t spread) noexcept;
    void add(const char* data, std::uint64_t size) noexcept;
    // Packets with nothing but the clock, where the unit has fewer than its time asks for.
    void tick(const Unit& unit) noexcept;

  private:
    void open_packet() noexcept;
    void section(std::uint16_t pid, const char* data, std::size_t size) noexcept;

    char* to_;
    const std::vector<TsStream>& streams_;
    std::uint64_t number_;
    std::array<std::uint8_t, kTsMostInputs> counters_{};

    // The unit being written.
    Unit unit_{};
    std::uint64_t tight_ = 0;   // bytes left to be packed tightly
    std::uint64_t spread_ = 0;  // bytes left that take a packet each
    std::uint64_t room_ = 0;    // bytes left in the open packet
    std::uint64_t done_ = 0;    // packets opened
    std::uint64_t total_ = 0;   // bytes, with the header
    std::uint64_t every_ = 0;   // packets from clock to clock
};

}  // namespace consort::delivery
