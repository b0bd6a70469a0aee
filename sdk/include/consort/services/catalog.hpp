// Reading the library's catalog.
#pragma once

#include <cstdint>
#include <string_view>

#include "consort/abi/catalog.h"
#include "consort/host_link.hpp"

namespace consort {
inline namespace v1 {

// Every call asks the database: for workers. An item is borrowed for the call that receives it.
class Catalog {
  public:
    explicit Catalog(const HostLink& link)
        : api_(link.require<consort_catalog_api>(CONSORT_SERVICE_CATALOG)), host_(link.host) {}

    // `each` is Result<void>(const consort_item&). NOT_FOUND: no such item.
    template <class Each>
    Result<void> item(std::string_view id, Each each) const {
        Call<Each> call{each, {}};
        return call.end(api_->item(host_, str(id), &Call<Each>::run, &call),
                        "cannot read the item");
    }
    // Items of one kind (CONSORT_ITEM_*) in the order of their ids, those after `after`; an Error
    // of `each` stops.
    template <class Each>
    Result<void> items(std::uint32_t kind, std::string_view after, std::uint32_t limit,
                       Each each) const {
        Call<Each> call{each, {}};
        return call.end(api_->items(host_, kind, str(after), limit, &Call<Each>::run, &call),
                        "cannot read the catalog");
    }

  private:
    template <class Each>
    struct Call {
        Each& each;
        Result<void> told;

        static consort_status run(void* arg, const consort_item* item) noexcept {
            auto& self = *static_cast<Call*>(arg);
            self.told = contained([&]() -> Result<void> { return self.each(*item); });
            return self.told ? CONSORT_OK : self.told.error().status;
        }
        Result<void> end(consort_status status, const char* what) {
            if (!told) return std::move(told);
            return check(status, what);
        }
    };

    const consort_catalog_api* api_;
    consort_host* host_;
};

}  // namespace v1
}  // namespace consort
