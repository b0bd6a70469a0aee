// The renditions of a media object in HLS, with everything about them that does not change.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "consort/media.hpp"

#include "plugins/delivery/common/packaged_track.hpp"
#include "plugins/delivery/common/segmenter.hpp"

namespace consort::delivery {

struct Rendition {
    std::string name;  // "original", "audio-0"
    PackagedTrack track;
    SegmentTable table;
    std::string init;      // the initialization segment; empty for packed audio
    std::string playlist;  // the media playlist
    std::string lead;      // stands before the first sample: the delay and padding of packed audio
    bool scattered = false;  // the first segment lies in many pieces: so will the others

    bool packed_audio() const noexcept {
        return track.support.packaging == Packaging::kPackedAudio;
    }
};

// Which tracks of a media object become renditions, before anything is computed.
struct RenditionPlan {
    std::string name;
    PackagedTrack track;
};

// "original" is the main track: the video of a film, the audio of music. A film's audio tracks
// follow as "audio-0" …, numbered among all its audio tracks. Tracks that cannot be packaged are
// there too, with the reason. Empty: the media has neither audio nor video.
Result<std::vector<RenditionPlan>> plan_renditions(const MediaView& media);

// Immutable; valid as long as the media.
class Renditions {
  public:
    // UNSUPPORTED, with the reason, if "original" cannot be packaged. For workers.
    static Result<std::unique_ptr<Renditions>> make(const MediaView& media,
                                                    std::uint32_t segment_seconds);

    const Rendition* find(std::string_view name) const noexcept;
    const std::vector<Rendition>& all() const noexcept { return all_; }
    const std::string& version() const noexcept { return version_; }  // `v` of immutable URLs

  private:
    std::vector<Rendition> all_;
    std::string version_;
};

// The segment's bytes-to-be. `number` < rendition.table.size(). No I/O: for any thread.
Result<Assembly> assemble_segment(const MediaView& media, const Rendition& rendition,
                                  std::size_t number);
// The most bytes that the segment can have, whose samples have `payload` bytes; see
// fragment_size_bound.
Result<std::uint64_t> segment_size_bound(const MediaView& media, const Rendition& rendition,
                                         std::size_t number, std::uint64_t payload);

}  // namespace consort::delivery
