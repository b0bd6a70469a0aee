// For tests: media objects of real files, indexed by the FFmpeg container, and what FFmpeg's
// command line decodes them to.
#pragma once

#include <memory>
#include <string>

#include "plugins/codec/common/testing.hpp"
#include "plugins/codec/ffmpeg/track_reader.hpp"
#include "plugins/container/ffmpeg/test_media.hpp"

namespace consort::codec::testing {

using container_ffmpeg::testing::Workshop;

// Writes a sound as <name>.wav for `make` to use.
void write_wav(const Workshop& shop, const std::string& name, const Sound& sound);
// Throws if the file can't be indexed.
std::unique_ptr<FakeMedia> file_media(const Workshop& shop, const std::string& name);

// An opened track; throws if it can't be opened. Damage is counted.
struct OpenedTrack {
    explicit OpenedTrack(FakeMedia& media, std::uint32_t track = 0);
    Pcm pcm{};
    int reports = 0;
    std::unique_ptr<TrackReader> reader;
    // Reads like the host does; throws on an error.
    std::vector<std::byte> read(std::uint64_t position, std::uint64_t frames);
    // All of it, in pieces of so many frames.
    std::vector<std::byte> read_all(std::uint64_t piece);
};

// The reader as what an encoder reads.
PcmInput input_of(TrackReader& reader);

}  // namespace consort::codec::testing
