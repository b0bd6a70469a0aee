// The host as one plugin sees it: services to use, interfaces to offer.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consort/host_link.hpp"
#include "consort/offers/container.hpp"
#include "consort/offers/decoder.hpp"
#include "consort/offers/delivery.hpp"
#include "consort/offers/encoder.hpp"
#include "consort/offers/http.hpp"
#include "consort/offers/image.hpp"
#include "consort/offers/keyvalue.hpp"
#include "consort/offers/sink.hpp"
#include "consort/offers/storage.hpp"
#include "consort/services/cache.hpp"
#include "consort/services/catalog.hpp"
#include "consort/services/config.hpp"
#include "consort/services/events.hpp"
#include "consort/services/executor.hpp"
#include "consort/services/keyvalue.hpp"
#include "consort/services/log.hpp"
#include "consort/services/media_library.hpp"
#include "consort/services/metrics.hpp"
#include "consort/services/renditions.hpp"
#include "consort/services/sound.hpp"
#include "consort/services/sources.hpp"
#include "consort/services/timer.hpp"

namespace consort {
inline namespace v1 {

// Lives as long as the plugin object that got it, at one address, so that a plugin may keep a
// reference. Services may be asked for at any time from any thread, are cheap to copy, and throw a
// Failure if the host lacks them; name them in the descriptor's `needs` to be refused before that.
//
// Offers are made in the plugin's constructor or `create`, and throw a Failure if the host refuses
// them (the name is taken). An object offered by reference belongs to the plugin, and is used until
// the plugin is destroyed.
class Context {
  public:
    Context(consort_host* host, const consort_host_api* api) : link_{host, api} {
        link_.log = link_.query<consort_log_api>(CONSORT_SERVICE_LOG);
        link_.exchange = link_.query<consort_exchange_api>(CONSORT_SERVICE_EXCHANGE);
        link_.media = link_.query<consort_media_api>(CONSORT_SERVICE_MEDIA);
    }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    Log log() const noexcept { return Log(link_); }
    Config config() const { return Config(link_); }
    Metrics metrics() const { return Metrics(link_); }
    Executor executor() const { return Executor(link_); }
    Timers timers() const { return Timers(link_); }
    Cache cache() const { return Cache(link_); }
    MediaLibrary media() const { return MediaLibrary(link_); }
    Renditions renditions() const { return Renditions(link_); }
    Catalog catalog() const { return Catalog(link_); }
    Sources sources() const { return Sources(link_); }
    Sounds sounds() const { return Sounds(link_); }
    Events events() const { return Events(link_); }
    KeyValue keyvalue() const { return KeyValue(link_); }
    // A service that this layer does not know; NULL if the host lacks it.
    template <class Table>
    const Table* query(const char* service_id) const noexcept {
        return link_.query<Table>(service_id);
    }
    const HostLink& link() const noexcept { return link_; }

    template <class T>
    void offer_http(const std::string& name, T&& object) {
        need_exchange();
        offer(CONSORT_HTTP, name, std::forward<T>(object),
              [](const auto& it) { return http_table(it); });
    }
    template <class T>
    void offer_delivery(const std::string& name, T&& object) {
        need_exchange();
        link_.require<consort_media_api>(CONSORT_SERVICE_MEDIA);
        offer(CONSORT_DELIVERY, name, std::forward<T>(object),
              [](const auto& it) { return delivery_table(it); });
    }
    template <class T>
    void offer_container(const std::string& name, T&& object) {
        offer(CONSORT_CONTAINER, name, std::forward<T>(object),
              [](const auto& it) { return container_table(it); });
    }
    template <class T>
    void offer_decoder(const std::string& name, T&& object) {
        link_.require<consort_media_api>(CONSORT_SERVICE_MEDIA);
        offer(CONSORT_DECODER, name, std::forward<T>(object),
              [](const auto& it) { return decoder_table(it); });
    }
    template <class T>
    void offer_encoder(const std::string& name, T&& object) {
        offer(CONSORT_ENCODER, name, std::forward<T>(object),
              [](const auto& it) { return encoder_table(it); });
    }
    template <class T>
    void offer_image(const std::string& name, T&& object) {
        offer(CONSORT_IMAGE, name, std::forward<T>(object),
              [](const auto& it) { return image_table(it); });
    }
    template <class T>
    void offer_storage(const std::string& name, T&& object) {
        offer(CONSORT_STORAGE, name, std::forward<T>(object),
              [](const auto& it) { return storage_table(it); });
    }
    template <class T>
    void offer_keyvalue(const std::string& name, T&& object) {
        offer(CONSORT_KEYVALUE, name, std::forward<T>(object),
              [](const auto& it) { return keyvalue_table(it); });
    }
    template <class T>
    void offer_sink(const std::string& name, T&& object) {
        offer(CONSORT_SINK, name, std::forward<T>(object),
              [](const auto& it) { return sink_table(it); });
    }

  private:
    void need_exchange() const { link_.require<consort_exchange_api>(CONSORT_SERVICE_EXCHANGE); }

    template <class T, class MakeTable>
    void offer(const char* interface_id, const std::string& name, T& object, MakeTable make_table) {
        offer(interface_id, name, std::shared_ptr<T>(std::shared_ptr<void>(), &object), make_table);
    }
    template <class T, class MakeTable>
    void offer(const char* interface_id, const std::string& name, std::unique_ptr<T>&& object,
               MakeTable make_table) {
        offer(interface_id, name, std::shared_ptr<T>(std::move(object)), make_table);
    }
    template <class T, class MakeTable>
    void offer(const char* interface_id, const std::string& name, std::shared_ptr<T> object,
               MakeTable make_table) {
        const auto table = make_table(*object);
        auto offering = std::make_unique<Offering<T>>(link_, std::move(object));
        consort_component component{};
        component.struct_size = sizeof component;
        component.interface_id = interface_id;
        component.name = name.c_str();
        component.vtable = &table;
        component.self = offering.get();
        offerings_.push_back(std::move(offering));
        const consort_status status = link_.api->offer(link_.host, &component);
        if (status < 0)
            throw Failure(
                error_of(status, "cannot offer " + std::string(interface_id) + " '" + name + "'"));
    }

    HostLink link_;
    std::vector<std::unique_ptr<OfferingBase>> offerings_;
};

}  // namespace v1
}  // namespace consort
