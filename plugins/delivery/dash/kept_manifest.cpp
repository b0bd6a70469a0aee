#include "plugins/delivery/dash/kept_manifest.hpp"

#include "plugins/delivery/common/answer.hpp"
#include "plugins/delivery/common/hexadecimal.hpp"
#include "plugins/delivery/dash/manifest.hpp"

namespace consort::delivery {
namespace {

// FNV-1a.
struct Hash {
    std::uint64_t value = 0xcbf29ce484222325u;
    void add(std::uint64_t number) noexcept {
        for (int shift = 0; shift < 64; shift += 8) {
            value = (value ^ (number >> shift & 0xff)) * 0x100000001b3u;
        }
    }
};

}  // namespace

std::uint64_t rates_of(const RenditionSet& renditions) {
    Hash hash;
    for (const CmafRendition& rendition : renditions.all()) {
        if (!rendition.encoded) continue;
        const RenditionInfo info = rendition.encoded->info();
        hash.add(std::uint64_t{info.peak_bit_rate} << 32 | info.average_bit_rate);
    }
    return hash.value;
}

std::shared_ptr<const Manifest> KeptManifest::fresh(std::uint64_t rates) const {
    const std::lock_guard lock(mutex_);
    return manifest_ && manifest_->rates == rates ? manifest_ : nullptr;
}

Result<std::shared_ptr<const Manifest>> KeptManifest::write(const MediaView& media,
                                                            const RenditionSet& renditions,
                                                            std::uint32_t segment_seconds) {
    const std::uint64_t rates = rates_of(renditions);
    if (auto manifest = fresh(rates)) return manifest;
    auto text = write_manifest(media, renditions, segment_seconds);
    if (!text) return std::move(text).error();
    auto written = std::make_shared<Manifest>();
    written->text = std::move(*text);
    written->rates = rates;
    written->etag = std::string(media.identity()) + "-mpd-" + std::to_string(segment_seconds) +
                    "-" + hexadecimal(rates) + "-" + std::string(kFormatVersion);
    const std::lock_guard lock(mutex_);
    manifest_ = written;
    return std::shared_ptr<const Manifest>(std::move(written));
}

}  // namespace consort::delivery
