#include "plugins/delivery/hls/ts_segments.hpp"

#include <memory>
#include <vector>

#include "plugins/delivery/common/mpegts/ts_segment.hpp"

namespace consort::delivery {
namespace {

constexpr std::size_t kKeptScratch = 8u << 20;

// Memory for the samples of a segment while it is made; kept from segment to segment.
class Scratch {
  public:
    char* room(std::uint64_t size) {
        if (size > size_) {
            bytes_ = std::make_unique_for_overwrite<char[]>(size);
            size_ = size;
        }
        return bytes_.get();
    }
    void shrink() {
        if (size_ <= kKeptScratch) return;
        bytes_.reset();
        size_ = 0;
    }

  private:
    std::unique_ptr<char[]> bytes_;
    std::uint64_t size_ = 0;
};

Result<void> fill(const TsInput& input, std::uint64_t number, const CacheFill& fill) {
    auto segment = TsSegment::plan({&input, 1}, number);
    if (!segment) return std::move(segment).error();
    auto room = fill.allocate(segment->size());
    if (!room) return std::move(room).error();
    segment->write(reinterpret_cast<char*>(room->data()));
    return {};
}

// Reads the samples to `scratch` and makes their offsets count from there.
Result<const char*> gather(const MediaView& media, std::vector<Sample>& samples, Scratch& scratch) {
    std::vector<ByteRun> runs;
    std::uint64_t at = 0, first = UINT64_MAX, end = 0;
    bool in_line = false;
    for (const Sample& sample : samples) {
        append_run(runs, sample);
        at += sample.size;
        in_line |= (sample.flags & CONSORT_SAMPLE_INLINE) != 0;
        first = std::min(first, sample.offset);
        end = std::max(end, sample.offset + sample.size);
    }
    // Between interleaved tracks, one long read is cheaper than many short ones.
    if (!in_line && runs.size() > 1 && end - first <= at + at / 4 + 65'536) {
        char* const to = scratch.room(end - first);
        if (auto read = media.read_source(first, end - first, to); !read) {
            return std::move(read).error();
        }
        for (Sample& sample : samples) sample.offset -= first;
        return const_cast<const char*>(to);
    }
    char* const to = scratch.room(at);
    if (auto read = read_runs(media, runs, to); !read) return std::move(read).error();
    at = 0;
    for (Sample& sample : samples) {
        sample.offset = at;
        at += sample.size;
    }
    return const_cast<const char*>(to);
}

Result<void> fill_original(const MediaView& media, const CmafRendition& rendition,
                           const TsFormat& format, std::uint32_t number, const CacheFill& to) {
    thread_local Scratch scratch;
    thread_local std::vector<Sample> samples;
    const Segment& part = rendition.parts[number];
    samples.resize(part.count);
    if (auto read = media.samples(rendition.track.index, part.first, part.count, samples); !read) {
        return read;
    }
    const auto bytes = gather(media, samples, scratch);
    if (!bytes) return bytes.error();
    auto done = fill({&format, &rendition.track.track, samples, *bytes}, number, to);
    scratch.shrink();
    return done;
}

auto respond_to(const ExchangeView& exchange, Head head) {
    return [kept = exchange.keep(), head = std::move(head)](Result<Slice> entry) {
        if (!entry) {
            kept.fail(entry.error());
            return;
        }
        kept.respond(response_of(head).no_compress().add(std::move(*entry)));
    };
}

}  // namespace

Result<void> TsSegments::answer(const ExchangeView& exchange, const MediaView& media,
                                const CmafRendition& rendition, std::uint32_t number) {
    auto format = ts_format(rendition.track.track);
    if (!format) return std::move(format).error();
    Head head = rendition_head(exchange, media, rendition, "ts-" + std::to_string(number));
    head.content_type = "video/mp2t";
    const std::string key = "hls/" + head.etag;
    if (!rendition.encoded) {
        cache_.fetch(
            key,
            [kept = media.keep(), &rendition, format = std::move(*format), number](CacheFill& to) {
                return fill_original(kept, rendition, format, number, to);
            },
            respond_to(exchange, std::move(head)));
        return {};
    }
    requests_.fetch(
        exchange, media, *rendition.encoded, number,
        [this, key, number, &rendition, format = std::move(*format), head = std::move(head),
         kept = media.keep()](const ExchangeView& to, const Coded& coded) mutable -> Result<void> {
            cache_.fetch(
                key,
                [coded, &rendition, number, format = std::move(format),
                 kept = std::move(kept)](CacheFill& room) {
                    return fill({&format, &rendition.track.track, coded.samples(),
                                 reinterpret_cast<const char*>(coded.payload().data())},
                                number, room);
                },
                respond_to(to, std::move(head)));
            return {};
        });
    return {};
}

TsSize ts_size(const CmafRendition& rendition, std::uint64_t samples,
               std::uint64_t payload) noexcept {
    constexpr std::uint64_t kPictureHeaders = 19 + 8 + 6, kSoundHeaders = 14 + 8, kSoundPes = 2'900;
    std::uint64_t units = samples, headers = kPictureHeaders;
    if (rendition.video()) {
        payload += rendition.track.track.configuration.len;
    } else {
        if (view(rendition.track.track.codec) == "aac") payload += 7 * samples;
        units = payload / kSoundPes + 1;
        headers = kSoundHeaders;
    }
    // Each unit ends with a packet that is half full about, and the segment with up to 15 packets
    // for the counters' sake.
    const auto size = [&](std::uint64_t stuffing, std::uint64_t spread) {
        return ((payload + units * (headers + stuffing)) / 184 + 1 + spread + 2) * kTsPacket;
    };
    return {size(183, 15), size(92, 7)};
}

}  // namespace consort::delivery
