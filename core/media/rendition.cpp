#include "core/media/rendition.hpp"

#include <algorithm>
#include <cstring>

#include "core/host/guard.hpp"
#include "core/media/plugin_call.hpp"

using namespace consort;
using namespace consort::media;

namespace {

// Takes what the encoder makes, and holds it to the contract.
struct Taking {
    const consort_rendition& rendition;
    std::int64_t next;  // decode time that audio must go on with
    std::vector<consort_sample> samples;
    std::string payload;
    bool broken = false;

    consort_status take(const consort_sample& sample, const void* data) {
        if (rendition.kind == CONSORT_TRACK_AUDIO) {
            broken = broken || sample.decode_time != next;
            next = sample.decode_time + sample.duration;
        } else {
            broken = broken || (samples.empty() && (sample.flags & CONSORT_SAMPLE_SYNC) == 0);
        }
        if (broken || payload.size() + sample.size > kMaxCodedBytes) return CONSORT_E_INTERNAL;
        samples.push_back(sample);
        payload.append(static_cast<const char*>(data), sample.size);
        return CONSORT_OK;
    }
};

struct Feeding {
    const consort_rendition& rendition;
    const MediaPtr& media;
    PcmCache& pcm;
    const std::function<bool()>& canceled;
};

consort_status feed(void* self, std::uint64_t position, std::uint64_t frames, void* buffer,
                    std::uint64_t* got) noexcept {
    return host::guarded([&]() -> consort_status {
        auto& from = *static_cast<Feeding*>(self);
        const auto read = from.pcm.read(from.media, from.rendition.sound, position, frames, buffer);
        if (!read) return host::fail(read.error());
        *got = *read;
        return CONSORT_OK;
    });
}

}  // namespace

void consort_rendition::describe(consort_rendition_info& out) const noexcept {
    const BitRates::Figures figures = rates->figures();
    consort_rendition_info full{};
    full.struct_size = std::min<std::uint32_t>(out.struct_size, sizeof full);
    full.flags = (listed ? CONSORT_RENDITION_LISTED : 0) |
                 (above_source ? CONSORT_RENDITION_ABOVE : 0) |
                 (figures.complete ? CONSORT_RENDITION_MEASURED : 0);
    full.source_track = source_track;
    full.sample_duration = info.sample_duration;
    full.segment_count = segment_count();
    full.name = host::lend(name);
    full.revision = host::lend(revision);
    full.average_bit_rate = figures.average != 0 ? figures.average : track.average_bit_rate;
    full.peak_bit_rate = figures.complete
                             ? figures.peak
                             : std::max({figures.peak, info.peak_bit_rate, full.average_bit_rate});
    std::memcpy(static_cast<void*>(&out), &full, full.struct_size);
}

Result<CodedPtr> consort_rendition::encode(const MediaPtr& media, std::uint32_t number,
                                           PcmCache& pcm,
                                           const std::function<bool()>& canceled) const {
    const std::int64_t start = starts[number], end = starts[number + 1];
    Taking taking{*this, start, {}, {}};
    Feeding feeding{*this, media, pcm, canceled};
    consort_pcm_input input{};
    input.self = &feeding;
    input.read = feed;
    input.canceled = [](void* self) noexcept -> std::int32_t {
        return static_cast<Feeding*>(self)->canceled() ? 1 : 0;
    };
    consort_encode_sink sink{};
    sink.self = &taking;
    sink.sample = [](void* self, const consort_sample* sample, const void* data) noexcept {
        return host::guarded([&] { return static_cast<Taking*>(self)->take(*sample, data); });
    };
    host::take_last_error();
    const consort_status status = (*encoding)->encode(encoding->raw(), start, end, input, sink);
    const bool last = number + 1 == segment_count();
    const bool gap = kind == CONSORT_TRACK_AUDIO && !last && status >= 0 && taking.next != end;
    if (taking.broken || gap)
        return Error{CONSORT_E_INTERNAL, "The encoder of " + name +
                                             " made samples that leave a gap or stand too late; "
                                             "this is a fault of its plugin."};
    if (status == CONSORT_E_CANCELED || (status < 0 && canceled()))
        return Error{CONSORT_E_CANCELED, "Nobody waits for the segment any more."};
    if (status < 0) return plugin_error(status, "The segment can't be encoded.");
    if (taking.samples.empty())
        return Error{CONSORT_E_CORRUPT, "There is nothing to encode in this part of the track."};
    return consort_coded::make(segment_key(number), std::move(taking.samples), taking.payload);
}
