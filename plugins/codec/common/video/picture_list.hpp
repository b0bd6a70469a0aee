// The pictures of a video track in the order they are shown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "consort/media.hpp"

namespace consort::video {

// A run of pictures, by their numbers in the list.
struct PictureRange {
    std::size_t first = 0, end = 0;
    std::size_t size() const noexcept { return end - first; }
};

// A run of samples, by their numbers in decode order.
struct SampleRange {
    std::uint64_t first = 0, end = 0;
};

// Made from the index alone. Times are of the presentation: in the track's timescale, the edit
// applied, rising from 0. What the edit cuts away is not listed; a picture that is already up when
// the presentation begins is shown from 0 on. Two samples with one time are one picture.
class PictureList {
  public:
    // UNSUPPORTED: more samples than a week of film has. CORRUPT: nothing is shown.
    static Result<PictureList> of(const MediaView& media, std::uint32_t track);

    std::size_t size() const noexcept { return pictures_.size(); }
    std::int64_t duration() const noexcept { return duration_; }  // of the presentation
    std::int64_t time(std::size_t picture) const noexcept {
        return picture == 0 ? 0 : pictures_[picture].time;
    }
    std::uint64_t sample(std::size_t picture) const noexcept { return pictures_[picture].sample; }
    // Until the next picture, or the end of the presentation.
    std::int64_t duration(std::size_t picture) const noexcept;
    // Those that begin from `start` to before `end`.
    PictureRange range(std::int64_t start, std::int64_t end) const noexcept;

    // What must be decoded to see these pictures: from the sync sample at or before the first.
    SampleRange needed(PictureRange pictures) const noexcept;
    // The last sync sample before `sample` in decode order, else the first sample.
    std::uint64_t sync_before(std::uint64_t sample) const noexcept;
    // The sync sample that is shown at or before the time, else the first.
    std::uint64_t sync_at(std::int64_t time) const noexcept;
    std::size_t sync_count() const noexcept { return syncs_.size(); }

    // The picture that is a sync sample and nearest to the time, no further off than `reach`;
    // size() if there is none.
    std::size_t sync_picture_near(std::int64_t time, std::int64_t reach) const noexcept;

    // What a decoder is told as a sample's time.
    std::int64_t stamp(const Sample& sample) const noexcept {
        return sample.decode_time + sample.composition_offset - edit_start_;
    }
    // The picture with that stamp; size() if there is none.
    std::size_t with_stamp(std::int64_t stamp) const noexcept;

    // How many samples the decoder must hold back to show them in order.
    int reorder_depth() const noexcept { return reorder_depth_; }

  private:
    struct Picture {
        std::int64_t time;
        std::uint64_t sample;
    };
    void trim(const Track& track);
    void measure_reordering(std::vector<std::int64_t> in_decode_order);
    std::vector<Picture> pictures_;  // by time
    std::vector<Picture> syncs_;     // by time
    std::int64_t edit_start_ = 0, duration_ = 0;
    int reorder_depth_ = 0;
};

}  // namespace consort::video
