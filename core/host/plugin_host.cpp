#include "core/host/plugin_host.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "core/base/clock.hpp"
#include "core/config/keys.hpp"
#include "core/host/guard.hpp"
#include "core/host/log_sinks.hpp"
#include "core/host/plugin_config.hpp"
#include "core/host/plugin_context.hpp"
#include "core/host/plugin_files.hpp"
#include "core/host/plugin_library.hpp"
#include "core/host/quarantine.hpp"
#include "core/observe/log.hpp"

namespace consort::host {

namespace fs = std::filesystem;

namespace {

const observe::Logger& logger() {
    static const observe::Logger instance("plugins");
    return instance;
}

bool contains(const std::vector<std::string>& list, std::string_view item) {
    return std::ranges::find(list, item) != list.end();
}

std::string missing_needs(const consort_descriptor& descriptor) {
    std::string missing;
    if (descriptor.needs == nullptr) return missing;
    for (const char* const* need = descriptor.needs; *need != nullptr; ++need) {
        if (find_service(*need) == nullptr)
            missing += (missing.empty() ? "" : ", ") + std::string(*need);
    }
    return missing;
}

void describe(const PluginLibrary& library, PluginStatus& status) {
    const consort_descriptor& d = library.descriptor();
    status.name = d.name;
    status.id = d.id;
    status.version = d.version;
    status.vendor = d.vendor;
    status.license = d.license;
    status.description = d.description;
    status.url = d.url;
    status.maturity = d.maturity;
    status.hardening = d.hardening;
    status.abi =
        std::to_string(library.entry().abi_major) + "." + std::to_string(library.entry().abi_minor);
}

}  // namespace

struct PluginHost::Impl {
    Impl(Options options_in, const config::Loaded& configuration_in, Services& services_in)
        : options(std::move(options_in)), configuration(configuration_in), services(services_in) {}

    struct Instance {
        std::unique_ptr<consort_host> context;
        void (*destroy)(consort_plugin*) noexcept;
        consort_plugin* plugin;
    };

    const Options options;
    const config::Loaded configuration;
    Services& services;
    ComponentRegistry registry;
    std::vector<PluginStatus> statuses;
    std::vector<std::string> mistakes;
    std::set<std::string> claimed_flags;
    std::vector<Instance> instances;  // in order of creation
    std::vector<std::unique_ptr<consort_host>> ended;
    std::optional<Quarantine> quarantine;
    std::optional<LogSinks> sinks;
    bool quiet = false;

    const config::PluginSettings& settings() const { return configuration.settings.plugins; }

    static void reject(PluginStatus& status, PluginState state, std::string reason) {
        status.state = state;
        status.reason = std::move(reason);
    }

    // The name under which the configuration knows a file before it is loaded.
    bool wanted(const std::string& name) const {
        return (settings().enabled.empty() || contains(settings().enabled, name)) &&
               !contains(settings().disabled, name);
    }

    std::vector<fs::path> files() {
        std::vector<std::string> problems;
        const std::vector<fs::path> directories =
            options.safe_mode ? std::vector<fs::path>{options.built_in_directory}
                              : options.directories;
        std::vector<fs::path> found = find_plugin_files(directories, problems);
        for (const std::string& problem : problems) {
            logger().error(problem);
            mistakes.push_back("[plugins] " + problem);
        }
        const auto rank = [this](const fs::path& file) {
            return std::ranges::find(settings().enabled, file.stem().string()) -
                   settings().enabled.begin();
        };
        std::ranges::stable_sort(found, {}, rank);
        return found;
    }

    std::shared_ptr<void> mark(const fs::path& file, const std::string& stage) const {
        return quarantine ? quarantine->mark(file, stage) : nullptr;
    }

    bool is_duplicate(PluginStatus& status) const {
        for (const PluginStatus& other : statuses) {
            if (&other == &status || other.id.empty() || other.state == PluginState::duplicate) {
                continue;
            }
            if (other.id != status.id && other.name != status.name) continue;
            const bool same_id = other.id == status.id;
            reject(status, PluginState::duplicate,
                   "its " + (same_id ? "id " + status.id : "name " + status.name) + " is that of " +
                       other.file.string() + ", which came first: remove one");
            return true;
        }
        return false;
    }

    // Loads and checks a file; the library, if it may be created.
    std::optional<PluginLibrary> load(PluginStatus& status, PluginConfig& config) {
        const std::string stem = status.file.stem().string();
        if (!wanted(stem)) {
            reject(status, PluginState::disabled,
                   contains(settings().disabled, stem) ? "[plugins] disabled names it"
                                                       : "[plugins] enabled does not name it");
            return std::nullopt;
        }
        if (quarantine) {
            if (const auto reason = quarantine->reason(status.file)) {
                reject(status, PluginState::quarantined, *reason);
                return std::nullopt;
            }
        }
        std::optional<PluginLibrary> library;
        try {
            const std::shared_ptr<void> marker = mark(status.file, "loaded");
            library.emplace(status.file);
        } catch (const Incompatible& why) {
            reject(status, PluginState::incompatible, why.what());
            return std::nullopt;
        }
        describe(*library, status);
        if (is_duplicate(status)) return std::nullopt;
        if (status.name != stem && !wanted(status.name)) {
            reject(status, PluginState::disabled, "[plugins] leaves out '" + status.name + "'");
            return std::nullopt;
        }
        if (const std::string missing = missing_needs(library->descriptor()); !missing.empty()) {
            reject(status, PluginState::incompatible,
                   "it needs " + missing + ", which this host does not have: update Consort");
            return std::nullopt;
        }
        config = check_plugin_config(library->descriptor(), configuration);
        claimed_flags.insert(config.flags.begin(), config.flags.end());
        if (!config.mistakes.empty()) {
            std::string all;
            for (const std::string& mistake : config.mistakes) {
                all += (all.empty() ? "" : "; ") + mistake;
                mistakes.push_back(mistake);
            }
            reject(status, PluginState::failed, all);
            return std::nullopt;
        }
        return library;
    }

    void create(const PluginLibrary& library, PluginConfig config, PluginStatus& status) {
        auto context = std::make_unique<consort_host>(services, registry, status.id, status.name);
        context->config = std::move(config.values);
        context->data_directory = options.data_directory / "plugins" / "data" / status.name;
        consort_plugin* plugin = nullptr;
        take_last_error();
        context->creating = true;
        consort_status result = CONSORT_E_INTERNAL;
        {
            const std::shared_ptr<void> marker = mark(status.file, "created");
            result = library.entry().create(context.get(), &host_api(), &plugin);
        }
        context->creating = false;
        const std::string said = take_last_error();
        if (result < 0) {
            registry.withdraw(status.id);
            context->end_callbacks();
            ended.push_back(std::move(context));
            const std::string refused = ended.back()->offer_error;
            reject(status, PluginState::failed,
                   "create failed: " + (!said.empty()      ? said
                                        : !refused.empty() ? refused
                                                           : "it gives no reason (status " +
                                                                 std::to_string(result) + ")"));
            return;
        }
        instances.push_back({std::move(context), library.entry().destroy, plugin});
        for (const ComponentRegistry::Entry& entry : registry.entries()) {
            if (entry.plugin_id == status.id) {
                status.components.push_back({entry.interface_id, entry.name});
            }
        }
    }

    void report(const PluginStatus& status) const {
        const std::string what = status.name + " (" + status.file.string() + ")";
        switch (status.state) {
            case PluginState::active:
                logger().info("active: " + status.name + " " + status.version);
                break;
            case PluginState::disabled:
                logger().debug("disabled: " + what + ": " + status.reason);
                break;
            default:
                logger().error(std::string(to_string(status.state)) + ": " + what + ": " +
                               status.reason);
        }
        const std::string json = R"({"name":")" + status.name + R"(","state":")" +
                                 std::string(to_string(status.state)) + "\"}";
        (void)services.events.publish("plugin.state", json);
    }

    void check_names() {
        std::vector<std::string_view> known;
        for (const PluginStatus& status : statuses) {
            known.push_back(status.name);
        }
        const auto check = [&](const std::string& name, const std::string& where) {
            if (std::ranges::find(known, name) != known.end()) return;
            for (const PluginStatus& status : statuses) {
                if (status.file.stem() == name) return;
            }
            const std::string_view best = config::nearest(name, known);
            mistakes.push_back(where + ": there is no plugin '" + name + "'" +
                               (best.empty() ? "" : "; did you mean '" + std::string(best) + "'?"));
        };
        for (const std::string& name : settings().enabled) check(name, "[plugins] enabled");
        for (const std::string& name : settings().disabled) check(name, "[plugins] disabled");
        for (const auto& [name, section] : settings().sections) {
            const auto line = configuration.plugin_lines.find({name, ""});
            check(name, "[plugins." + name + "]" +
                            (line == configuration.plugin_lines.end()
                                 ? ""
                                 : ", line " + std::to_string(line->second)));
        }
    }

    void count_states() const {
        for (const PluginState state :
             {PluginState::active, PluginState::disabled, PluginState::failed,
              PluginState::incompatible, PluginState::duplicate, PluginState::quarantined}) {
            const auto count = std::ranges::count(statuses, state, &PluginStatus::state);
            services.metrics
                .gauge("consort_plugins", "Plugins by state.",
                       {{"state", std::string(to_string(state))}})
                .set(static_cast<double>(count));
        }
    }

    void run(bool create_them) {
        if (create_them) sinks.emplace(services.metrics);
        const std::vector<fs::path> found = files();
        try {
            quarantine.emplace(options.data_directory);
            for (const std::string& name : quarantine->collect_crashes(found)) {
                logger().error("the last start ended while " + name +
                               " was loaded; it is in quarantine now");
            }
        } catch (const std::exception& error) {
            logger().warning("crashes of plugins cannot be noticed: " + std::string(error.what()));
        }
        statuses.reserve(found.size());  // is_duplicate() compares addresses
        for (const fs::path& file : found) {
            PluginStatus& status = statuses.emplace_back();
            status.file = file;
            status.name = file.stem().string();
            PluginConfig config;
            const std::optional<PluginLibrary> library = load(status, config);
            if (library && create_them) create(*library, std::move(config), status);
            if (create_them && !quiet) report(status);
        }
        if (!options.safe_mode) check_names();
        if (!create_them) return;
        count_states();
        sinks->start(registry);
    }
};

PluginHost::PluginHost(Options options, const config::Loaded& configuration, Services& services)
    : impl_(std::make_unique<Impl>(std::move(options), configuration, services)) {}

PluginHost::~PluginHost() { stop(); }

void PluginHost::start() { impl_->run(true); }

void PluginHost::set_quiet() noexcept { impl_->quiet = true; }

void PluginHost::check() { impl_->run(false); }

void PluginHost::stop() {
    impl_->sinks.reset();
    while (!impl_->instances.empty()) {
        Impl::Instance& last = impl_->instances.back();
        last.context->end_callbacks();
        last.destroy(last.plugin);
        impl_->registry.withdraw(last.context->id);
        impl_->ended.push_back(std::move(last.context));
        impl_->instances.pop_back();
    }
}

const std::vector<PluginStatus>& PluginHost::plugins() const noexcept { return impl_->statuses; }

const std::vector<std::string>& PluginHost::mistakes() const noexcept { return impl_->mistakes; }

std::vector<std::string> PluginHost::unclaimed_flags() const {
    std::vector<std::string> unknown;
    for (const config::Flag& flag : impl_->configuration.plugin_flags)
        if (!impl_->claimed_flags.contains(flag.key)) unknown.push_back(flag.key);
    return unknown;
}

const ComponentRegistry& PluginHost::registry() const noexcept { return impl_->registry; }

}  // namespace consort::host
