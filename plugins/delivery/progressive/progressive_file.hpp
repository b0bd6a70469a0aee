// The one fragmented MP4 file that a media object is offered as.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "consort/media.hpp"

#include "plugins/delivery/common/virtual_file.hpp"

namespace consort::delivery {

// Which tracks go into the file, and under which name and type it is served.
struct ProgressivePlan {
    std::vector<PackagedTrack> tracks;  // the leading one first
    bool video = false;
    std::vector<std::string> left_out;  // why tracks are missing: sentences for people

    std::string_view extension() const noexcept { return video ? "mp4" : "m4a"; }
    std::string_view content_type() const noexcept { return video ? "video/mp4" : "audio/mp4"; }
    std::string codecs() const;
};

// A film's main video with all its sound, or the main sound of music. UNSUPPORTED, with the reason,
// if the main track cannot be put into MP4 as it is, or becomes FLAC, or if a film's sound can't.
Result<ProgressivePlan> plan_progressive(const MediaView& media);

// Lossless music in a codec that hardly any player takes out of MP4 (ALAC, PCM of AIFF and WAV)
// becomes FLAC, which is the same sound.
bool becomes_flac(const MediaView& media);

// Immutable; valid as long as the media.
struct ProgressiveFile {
    ProgressivePlan plan;
    VirtualFile file;
    std::string version;           // `v` of immutable URLs
    std::string playlist;          // byte ranges of progressive.m4a or .mp4
    std::string library_playlist;  // the same for track_{id}.m4a

    static Result<std::unique_ptr<ProgressiveFile>> make(const MediaView& media,
                                                         std::uint32_t fragment_seconds);
};

}  // namespace consort::delivery
