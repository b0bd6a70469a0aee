// Still pictures, through the plugins that understand them.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "consort/abi/image.h"
#include "consort/result.hpp"

#include "core/host/component_registry.hpp"
#include "core/media/probe.hpp"

namespace consort::media {

// Asks the image plugins in the order of the config. Blocks: worker threads.
class Images {
  public:
    explicit Images(const host::ComponentRegistry& registry);

    // As consort_image::scale says; UNSUPPORTED also if there is no such plugin.
    Result<Cover> scale(std::string_view picture, std::uint32_t longest_side) const;

  private:
    std::vector<host::Component<consort_image>> images_;
};

}  // namespace consort::media
