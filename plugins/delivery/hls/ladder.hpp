// What a multivariant playlist offers: which renditions go together, and in what order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/delivery/common/rendition_set.hpp"

namespace consort::delivery {

enum class Container { kFragmented, kTransportStream };

// The sound tracks of a film in one quality: a group of EXT-X-MEDIA.
struct SoundGroup {
    std::string id;                             // "original", "aac-128"
    std::vector<const CmafRendition*> members;  // a language each; the default one first
    std::uint64_t rate = 0;                     // average bits a second of the default one
};

struct Variant {
    const CmafRendition* main = nullptr;
    const SoundGroup* sound = nullptr;  // none for music and silent films
};

// Of the listed renditions that the container can carry, in the order of the playlist; FLAC is not
// encoded to FLAC again:
//
// Most players begin with the first variant, so it is one that plays at once on nearly any line and
// in any browser: the source itself if it is AAC or H.264 of a usual bit rate, which needs no
// encoder; else an encoded one.
//
// Music: that first one, or the AAC nearest to 128 kb/s; then the other AAC by rising bit rate,
// then the remaining codecs, lossless last. Players that keep to a codec (hls.js) stay within AAC;
// those that read SCORE climb to the best they can play.
//
// Film: each quality of picture once, with the AAC that suits it: of at most 64 kb/s up to 360
// lines, 128 up to 720, 320 above; the source's own picture with its own AAC, which needs no
// encoder. The largest picture goes with the source's own sound too where that is no AAC (surround,
// lossless). First the source or the largest of at most 480 lines, then by rising size.
class Ladder {
  public:
    Ladder(const RenditionSet& renditions, Container container);
    Ladder(const Ladder&) = delete;

    const std::vector<Variant>& variants() const noexcept { return variants_; }
    // Those that a variant refers to.
    std::vector<const SoundGroup*> groups() const;

  private:
    void add_music(std::vector<const CmafRendition*> all);
    void add_film(std::vector<const CmafRendition*> pictures,
                  const std::vector<const CmafRendition*>& sounds);
    void group_sounds(const std::vector<const CmafRendition*>& sounds);
    const SoundGroup* sound_for(std::uint64_t lines) const;

    std::vector<SoundGroup> groups_;
    std::vector<Variant> variants_;
};

// Whether HLS can carry the rendition so.
bool carries(Container container, const CmafRendition& rendition);
// Frames of MP3 behind a time stamp (RFC 8216, 3.4), because no Media Source takes MP3 in MP4.
inline bool is_packed(const CmafRendition& rendition) noexcept {
    return rendition.track.support.packaging == Packaging::kPackedAudio;
}
// Of the upright picture, what "720p" means.
std::uint64_t lines_of(const Track& track) noexcept;
bool is_lossless(const CmafRendition& rendition) noexcept;

// For SCORE: more is better. Lossless beats lossy; of pictures the larger, else the higher rate.
double score_of(const Variant& variant, std::uint64_t average_bit_rate) noexcept;

}  // namespace consort::delivery
