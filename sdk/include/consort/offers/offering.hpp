// What the adapters of the single interfaces share.
#pragma once

#include <memory>
#include <utility>

#include "consort/abi/plugin.h"
#include "consort/exchange.hpp"
#include "consort/host_link.hpp"

namespace consort {
inline namespace v1 {

class OfferingBase {
  public:
    virtual ~OfferingBase() = default;
};

// The `self` of a component: the plugin's object, and the host to report its errors to.
template <class T>
class Offering : public OfferingBase {
  public:
    Offering(const HostLink& link, std::shared_ptr<T> object)
        : link_(link), object_(std::move(object)) {}

    T& object() const noexcept { return *object_; }
    const HostLink& link() const noexcept { return link_; }
    static Offering& of(void* self) noexcept { return *static_cast<Offering*>(self); }

    // Runs `work` as the body of an ABI function that returns a status.
    template <class Work>
    consort_status guard(Work&& work) const noexcept {
        return link_.guard(std::forward<Work>(work));
    }
    // Runs the body of a handler; if it fails, the exchange is answered with a problem. A body that
    // returns nothing has answered, or will.
    template <class Work>
    void guard_exchange(consort_exchange* raw, Work&& work) const noexcept {
        const ExchangeView exchange(link_.exchange, raw);
        const Result<void> done = contained([&]() -> Result<void> {
            if constexpr (std::is_void_v<decltype(work(exchange))>) {
                work(exchange);
                return {};
            } else {
                return work(exchange);
            }
        });
        if (done) return;
        if (done.error().status == CONSORT_E_INTERNAL) link_.report(done.error().text);
        exchange.fail(done.error());
    }

  private:
    HostLink link_;
    std::shared_ptr<T> object_;
};

// A table of an interface with its size filled in.
template <class Table>
Table sized_table() noexcept {
    Table table{};
    table.struct_size = sizeof table;
    return table;
}

}  // namespace v1
}  // namespace consort
