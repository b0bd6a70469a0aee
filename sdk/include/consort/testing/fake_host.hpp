// An in-memory host for unit tests of plugins, without the server.
#pragma once

#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "consort/entry.hpp"
#include "consort/testing/fake_exchange.hpp"
#include "consort/testing/fake_media.hpp"
#include "consort/testing/fake_renditions.hpp"
#include "consort/testing/fake_services.hpp"
#include "consort/testing/fake_store.hpp"
#include "consort/testing/route_match.hpp"

namespace consort {
inline namespace v1 {
namespace testing {

// FakeHost host;
// host.config.values["greeting"] = "Hello";
// host.load<HelloPlugin>();
// FakeExchange request("GET", "/hello/you");
// host.request(request);
// EXPECT_EQ(request.body(), "Hello, you!\n");
//
// Everything runs on the calling thread, at once; jobs and timers also by hand. A plugin may use
// log, metrics and executor from threads of its own, the rest from one thread at a time. Exchanges
// and media must outlive the host, or at least what the plugin keeps of them.
class FakeHost {
  public:
    FakeHost() = default;
    FakeHost(const FakeHost&) = delete;
    ~FakeHost() { unload(); }

    FakeLog log;
    FakeConfig config;
    FakeMetrics metrics;
    FakeExecutor executor;
    FakeTimers timers;
    FakeCache cache;
    FakeEvents events;
    FakeKeyValue keyvalue;
    FakeSources sources;
    FakeCatalog catalog;
    FakeRenditions renditions;
    std::map<std::string, FakeMedia*, std::less<>> media;  // by item id
    std::set<std::string, std::less<>> missing;            // ids of services that this host lacks

    consort_host* raw() noexcept { return reinterpret_cast<consort_host*>(this); }
    static const consort_host_api& api() noexcept;

    // Creates a plugin from its class, or from the entry of a statically linked one.
    template <class Plugin>
    Result<Plugin*> load() {
        static constexpr consort_descriptor nobody = describe({});
        static constexpr consort_entry entry = make_entry<Plugin>(&nobody);
        if (Result<void> loaded = load(entry); !loaded) return std::move(loaded).error();
        return &reinterpret_cast<Instance<Plugin>*>(plugin_)->plugin();
    }
    Result<void> load(const consort_entry& entry) {
        unload();
        const consort_status status = entry.create(raw(), &api(), &plugin_);
        if (status < 0) {
            components_.clear();
            return Error{status, error_};
        }
        entry_ = &entry;
        return {};
    }
    void unload() noexcept {
        if (plugin_) entry_->destroy(plugin_);
        plugin_ = nullptr;
        components_.clear();
    }

    template <class Table>
    struct Offered {
        const Table* table = nullptr;
        void* self = nullptr;
        explicit operator bool() const noexcept { return table != nullptr; }
        const Table* operator->() const noexcept { return table; }
    };
    // What the plugin offered; an empty name: the first of that interface.
    template <class Table>
    Offered<Table> component(std::string_view interface_id, std::string_view name = {}) const {
        for (const Component& found : components_)
            if (found.interface_id == interface_id && (name.empty() || found.name == name))
                return {reinterpret_cast<const Table*>(found.table.data()), found.self};
        return {};
    }

    // Hands the request to the route of consort.http/1 that its path fits. False: there is none.
    bool request(FakeExchange& exchange) const {
        return dispatch<consort_http>(CONSORT_HTTP, exchange,
                                      [&](const auto& offered, std::uint32_t route) {
                                          offered->handle(offered.self, route, exchange.raw());
                                      });
    }
    // The same for consort.delivery/1.
    bool deliver(FakeExchange& exchange, FakeMedia& item) const {
        return dispatch<consort_delivery>(
            CONSORT_DELIVERY, exchange, [&](const auto& offered, std::uint32_t route) {
                offered->handle(offered.self, route, exchange.raw(), item.raw());
            });
    }
    // What the plugin's delivery tells of the media.
    std::vector<Offer> describe_media(FakeMedia& item) const {
        std::vector<Offer> offers;
        if (const auto offered = component<consort_delivery>(CONSORT_DELIVERY)) {
            const auto put = [](void* arg, const consort_offer* offer) noexcept {
                static_cast<std::vector<Offer>*>(arg)->push_back(
                    {offer->playable != 0, text(offer->delivery), text(offer->rendition),
                     text(offer->path), text(offer->content_type), text(offer->codecs),
                     text(offer->reason), static_cast<OfferKind>(offer->kind), offer->bit_rate,
                     text(offer->container), offer->adaptive != 0});
            };
            offered->describe(offered.self, item.raw(), {&offers, put});
        }
        return offers;
    }

    // Hands a line of the log to the plugin's sinks that want its level. False: none does.
    bool write_log(std::uint32_t level, std::string_view logger, std::string_view message,
                   const std::vector<LogField>& fields = {}) const {
        consort_log_record record{};
        record.struct_size = sizeof record;
        record.level = level;
        record.time = log.time;
        record.logger = str(logger);
        record.message = str(message);
        record.fields = fields.data();
        record.field_count = fields.size();
        bool taken = false;
        for (const Component& found : components_) {
            if (found.interface_id != CONSORT_SINK) continue;
            const auto* table = reinterpret_cast<const consort_sink*>(found.table.data());
            if (level < table->least_level) continue;
            table->write(found.self, &record);
            taken = true;
        }
        return taken;
    }

    // The sentence that came with the last negative status.
    const std::string& error() const noexcept { return error_; }

    static FakeHost& of(consort_host* raw) noexcept { return *reinterpret_cast<FakeHost*>(raw); }
    std::unique_lock<std::recursive_mutex> lock() {
        return std::unique_lock<std::recursive_mutex>(mutex_);
    }

  private:
    struct Component {
        std::string interface_id, name;
        std::vector<std::uint64_t> table;
        void* self;
    };
    static std::string text(consort_str raw) { return std::string(consort::view(raw)); }

    consort_status offer(const consort_component& offered) {
        for (const Component& known : components_)
            if (known.interface_id == offered.interface_id && known.name == offered.name)
                return CONSORT_E_DONE;
        std::uint32_t size = 0;
        std::memcpy(&size, offered.vtable, sizeof size);
        Component component{offered.interface_id, offered.name,
                            std::vector<std::uint64_t>((size + 7) / 8), offered.self};
        std::memcpy(component.table.data(), offered.vtable, size);
        components_.push_back(std::move(component));
        return CONSORT_OK;
    }

    template <class Table, class Call>
    bool dispatch(std::string_view interface_id, FakeExchange& exchange, Call call) const {
        Offered<Table> best;
        std::uint32_t best_route = 0;
        std::size_t best_length = 0;
        RouteParams best_params;
        for (const Component& found : components_) {
            if (found.interface_id != interface_id) continue;
            const auto* table = reinterpret_cast<const Table*>(found.table.data());
            for (std::uint32_t i = 0; i < table->route_count; ++i) {
                const consort_route& route = table->routes[i];
                if (exchange.view().method() != route.method) continue;
                auto params = match_route(route.pattern, exchange.path());
                const std::size_t length = literal_length(route.pattern);
                if (!params || (best && length <= best_length)) continue;
                best = {table, found.self};
                best_route = i;
                best_length = length;
                best_params = std::move(*params);
            }
        }
        if (!best) return false;
        exchange.set_params(std::move(best_params));
        const Exchange held = exchange.view().keep();
        call(best, best_route);
        return true;
    }

    std::recursive_mutex mutex_;
    std::vector<Component> components_;
    std::string error_;
    const consort_entry* entry_ = nullptr;
    consort_plugin* plugin_ = nullptr;
};

}  // namespace testing
}  // namespace v1
}  // namespace consort

#include "consort/testing/fake_host_tables.hpp"
