// A media object made of given tracks, samples and bytes.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "consort/abi/media.h"
#include "consort/media.hpp"
#include "consort/text.hpp"

namespace consort {
inline namespace v1 {
namespace testing {

// A track; texts as the track's members say. sample_count and media_duration follow from the
// samples, and decode times from their durations.
struct FakeTrack {
    consort_track track{};
    std::string codec, codec_string, language, title, configuration;
    std::vector<consort_sample> samples;
};

// Must outlive every reference that the plugin keeps; references() tells. Fill it before the first
// use. Slices are MEMORY slices that hold a reference.
class FakeMedia {
  public:
    FakeMedia() = default;
    FakeMedia(const FakeMedia&) = delete;
    ~FakeMedia() {
        for (const auto& [key, kept] : attachments_) kept.drop(kept.made);
    }

    std::string identity = "0123456789abcdef", item_id = "item-1", container = "mov";
    std::string content_type = "video/mp4", source, inline_area;
    std::int64_t source_modified = 1'700'000'000;

    void add_track(FakeTrack added) {
        std::int64_t time = 0;
        for (consort_sample& sample : added.samples) {
            sample.decode_time = time;
            time += sample.duration;
        }
        added.track.sample_count = added.samples.size();
        added.track.media_duration = static_cast<std::uint64_t>(time);
        tracks_.push_back(std::move(added));
    }

    MediaView view() noexcept { return {&api(), raw()}; }
    consort_media* raw() noexcept { return reinterpret_cast<consort_media*>(this); }
    int references() const noexcept { return references_; }
    // Bytes of the source that were read or given out as slices.
    std::uint64_t source_bytes_used() const noexcept { return source_bytes_used_; }

    static const consort_media_api& api() noexcept {
        static const consort_media_api table = make_api();
        return table;
    }
    // The same with another way to open.
    static consort_media_api make_api() noexcept {
        consort_media_api table{};
        table.struct_size = sizeof table;
        table.open = [](consort_host*, consort_str, consort_media_ready ready, void* arg) noexcept {
            ready(arg, CONSORT_E_NOT_FOUND, nullptr);
        };
        table.ref = [](consort_media* raw) noexcept { ++of(raw).references_; };
        table.unref = [](consort_media* raw) noexcept { --of(raw).references_; };
        table.identity = [](const consort_media* raw) noexcept { return str(of(raw).identity); };
        table.item_id = [](const consort_media* raw) noexcept { return str(of(raw).item_id); };
        table.container = [](const consort_media* raw) noexcept { return str(of(raw).container); };
        table.content_type = [](const consort_media* raw) noexcept {
            return str(of(raw).content_type);
        };
        table.source_size = [](const consort_media* raw) noexcept {
            return std::uint64_t{of(raw).source.size()};
        };
        table.source_modified = [](const consort_media* raw) noexcept {
            return of(raw).source_modified;
        };
        table.track_count = [](const consort_media* raw) noexcept {
            return static_cast<std::uint32_t>(of(raw).tracks_.size());
        };
        table.track = [](const consort_media* raw, std::uint32_t index,
                         consort_track* out) noexcept { return of(raw).track(index, out); };
        table.samples = [](const consort_media* raw, std::uint32_t track, std::uint64_t first,
                           std::uint64_t count, consort_sample* out) noexcept {
            return of(raw).samples(track, first, count, out);
        };
        table.sample_at = [](const consort_media* raw, std::uint32_t track,
                             std::int64_t time) noexcept { return of(raw).sample_at(track, time); };
        table.source_slice = [](consort_media* raw, std::uint64_t offset, std::uint64_t length,
                                consort_slice* out) noexcept {
            FakeMedia& self = of(raw);
            return self.slice(self.source, offset, length, out);
        };
        table.inline_slice = [](consort_media* raw, std::uint64_t offset, std::uint64_t length,
                                consort_slice* out) noexcept {
            FakeMedia& self = of(raw);
            return self.slice(self.inline_area, offset, length, out);
        };
        table.read_sample = [](consort_media* raw, const consort_sample* sample,
                               void* buffer) noexcept {
            FakeMedia& self = of(raw);
            const bool in_index = sample->flags & CONSORT_SAMPLE_INLINE;
            return self.read(in_index ? self.inline_area : self.source, sample->offset,
                             sample->size, buffer);
        };
        table.read_source = [](consort_media* raw, std::uint64_t offset, std::uint64_t size,
                               void* buffer) noexcept {
            FakeMedia& self = of(raw);
            return self.read(self.source, offset, size, buffer);
        };
        table.attachment = [](consort_media* raw, const void* key,
                              void* (*make)(void*, consort_media*), void (*drop)(void*),
                              void* arg) noexcept {
            return of(raw).attachment(key, make, drop, arg);
        };
        table.bytes_before = [](const consort_media* raw, std::uint32_t track, std::uint64_t sample,
                                std::uint64_t* out) noexcept {
            return of(raw).bytes_before(track, sample, out);
        };
        return table;
    }

  private:
    struct Attachment {
        void* made;
        void (*drop)(void*);
    };
    static FakeMedia& of(consort_media* raw) noexcept { return *reinterpret_cast<FakeMedia*>(raw); }
    static const FakeMedia& of(const consort_media* raw) noexcept {
        return *reinterpret_cast<const FakeMedia*>(raw);
    }

    consort_status track(std::uint32_t index, consort_track* out) const noexcept {
        if (index >= tracks_.size()) return CONSORT_E_INVALID;
        const FakeTrack& found = tracks_[index];
        consort_track track = found.track;
        const std::uint32_t size = std::min<std::uint32_t>(out->struct_size, sizeof track);
        track.struct_size = size;
        track.codec = str(found.codec);
        track.codec_string = str(found.codec_string);
        track.language = str(found.language);
        track.title = str(found.title);
        track.configuration = str(found.configuration);
        std::memcpy(out, &track, size);
        return CONSORT_OK;
    }
    consort_status samples(std::uint32_t track, std::uint64_t first, std::uint64_t count,
                           consort_sample* out) const noexcept {
        if (track >= tracks_.size()) return CONSORT_E_INVALID;
        const auto& all = tracks_[track].samples;
        if (first > all.size() || count > all.size() - first) return CONSORT_E_INVALID;
        std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(first), count, out);
        return CONSORT_OK;
    }
    consort_status bytes_before(std::uint32_t track, std::uint64_t sample,
                                std::uint64_t* out) const noexcept {
        if (track >= tracks_.size() || sample > tracks_[track].samples.size())
            return CONSORT_E_INVALID;
        *out = 0;
        for (std::uint64_t i = 0; i < sample; ++i) *out += tracks_[track].samples[i].size;
        return CONSORT_OK;
    }
    std::uint64_t sample_at(std::uint32_t track, std::int64_t time) const noexcept {
        if (track >= tracks_.size()) return 0;
        std::uint64_t found = 0;
        for (const consort_sample& sample : tracks_[track].samples)
            if (sample.decode_time <= time) found = sample_number(track, sample);
        return found;
    }
    std::uint64_t sample_number(std::uint32_t track, const consort_sample& sample) const noexcept {
        return static_cast<std::uint64_t>(&sample - tracks_[track].samples.data());
    }
    consort_status slice(const std::string& area, std::uint64_t offset, std::uint64_t length,
                         consort_slice* out) noexcept {
        if (offset > area.size() || length > area.size() - offset) return CONSORT_E_INVALID;
        source_bytes_used_ += length;
        ++references_;
        *out = Slice::borrowed(area.data() + offset, length).take();
        out->offset = offset;
        out->owner = this;
        out->release = [](void* owner) noexcept { --static_cast<FakeMedia*>(owner)->references_; };
        return CONSORT_OK;
    }
    consort_status read(const std::string& area, std::uint64_t offset, std::uint64_t size,
                        void* buffer) noexcept {
        if (offset > area.size() || size > area.size() - offset) return CONSORT_E_INVALID;
        source_bytes_used_ += size;
        std::memcpy(buffer, area.data() + offset, size);
        return CONSORT_OK;
    }
    void* attachment(const void* key, void* (*make)(void*, consort_media*), void (*drop)(void*),
                     void* arg) {
        const std::lock_guard lock(mutex_);
        const auto found = attachments_.find(key);
        if (found != attachments_.end()) return found->second.made;
        void* made = make(arg, raw());
        if (made) attachments_.emplace(key, Attachment{made, drop});
        return made;
    }

    std::vector<FakeTrack> tracks_;
    std::atomic<int> references_ = 0;
    std::atomic<std::uint64_t> source_bytes_used_ = 0;
    std::mutex mutex_;
    std::map<const void*, Attachment> attachments_;
};

}  // namespace testing
}  // namespace v1
}  // namespace consort
