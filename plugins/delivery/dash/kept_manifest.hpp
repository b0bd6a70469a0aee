// A manifest kept with its media, and written anew when the host knows better bit rates.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "consort/media.hpp"

#include "plugins/delivery/common/rendition_set.hpp"

namespace consort::delivery {

struct Manifest {
    std::string text;
    std::string etag;
    std::uint64_t rates = 0;  // what rates_of said when it was written
};

// Changes with the bit rates that the host tells of encoded renditions.
std::uint64_t rates_of(const RenditionSet& renditions);

// Any thread.
class KeptManifest {
  public:
    // Null: there is none, or the rates have changed since.
    std::shared_ptr<const Manifest> fresh(std::uint64_t rates) const;
    // For workers.
    Result<std::shared_ptr<const Manifest>> write(const MediaView& media,
                                                  const RenditionSet& renditions,
                                                  std::uint32_t segment_seconds);

  private:
    mutable std::mutex mutex_;
    std::shared_ptr<const Manifest> manifest_;
};

}  // namespace consort::delivery
