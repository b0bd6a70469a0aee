#include "plugins/codec/ffmpeg/packet_feed.hpp"

#include <algorithm>

namespace consort::codec {
namespace {

constexpr std::uint64_t kAhead = 64;           // samples looked at together
constexpr std::uint64_t kMostRun = 256 << 10;  // bytes read together
constexpr std::uint64_t kMostGap = 4 << 10;    // bytes worth reading in vain
constexpr std::uint32_t kMostSample = 64 << 20;

}  // namespace

Result<void> PacketFeed::load(std::uint64_t number) {
    const std::uint64_t count = std::min(kAhead, count_ - number);
    samples_.resize(count);
    first_ = number;
    if (auto done = media_.samples(track_, number, count, samples_); !done) {
        samples_.clear();
        return done;
    }
    return {};
}

Result<PacketFeed::Packet> PacketFeed::get(std::uint64_t number) {
    if (number >= count_) return Error{CONSORT_E_INVALID, "the track has no such sample"};
    if (number < first_ || number - first_ >= samples_.size())
        if (auto done = load(number); !done) return done.error();
    const std::size_t index = number - first_;
    Packet packet{samples_[index], {}};
    const Sample& sample = packet.sample;
    if (sample.size == 0 || sample.size > kMostSample) return packet;
    if ((sample.flags & CONSORT_SAMPLE_INLINE) != 0) {
        single_.resize(sample.size);
        if (auto done = media_.read_sample(sample, single_.data()); !done) return done.error();
        packet.bytes = single_;
        return packet;
    }
    const std::uint64_t size = media_.source_size();
    if (sample.offset > size || sample.size > size - sample.offset) return packet;
    const auto have = [&] {
        return sample.offset >= bytes_from_ && sample.offset - bytes_from_ <= bytes_.size() &&
               sample.size <= bytes_.size() - (sample.offset - bytes_from_);
    };
    if (!have()) {
        std::uint64_t end = sample.offset + sample.size;
        for (std::size_t i = index + 1; i < samples_.size(); ++i) {
            const Sample& next = samples_[i];
            if ((next.flags & CONSORT_SAMPLE_INLINE) != 0) continue;
            if (next.offset < end || next.offset - end > kMostGap) break;
            if (next.size > size || next.offset > size - next.size) break;
            if (next.offset + next.size - sample.offset > kMostRun) break;
            end = next.offset + next.size;
        }
        bytes_from_ = sample.offset;
        bytes_.resize(end - sample.offset);
        if (auto done = media_.read_source(bytes_from_, bytes_.size(), bytes_.data()); !done) {
            bytes_.clear();
            return done.error();
        }
    }
    packet.bytes = std::span(bytes_).subspan(sample.offset - bytes_from_, sample.size);
    return packet;
}

}  // namespace consort::codec
