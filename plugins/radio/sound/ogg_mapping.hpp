// How Opus, Vorbis and FLAC lie in Ogg.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "consort/result.hpp"

#include "plugins/radio/common/chunk.hpp"

namespace consort::radio {

// One codec in Ogg. The samples of one endless run of an encoder go into one logical stream after
// the other; a link is cut between two samples, and what its decoder needs of the samples before is
// said here. So decoding the chain gives the sound of the run uncut, no sample more or less.
class OggMapping {
  public:
    virtual ~OggMapping() = default;
    // The packets that a link begins with; the first has a page of its own. `skip`: PCM frames that
    // its samples begin with and that are not to be heard: the encoder's delay, or what is
    // repeated.
    virtual std::vector<std::string> headers(std::uint64_t skip, const Track* plays) const = 0;
    // `skip` for who begins in the midst of a link.
    virtual std::uint64_t joining_skip() const { return 0; }
    // So many samples of those before a link are put into it again. They only bring the decoder
    // into its state, and are not heard.
    virtual std::size_t repeated() const = 0;
    // Whether the granule position counts what a run's first sample lasts. Vorbis' first packet
    // gives no sound.
    virtual bool counts_first() const { return true; }
    // Changes a sample's bytes for its place: `number` counts from the link's first.
    virtual Result<void> place(std::uint64_t number, Bytes& sample) const {
        static_cast<void>(number), static_cast<void>(sample);
        return {};
    }
};

// `configuration`: what media.h calls so, from the encoder.
Result<std::unique_ptr<OggMapping>> make_opus_mapping(std::string_view configuration);
Result<std::unique_ptr<OggMapping>> make_vorbis_mapping(std::string_view configuration);
Result<std::unique_ptr<OggMapping>> make_flac_mapping(std::string_view configuration);

// A Vorbis comment block, without what the codecs put around it: vendor, TITLE, ARTIST, ALBUM.
std::string vorbis_comments(const Track* plays);

// Another number for a FLAC frame (RFC 9639, 9.1), its checksums computed anew. False: this is no
// frame of a stream with a fixed block size.
bool renumber_flac_frame(Bytes& frame, std::uint64_t number);

}  // namespace consort::radio
