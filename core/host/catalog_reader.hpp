// The part of a catalog that plugins may read, as core/host needs it.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "consort/abi/catalog.h"
#include "consort/result.hpp"

namespace consort::host {

// Calls block: worker threads, several at once.
class CatalogReader {
  public:
    virtual ~CatalogReader() = default;
    // Return anything but OK to stop.
    using Each = std::function<consort_status(const consort_item&)>;
    // As consort_catalog_api.
    virtual Result<void> item(std::string_view id, const Each& each) = 0;
    virtual Result<void> items(std::uint32_t kind, std::string_view after, std::uint32_t limit,
                               const Each& each) = 0;
};

}  // namespace consort::host
