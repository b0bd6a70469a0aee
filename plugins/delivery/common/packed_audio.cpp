#include "plugins/delivery/common/packed_audio.hpp"

#include <string_view>

#include "plugins/delivery/common/box_writer.hpp"
#include "plugins/delivery/common/samples.hpp"
#include "plugins/delivery/common/timeline.hpp"

namespace consort::delivery {
namespace {

constexpr std::string_view kOwner{"com.apple.streaming.transportStreamTimestamp\0", 45};
constexpr std::uint32_t kFrameSize = 45 + 8;
constexpr std::uint32_t kTagSize = 10 + kFrameSize;
static_assert(kTagSize < 128, "a synchsafe number of one byte");
static_assert(kTimestampTagSize == 10 + kTagSize);

}  // namespace

std::string timestamp_tag(std::int64_t time_90khz) {
    std::string bytes;
    bytes.reserve(10 + kTagSize);
    BoxWriter out(bytes);
    out.bytes("ID3");
    out.u16(0x0400);
    out.u8(0);
    out.u32(kTagSize);
    out.bytes("PRIV");
    out.u32(kFrameSize);
    out.u16(0);
    out.bytes(kOwner);
    out.u64(static_cast<std::uint64_t>(time_90khz) & 0x1'ffff'ffffu);
    return bytes;
}

Result<Assembly> assemble_packed_audio(const MediaView& media, const PackagedTrack& track,
                                       std::uint64_t first, std::uint64_t count,
                                       std::string_view lead) {
    Assembly out;
    std::int64_t start = 0;
    auto read = for_each_sample(media, track.index, first, first + count,
                                [&](std::uint64_t number, const Sample& sample) {
                                    if (number == first) start = sample.decode_time;
                                    append_run(out.runs, sample);
                                });
    if (!read) return std::move(read).error();
    out.header =
        timestamp_tag(rescale(start + start_offset(track.track), 90'000, track.track.timescale));
    out.header += lead;
    out.payload = total_length(out.runs);
    return out;
}

}  // namespace consort::delivery
