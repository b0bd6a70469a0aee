// The one symbol that a plugin exports.
#pragma once

#include <memory>
#include <span>
#include <utility>

#include "consort/abi/plugin.h"
#include "consort/context.hpp"

namespace consort {
inline namespace v1 {

using ConfigKey = consort_config_key;
using ConfigFlag = consort_config_flag;

// What a plugin says of itself. See consort_descriptor for the meaning of each member.
struct PluginInfo {
    const char* id = nullptr;
    const char* name = nullptr;
    const char* version = nullptr;
    const char* vendor = "";
    const char* license = "";
    const char* description = "";
    const char* url = "";
    const char* maturity = "stable";
    const char* hardening = "";
    const char* const* needs = nullptr;
    std::span<const ConfigKey> config = {};
    std::span<const ConfigFlag> flags = {};
};

// constexpr auto descriptor = consort::describe({.id = "org.example.hello", …});
constexpr consort_descriptor describe(const PluginInfo& info) noexcept {
    return {sizeof(consort_descriptor),
            0,
            info.id,
            info.name,
            info.version,
            info.vendor,
            info.license,
            info.description,
            info.url,
            info.maturity,
            info.hardening,
            info.needs,
            info.config.data(),
            info.config.size(),
            info.flags.data(),
            info.flags.size()};
}

// A plugin object with its context, which goes last.
template <class Plugin>
class Instance {
  public:
    Instance(consort_host* host, const consort_host_api* api) : context_(host, api) {
        if constexpr (requires(Context & context) { Plugin::create(context); })
            plugin_ = or_throw(Plugin::create(context_));
        else
            plugin_ = std::make_unique<Plugin>(context_);
    }
    Plugin& plugin() const noexcept { return *plugin_; }

    static consort_status create(consort_host* host, const consort_host_api* api,
                                 consort_plugin** out) noexcept {
        return HostLink{host, api}.guard([&]() -> Result<void> {
            auto instance = std::make_unique<Instance>(host, api);
            *out = reinterpret_cast<consort_plugin*>(instance.release());
            return {};
        });
    }
    static void destroy(consort_plugin* raw) noexcept {
        std::unique_ptr<Instance>(reinterpret_cast<Instance*>(raw)).reset();
    }

  private:
    Context context_;
    std::unique_ptr<Plugin> plugin_;
};

template <class Plugin>
constexpr consort_entry make_entry(const consort_descriptor* descriptor) noexcept {
    return {CONSORT_ENTRY_MAGIC,
            sizeof(consort_entry),
            CONSORT_ABI_MAJOR,
            CONSORT_ABI_MINOR,
            0,
            descriptor,
            &Instance<Plugin>::create,
            &Instance<Plugin>::destroy};
}

}  // namespace v1
}  // namespace consort

// With CONSORT_STATIC_PLUGIN=hls the symbol is consort_plugin_entry_hls, so that tests and fuzzers
// can link several plugins into one program.
#define CONSORT_ENTRY_JOIN_(a, b) a##b
#define CONSORT_ENTRY_JOIN(a, b) CONSORT_ENTRY_JOIN_(a, b)
#ifdef CONSORT_STATIC_PLUGIN
#define CONSORT_ENTRY_NAME CONSORT_ENTRY_JOIN(consort_plugin_entry_, CONSORT_STATIC_PLUGIN)
#else
#define CONSORT_ENTRY_NAME consort_plugin_entry
#endif

// Once a library, at namespace scope outside every namespace. `Plugin` has a constructor that takes
// consort::Context&, or `static consort::Result<std::unique_ptr<Plugin>>
// create(consort::Context&)`. `descriptor` is a consort_descriptor with static storage; its lists
// live as long.
#define CONSORT_PLUGIN(Plugin, descriptor)                                                    \
    extern "C" __attribute__((visibility("default"))) const consort_entry CONSORT_ENTRY_NAME; \
    constinit const consort_entry CONSORT_ENTRY_NAME = ::consort::make_entry<Plugin>(&(descriptor))
