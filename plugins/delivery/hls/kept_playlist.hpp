// A multivariant playlist kept with its media, written anew when bit rates are known better.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "plugins/delivery/common/hexadecimal.hpp"
#include "plugins/delivery/common/rendition_set.hpp"

namespace consort::delivery {

// Any thread.
class KeptPlaylist {
  public:
    struct Written {
        std::string text;
        std::string revision;  // changes with the bit rates
        std::uint64_t rates = 0;
    };

    // `write()` returns a Result<std::string>; it runs when there is none, or the host tells other
    // rates of encoded renditions than when it was written.
    template <class Write>
    Result<std::shared_ptr<const Written>> get(const RenditionSet& renditions, Write&& write) {
        const std::uint64_t rates = rates_of(renditions);
        auto kept = written_.load();
        if (kept && kept->rates == rates) return kept;
        auto text = write();
        if (!text) return std::move(text).error();
        auto made = std::make_shared<Written>();
        made->text = std::move(*text);
        made->rates = rates;
        made->revision = hexadecimal(rates);
        kept = std::move(made);
        written_.store(kept);
        return kept;
    }

  private:
    static std::uint64_t rates_of(const RenditionSet& renditions) {
        std::uint64_t hash = renditions.all().size();
        for (const CmafRendition& one : renditions.all()) {
            if (!one.encoded) continue;
            const RenditionInfo info = one.encoded->info();
            const std::uint64_t rates =
                std::uint64_t{info.peak_bit_rate} << 32 | info.average_bit_rate;
            hash = (hash ^ rates ^ info.flags) * 0x9e3779b97f4a7c15u;
            hash ^= hash >> 29;
        }
        return hash;
    }
    std::atomic<std::shared_ptr<const Written>> written_;
};

}  // namespace consort::delivery
