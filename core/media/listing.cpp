#include "core/media/listing.hpp"

#include <map>
#include <string>

#include "core/host/guard.hpp"

namespace consort::media {
namespace {

// A constant 128 kb/s measures a little more or less.
bool above(std::uint32_t rung, std::uint32_t source) {
    return std::uint64_t{rung} * 100 > std::uint64_t{source} * 103;
}

}  // namespace

void list_audio(const consort_track& source,
                std::span<const std::unique_ptr<consort_rendition>> renditions) {
    const bool lossy = source.bits_per_sample == 0;
    if (!lossy) return;
    std::map<std::string, consort_rendition*> lowest;  // by codec
    for (const auto& rendition : renditions) {
        if (!rendition->listed || rendition->lossless()) continue;
        consort_rendition*& least = lowest[std::string(host::view(rendition->track.codec))];
        if (least == nullptr || rendition->bit_rate < least->bit_rate) least = rendition.get();
    }
    for (const auto& rendition : renditions) {
        const bool keep =
            lowest[std::string(host::view(rendition->track.codec))] == rendition.get();
        if (!keep && !rendition->lossless() && source.average_bit_rate != 0 &&
            above(rendition->bit_rate, source.average_bit_rate)) {
            rendition->above_source = rendition->listed;
            rendition->listed = false;
        }
        if (rendition->lossless()) rendition->listed = false;
    }
}

}  // namespace consort::media
