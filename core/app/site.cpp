#include "core/app/site.hpp"

#include <algorithm>

#include "core/app/openapi.hpp"
#include "core/catalog/api.hpp"
#include "core/host/routes.hpp"
#include "core/http/operations.hpp"
#include "core/observe/log.hpp"
#include "core/stream/entry.hpp"

namespace consort::app {

namespace {

constexpr std::uint64_t kLeastFreeDisk = 256ull << 20;
constexpr std::uint64_t kLeastFreeMemory = 64ull << 20;

observe::CheckResult check_media(media::Storage& storage, const std::string& uri) {
    const Result<consort_stat> found = storage.look(media::Storage::to_uri(uri));
    if (!found) return {false, found.error().text};
    if (found->kind != CONSORT_ENTRY_DIRECTORY) return {false, uri + " is not a folder"};
    return {true, uri};
}

observe::CheckResult plugin_result(const host::PluginStatus& plugin) {
    const bool ok =
        plugin.state == host::PluginState::active || plugin.state == host::PluginState::disabled;
    std::string detail(to_string(plugin.state));
    if (!plugin.reason.empty()) detail += ": " + plugin.reason;
    return {ok, std::move(detail)};
}

}  // namespace

Site::Site(const config::Settings& settings, Ensemble& ensemble, Library& library)
    : ensemble_(ensemble) {
    add_checks(settings, ensemble, library);
    add_openapi_route(router_);
    http::add_operations_routes(router_, health_, ensemble.metrics, ensemble.blocking);
    catalog::add_routes(router_, library.catalog, library.scanner, *library.files, library.cache,
                        ensemble.blocking);
    stream::add_routes(router_, ensemble.plugins, library.media, ensemble.compute);
    host::add_plugin_routes(router_, ensemble.plugins, library.media);
    for (const auto& route : router_.routes())
        observe::Logger("http").debug("route",
                                      {{"method", route->method}, {"pattern", route->pattern}});
    server_ = std::make_unique<http::Server>(settings.server, router_, ensemble.metrics);
}

Site::~Site() { stop(); }

void Site::add_checks(const config::Settings& settings, const Ensemble& ensemble,
                      Library& library) {
    const std::string data = settings.data.directory.string();
    health_.add("disk", [data] { return observe::check_disk_space(data, kLeastFreeDisk); });
    health_.add("memory", [] { return observe::check_memory(kLeastFreeMemory); });
    health_.add("database", [&library]() -> observe::CheckResult {
        const Result<void> checked = library.catalog.check();
        if (!checked.ok()) return {false, checked.error().text};
        return {true, "the catalog answers"};
    });
    for (const std::string& media : settings.library.media) {
        health_.add("media " + media,
                    [&library, media] { return check_media(library.storage, media); });
    }
    // A plugin that the configuration asks for by name must work; the others are shown only.
    const std::vector<std::string>& enabled = settings.plugins.enabled;
    for (const host::PluginStatus& plugin : ensemble.plugins.plugins()) {
        const bool required = std::ranges::find(enabled, plugin.name) != enabled.end();
        health_.add(
            "plugin " + plugin.file.stem().string(), [&plugin] { return plugin_result(plugin); },
            required);
    }
}

void Site::start() { server_->start(); }

void Site::drain() {
    health_.set_draining();
    server_->drain();
}

void Site::stop() {
    server_->stop();
    // What handlers have posted refers to the router's state.
    ensemble_.blocking.stop();
    ensemble_.compute.stop();
}

}  // namespace consort::app
