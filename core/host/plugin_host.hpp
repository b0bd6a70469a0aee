// Finds, loads, creates and ends the plugins, and tells how each one fares.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/load.hpp"
#include "core/host/component_registry.hpp"
#include "core/host/services.hpp"

namespace consort::host {

enum class PluginState {
    active,
    disabled,      // by the configuration
    failed,        // its configuration or its create
    incompatible,  // not a plugin for this host
    duplicate,     // another file with its id or name came first
    quarantined,   // the process died while it was loaded or created
};
std::string_view to_string(PluginState state) noexcept;

struct PluginStatus {
    std::filesystem::path file;
    PluginState state = PluginState::active;
    std::string reason;  // empty if active; else a sentence that says what to do
    std::string name;    // its own name, or the file's where that is not known
    // From the descriptor; empty where the library was not loaded.
    std::string id, version, vendor, license, description, url, maturity, hardening, abi;
    struct Component {
        std::string interface_id, name;
    };
    std::vector<Component> components;
};

// One JSON object: id, name, version, state, error (null if active), components, file …
std::string to_json(const PluginStatus& plugin);
// {"items":[…],"next":null}
std::string to_json(const std::vector<PluginStatus>& plugins);

class PluginHost {
  public:
    struct Options {
        // Where `*.so` are looked for, in the order of the list, then of the names.
        std::vector<std::filesystem::path> directories;
        std::filesystem::path data_directory;
        bool safe_mode = false;  // creates nothing that did not come with the program
        std::filesystem::path built_in_directory;
    };
    // Services must outlive the host, and what is set in them later, its use by plugins.
    PluginHost(Options options, const config::Loaded& configuration, Services& services);
    ~PluginHost();  // stop()
    PluginHost(const PluginHost&) = delete;
    PluginHost& operator=(const PluginHost&) = delete;

    // Loads and creates every enabled plugin, in the order of [plugins] enabled, else of the file
    // names. Never throws for a bad plugin: its status says what is wrong. Main thread, once.
    void start();
    // Before start(): no line in the log for each plugin; whoever starts it prints the states.
    void set_quiet() noexcept;
    // Loads and checks the configuration, but creates nothing: for `config check`.
    void check();
    // Destroys in reverse order. No plugin may be in use any more. Idempotent. Main thread.
    void stop();

    // In the order of loading. Constant after start().
    const std::vector<PluginStatus>& plugins() const noexcept;
    // Mistakes in [plugins] and [plugins.<name>], all of them; the plugins' own are in their
    // status, too.
    const std::vector<std::string>& mistakes() const noexcept;
    // Names of flags of the command line that no enabled plugin has.
    std::vector<std::string> unclaimed_flags() const;
    const ComponentRegistry& registry() const noexcept;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// <executable's folder>/../lib/consort/plugins, in the build tree as when installed.
std::filesystem::path built_in_plugin_directory();

}  // namespace consort::host
