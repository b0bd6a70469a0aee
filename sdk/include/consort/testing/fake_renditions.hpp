// Renditions made of given samples.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <deque>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "consort/abi/rendition.h"
#include "consort/slice.hpp"
#include "consort/testing/fake_media.hpp"
#include "consort/text.hpp"

namespace consort {
inline namespace v1 {
namespace testing {

// The whole rendition: `coded` has all samples, their offsets count from the start of `payload`.
// Times are set by the test: decode times from 0 without gaps.
struct FakeRendition {
    std::string name = "aac-128", revision = "fake-1", payload;
    FakeTrack coded;
    std::vector<consort_media_range> segments;
    mutable std::vector<std::int64_t> boundaries;  // of the segments, made when they are asked for
    std::uint32_t flags = CONSORT_RENDITION_LISTED;
    std::uint32_t source_track = 0, sample_duration = 1024;
    std::uint32_t peak_bit_rate = 140'000, average_bit_rate = 128'000;
};

// Every media object has what `offered` holds; fill it before the first use. By default all answers
// come within the call; with `at_once` false those of fetch wait for answer_all().
struct FakeRenditions {
    struct Asked {
        std::string name;
        std::uint32_t number;
    };
    std::list<FakeRendition> offered;  // addresses are the renditions' names
    std::vector<Asked> asked;          // every fetch that was taken
    std::uint32_t segment_seconds = 6;
    bool at_once = true;
    bool full = false;                    // every fetch is BUSY
    consort_status failure = CONSORT_OK;  // negative: every fetch ends with it
    unsigned canceled = 0;
    std::atomic<int> references = 0;  // to coded samples
    int tickets = 0;                  // neither canceled nor left

    void answer_all() {
        while (!waiting_.empty()) {
            const Wait next = waiting_.front();
            waiting_.pop_front();
            if (next.ticket) next.ticket->answered = true;
            answer(next);
        }
    }
    std::size_t waiting() const noexcept { return waiting_.size(); }

    // ---- behind the tables ----
    struct Ticket {
        FakeRenditions* owner;
        bool answered = false;
    };
    struct Coded {
        FakeRenditions* owner;
        std::atomic<int> references{1};
        std::vector<consort_sample> samples;
        std::string payload;
    };

    static Coded& of(const consort_coded* raw) noexcept {
        return *reinterpret_cast<Coded*>(const_cast<consort_coded*>(raw));
    }
    static void ref(consort_coded* raw) noexcept {
        ++of(raw).references;
        ++of(raw).owner->references;
    }
    static void unref(consort_coded* raw) noexcept {
        --of(raw).owner->references;
        if (--of(raw).references == 0) std::unique_ptr<Coded>(&of(raw)).reset();
    }

    void list(consort_renditions_ready ready, void* arg) {
        std::vector<consort_rendition*> all;
        for (FakeRendition& one : offered)
            all.push_back(reinterpret_cast<consort_rendition*>(&one));
        ready(arg, CONSORT_OK, all.data(), all.size());
    }
    consort_status fetch(consort_rendition* raw, std::uint32_t number, consort_coded_ready ready,
                         void* arg, consort_ticket** out) {
        const auto& rendition = *reinterpret_cast<FakeRendition*>(raw);
        if (number >= rendition.segments.size()) return CONSORT_E_INVALID;
        if (full) return CONSORT_E_BUSY;
        asked.push_back({rendition.name, number});
        Wait wait{&rendition, rendition.segments[number], ready, arg, nullptr};
        if (out) {
            wait.ticket = new Ticket{this, at_once};
            *out = reinterpret_cast<consort_ticket*>(wait.ticket);
            ++tickets;
        }
        if (at_once)
            answer(wait);
        else
            waiting_.push_back(wait);
        return CONSORT_OK;
    }
    static void give_back(consort_ticket* raw, bool cancel) {
        const std::unique_ptr<Ticket> ticket(reinterpret_cast<Ticket*>(raw));
        FakeRenditions& self = *ticket->owner;
        --self.tickets;
        const auto mine = std::find_if(self.waiting_.begin(), self.waiting_.end(),
                                       [&](const Wait& w) { return w.ticket == ticket.get(); });
        if (mine == self.waiting_.end()) return;
        const Wait wait = *mine;
        mine->ticket = nullptr;
        if (!cancel) return;
        self.waiting_.erase(mine);
        ++self.canceled;
        wait.ready(wait.arg, CONSORT_E_CANCELED, nullptr);
    }

  private:
    struct Wait {
        const FakeRendition* rendition;
        consort_media_range wanted;
        consort_coded_ready ready;
        void* arg;
        Ticket* ticket;
    };
    void answer(const Wait& wait) {
        if (failure < 0) {
            wait.ready(wait.arg, failure, nullptr);
            return;
        }
        auto made = std::make_unique<Coded>();
        made->owner = this;
        ++references;
        const bool video = wait.rendition->coded.track.kind == CONSORT_TRACK_VIDEO;
        for (consort_sample sample : wait.rendition->coded.samples) {
            const std::int64_t time = sample.decode_time + (video ? sample.composition_offset : 0);
            if (time < wait.wanted.start || time >= wait.wanted.end) continue;
            const std::uint64_t offset = made->payload.size();
            made->payload += wait.rendition->payload.substr(sample.offset, sample.size);
            sample.offset = offset;
            made->samples.push_back(sample);
        }
        auto* raw = reinterpret_cast<consort_coded*>(made.release());
        wait.ready(wait.arg, CONSORT_OK, raw);
        unref(raw);
    }
    std::deque<Wait> waiting_;
};

// A rendition's coded track and figures, as the tables give them out.
inline consort_status fake_rendition_info(const consort_rendition* raw,
                                          consort_rendition_info* out) noexcept {
    const auto& self = *reinterpret_cast<const FakeRendition*>(raw);
    consort_rendition_info info{};
    info.struct_size = std::min<std::uint32_t>(out->struct_size, sizeof info);
    info.flags = self.flags;
    info.source_track = self.source_track;
    info.segment_count = static_cast<std::uint32_t>(self.segments.size());
    info.sample_duration = self.sample_duration;
    info.name = str(self.name);
    info.revision = str(self.revision);
    info.peak_bit_rate = self.peak_bit_rate;
    info.average_bit_rate = self.average_bit_rate;
    std::memcpy(out, &info, info.struct_size);
    return CONSORT_OK;
}
inline consort_status fake_rendition_segment(const consort_rendition* raw, std::uint32_t number,
                                             consort_media_range* out) noexcept {
    const auto& self = *reinterpret_cast<const FakeRendition*>(raw);
    if (number >= self.segments.size()) return CONSORT_E_INVALID;
    *out = self.segments[number];
    return CONSORT_OK;
}
inline const std::int64_t* fake_rendition_boundaries(const consort_rendition* raw,
                                                     std::size_t* count) noexcept {
    const auto& self = *reinterpret_cast<const FakeRendition*>(raw);
    self.boundaries.clear();
    for (const consort_media_range& one : self.segments) self.boundaries.push_back(one.start);
    if (!self.segments.empty()) self.boundaries.push_back(self.segments.back().end);
    *count = self.boundaries.size();
    return self.boundaries.data();
}
inline consort_status fake_rendition_track(const consort_rendition* raw,
                                           consort_track* out) noexcept {
    const auto& self = *reinterpret_cast<const FakeRendition*>(raw);
    consort_track track = self.coded.track;
    track.struct_size = std::min<std::uint32_t>(out->struct_size, sizeof track);
    track.codec = str(self.coded.codec);
    track.codec_string = str(self.coded.codec_string);
    track.language = str(self.coded.language);
    track.title = str(self.coded.title);
    track.configuration = str(self.coded.configuration);
    std::memcpy(out, &track, track.struct_size);
    return CONSORT_OK;
}

}  // namespace testing
}  // namespace v1
}  // namespace consort
