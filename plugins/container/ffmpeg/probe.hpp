// What a file is, its tags, and its cover picture.
#pragma once

#include "consort/offers/container.hpp"

#include "plugins/container/ffmpeg/byte_window.hpp"
#include "plugins/container/ffmpeg/sniff.hpp"

namespace consort::container_ffmpeg {

// From headers alone: no packet is looked at where the header says enough.
Result<void> probe(ByteWindow& bytes, std::string_view name, const Sniffed& found,
                   const ProbeSink& sink);
// The front cover, else the first picture. NOT_FOUND if there is none.
Result<void> cover(ByteWindow& bytes, std::string_view name, const Sniffed& found,
                   const CoverReady& ready);

}  // namespace consort::container_ffmpeg
