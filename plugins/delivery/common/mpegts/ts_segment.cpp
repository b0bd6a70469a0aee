#include "plugins/delivery/common/mpegts/ts_segment.hpp"

#include <algorithm>

#include "plugins/delivery/common/mpegts/ts_writer.hpp"
#include "plugins/delivery/common/timeline.hpp"

namespace consort::delivery {
namespace {

constexpr std::int64_t kTicks = 90'000;
// Sound is packed so far that little is stuffed, and no further than the clock may be silent.
constexpr std::uint64_t kSoundPes = 16 * 184 - 14 - 8;
constexpr std::int64_t kPacketPayload = 184;
constexpr unsigned kAccessUnitDelimiter = 9, kHevcAccessUnitDelimiter = 35;
constexpr unsigned kMostSpread = 64;
constexpr std::string_view kStartCode{"\0\0\0\1", 4};

// Media time to time stamps. Both ends of a sample are rounded, so that nothing adds up.
class Clock {
  public:
    explicit Clock(const Track& track) noexcept
        : scale_(track.timescale), shift_(start_offset(track) - track.edit_start) {}
    std::int64_t operator()(std::int64_t time) const noexcept {
        return kTsOrigin + rescale(time + shift_, kTicks, scale_);
    }

  private:
    std::int64_t scale_, shift_;
};

// MP4 may say that a picture is shown before it is decoded, and mean it of the differences alone;
// in a transport stream that must not be. Then all are decoded earlier, by the two pictures that
// encoders reorder at most: the same in every segment, so that decode times rise over the joins.
// More where a segment needs more.
std::int64_t decoding_lead(const TsInput& input, const Clock& clock) {
    std::int64_t lead = 0;
    if (input.track->edit_start <= 0 && !input.samples.empty()) {
        const Track& track = *input.track;
        lead = track.frame_rate_num != 0
                   ? 2 * rescale(kTicks, track.frame_rate_den, track.frame_rate_num)
                   : 2 * rescale(kTicks, input.samples.front().duration, track.timescale);
        lead = std::min(lead, kTicks);
    }
    for (const Sample& sample : input.samples) {
        lead = std::max(lead, clock(sample.decode_time) -
                                  clock(sample.decode_time + sample.composition_offset));
    }
    return lead;
}

unsigned nal_type(char first, bool hevc) noexcept {
    const auto byte = static_cast<unsigned char>(first);
    return hevc ? byte >> 1 & 0x3fu : byte & 0x1fu;
}

}  // namespace

void TsSegment::add_sound(const TsInput& input, std::uint8_t index) {
    const Clock clock(*input.track);
    const TsFormat& format = *input.format;
    Pes pes;
    const auto finish = [&] {
        pes.piece_count = static_cast<std::uint32_t>(pieces_.size()) - pes.first_piece;
        all_.push_back(pes);
    };
    for (const Sample& sample : input.samples) {
        const std::int64_t start = clock(sample.decode_time);
        const std::int64_t end = clock(sample.decode_time + sample.duration);
        const std::uint64_t size = sample.size + (format.adts ? format.adts_header.size() : 0);
        // A packet must not last longer than the clock may be silent.
        const std::int64_t lasts = end - pes.dts;
        const bool slow = lasts > kTsClockSilence &&
                          static_cast<std::int64_t>(pes.size + size) * kTsClockSilence <
                              2 * kPacketPayload * lasts;
        if (pes.size > 0 && (pes.size + size > kSoundPes || slow)) {
            finish();
            pes = {};
        }
        if (pes.size == 0) {
            pes.first_piece = static_cast<std::uint32_t>(pieces_.size());
            pes.pts = pes.dts = start;
            pes.input = index;
            pes.random_access = true;
        }
        if (format.adts) {
            std::uint8_t* const header = adts_.data() + adts_used_;
            adts_used_ += format.adts_header.size();
            std::copy(format.adts_header.begin(), format.adts_header.end(), header);
            header[3] |= static_cast<std::uint8_t>(size >> 11 & 3);
            header[4] = static_cast<std::uint8_t>(size >> 3);
            header[5] |= static_cast<std::uint8_t>(size << 5 & 0xe0);
            pieces_.push_back({reinterpret_cast<const char*>(header), 7});
        }
        pieces_.push_back({input.bytes + sample.offset, sample.size});
        pes.size += size;
        pes.until = end;
    }
    if (pes.size > 0) finish();
}

void TsSegment::add_picture(const TsInput& input, const Sample& sample) {
    const TsFormat& format = *input.format;
    const auto add = [this](std::string_view bytes) {
        pieces_.push_back({bytes.data(), static_cast<std::uint32_t>(bytes.size())});
        all_.back().size += bytes.size();
    };
    add(format.delimiter);
    if ((sample.flags & CONSORT_SAMPLE_SYNC) != 0 && !format.parameter_sets.empty()) {
        add(format.parameter_sets);
    }
    const unsigned delimiter = format.hevc ? kHevcAccessUnitDelimiter : kAccessUnitDelimiter;
    std::string_view left(input.bytes + sample.offset, sample.size);
    while (left.size() > format.nal_length) {
        std::uint64_t size = 0;
        for (unsigned i = 0; i < format.nal_length; ++i) {
            size = size << 8 | static_cast<unsigned char>(left[i]);
        }
        left.remove_prefix(format.nal_length);
        if (size == 0) continue;
        if (size > left.size()) break;
        if (nal_type(left[0], format.hevc) != delimiter) {
            add(kStartCode);
            add(left.substr(0, size));
        }
        left.remove_prefix(size);
    }
}

void TsSegment::add_pictures(const TsInput& input, std::uint8_t index) {
    const Clock clock(*input.track);
    const std::int64_t lead = decoding_lead(input, clock);
    for (const Sample& sample : input.samples) {
        Pes& pes = all_.emplace_back();
        pes.first_piece = static_cast<std::uint32_t>(pieces_.size());
        pes.dts = clock(sample.decode_time) - lead;
        pes.pts = clock(sample.decode_time + sample.composition_offset);
        pes.until = clock(sample.decode_time + sample.duration) - lead;
        pes.input = index;
        pes.random_access = (sample.flags & CONSORT_SAMPLE_SYNC) != 0;
        add_picture(input, sample);
        pes.piece_count = static_cast<std::uint32_t>(pieces_.size()) - pes.first_piece;
    }
}

// Makes the number of packets with payload of one input a multiple of 16, from its last ones on.
// Spreading a PES over one byte more of its end takes one packet more, or none.
void TsSegment::spread(std::uint8_t input) {
    std::uint64_t count = 0;
    for (const Pes& pes : all_) count += pes.input == input ? payload_packets(pes) : 0;
    std::uint64_t missing = (16 - count % 16) % 16;
    for (auto pes = all_.rbegin(); pes != all_.rend() && missing > 0; ++pes) {
        if (pes->input != input) continue;
        const std::uint64_t needed = payload_packets(*pes);
        while (pes->spread + 1u < pes->size && pes->spread < kMostSpread &&
               payload_packets(*pes) < needed + missing) {
            ++pes->spread;
        }
        missing -= payload_packets(*pes) - needed;
    }
}

TsWriter::Unit TsSegment::unit_of(const Pes& pes) noexcept {
    return {pes.size, pes.pts, pes.dts, pes.until, pes.input, pes.random_access, pes.input == 0};
}

std::uint64_t TsSegment::payload_packets(const Pes& pes) noexcept {
    TsWriter::Unit tight = unit_of(pes);
    tight.size -= pes.spread;
    return TsWriter::packets(tight) + pes.spread;
}

Result<TsSegment> TsSegment::plan(std::span<const TsInput> inputs, std::uint64_t number) {
    if (inputs.empty() || inputs.size() > kTsMostInputs) {
        return Error{CONSORT_E_INVALID, "a transport stream of no or too many tracks"};
    }
    TsSegment out;
    out.number_ = number;
    std::size_t headers = 0, pieces = 0, units = 0;
    for (const TsInput& input : inputs) {
        if (input.samples.empty()) continue;
        headers += input.format->adts ? 7 * input.samples.size() : 0;
        pieces += (input.format->nal_length != 0 ? 6 : 2) * input.samples.size();
        units += input.samples.size();
    }
    out.adts_.resize(headers);
    out.pieces_.reserve(pieces);
    out.all_.reserve(units);
    std::uint16_t sounds = 0, pictures = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const TsInput& input = inputs[i];
        const bool video = input.format->nal_length != 0;
        const auto pid =
            static_cast<std::uint16_t>(video ? kTsVideoPid + pictures++ : kTsAudioPid + sounds++);
        out.streams_.push_back({input.format, pid});
        if (video) {
            out.add_pictures(input, static_cast<std::uint8_t>(i));
        } else {
            out.add_sound(input, static_cast<std::uint8_t>(i));
        }
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) out.spread(static_cast<std::uint8_t>(i));
    std::stable_sort(out.all_.begin(), out.all_.end(),
                     [](const Pes& a, const Pes& b) { return a.dts < b.dts; });
    out.packets_ = 2;
    for (const Pes& pes : out.all_) {
        out.packets_ += payload_packets(pes) + TsWriter::clock_packets(unit_of(pes));
    }
    return out;
}

void TsSegment::write(char* to) const {
    TsWriter writer(to, streams_, number_);
    writer.tables();
    for (const Pes& pes : all_) {
        writer.begin(unit_of(pes), pes.spread);
        for (std::uint32_t i = 0; i < pes.piece_count; ++i) {
            const Piece& piece = pieces_[pes.first_piece + i];
            writer.add(piece.data, piece.size);
        }
        writer.tick(unit_of(pes));
    }
}

}  // namespace consort::delivery
