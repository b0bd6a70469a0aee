// Streams in Ogg (RFC 3533): pages, and a logical stream for each track.
#pragma once

#include <memory>
#include <string>

#include "plugins/radio/sound/framer.hpp"

namespace consort::radio {

// `codec`: "opus", "vorbis" or "flac". Chunks are whole pages; those that do not begin with header
// pages tell them as their opening. Not chained: one logical stream, and the tags say nothing.
std::unique_ptr<Format> make_ogg_format(std::string codec, bool chained, ChunkBuilder& chunks);

}  // namespace consort::radio
