// Describes FFmpeg's streams as tracks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "consort/abi/media.h"

struct AVStream;

namespace consort::container_ffmpeg {

// A consort_track that owns its texts.
struct TrackInfo {
    consort_track values{};  // numbers only
    std::string codec, codec_string, language, title, configuration;
    std::string unusable;  // why its samples can't be used; empty: they can
    bool usable() const noexcept { return unusable.empty(); }
    // With the texts borrowed from this object.
    consort_track view() const noexcept;
};

// False for what is no track to us: cover pictures, data, timecode, chapters, attachments.
bool is_track(const AVStream& stream);
TrackInfo describe(const AVStream& stream);

// BCP 47 for ISO 639-2 codes ("ger", "deu" -> "de"); empty for "und" and what is no language.
std::string language_tag(std::string_view code);

}  // namespace consort::container_ffmpeg
