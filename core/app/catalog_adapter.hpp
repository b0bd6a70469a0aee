// The catalog as core/host offers it to plugins.
#pragma once

#include "core/catalog/catalog.hpp"
#include "core/host/catalog_reader.hpp"

namespace consort::app {

class CatalogAdapter final : public host::CatalogReader {
  public:
    explicit CatalogAdapter(catalog::Catalog& catalog) : catalog_(catalog) {}

    Result<void> item(std::string_view id, const Each& each) override;
    Result<void> items(std::uint32_t kind, std::string_view after, std::uint32_t limit,
                       const Each& each) override;

  private:
    catalog::Catalog& catalog_;
};

}  // namespace consort::app
