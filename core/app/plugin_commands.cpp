// `consort plugin list` and `consort plugin unquarantine`.
#include <algorithm>
#include <iostream>

#include "core/app/child.hpp"
#include "core/app/commands.hpp"
#include "core/app/library.hpp"
#include "core/host/quarantine.hpp"
#include "core/observe/log.hpp"

namespace consort::app {

namespace {

constexpr std::chrono::seconds kLimit{60};
constexpr int kMaxCrashes = 50;

std::vector<FlagHelp> list_flags() {
    std::vector<FlagHelp> all = settings_flags();
    all.push_back({"json", nullptr, "print JSON, as GET /api/v1/admin/plugins does", nullptr});
    all.push_back({"safe-mode", nullptr, "only the plugins that came with Consort", nullptr});
    return all;
}

std::string offers(const host::PluginStatus& plugin) {
    std::string text;
    for (const auto& component : plugin.components) {
        text += (text.empty() ? "" : ", ") + component.interface_id + " " + component.name;
    }
    return text.empty() ? "-" : text;
}

void print_table(const std::vector<host::PluginStatus>& plugins) {
    if (plugins.empty()) {
        std::cout << "No plugins were found.\n";
        return;
    }
    std::vector<std::vector<std::string>> rows{{"NAME", "VERSION", "STATE", "OFFERS"}};
    for (const host::PluginStatus& plugin : plugins) {
        rows.push_back({plugin.name, plugin.version.empty() ? "-" : plugin.version,
                        std::string(to_string(plugin.state)), offers(plugin)});
    }
    std::vector<std::size_t> widths(4);
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < 4; ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    for (std::size_t r = 0; r < rows.size(); ++r) {
        for (std::size_t i = 0; i < 3; ++i) {
            std::cout << rows[r][i] << std::string(widths[i] - rows[r][i].size() + 2, ' ');
        }
        std::cout << rows[r][3] << "\n";
        if (r > 0 && !plugins[r - 1].reason.empty()) {
            std::cout << "    " << plugins[r - 1].file.string() << ":\n    "
                      << plugins[r - 1].reason << "\n";
        }
    }
}

// Creates every plugin for real, in the child, so that the states are those of a server.
int list_now(const CommandLine& line) {
    const config::Loaded loaded = load_settings(line);
    if (!loaded.mistakes.empty()) {
        print_mistakes(loaded.mistakes, config_path(line));
        return kUsage;
    }
    std::vector<host::PluginStatus> plugins;
    std::vector<std::string> mistakes;
    {
        // The states are printed: the log would only repeat them. It gets what plugins write.
        observe::set_up_log({"error", "text"});
        Ensemble ensemble(loaded, line.has("safe-mode"));
        ensemble.plugins.set_quiet();
        ensemble.plugins.start();
        plugins = ensemble.plugins.plugins();
        mistakes = ensemble.plugins.mistakes();
    }
    if (line.has("json")) {
        std::cout << host::to_json(plugins);
    } else {
        print_table(plugins);
        for (const std::string& mistake : mistakes) std::cerr << mistake << "\n";
    }
    return kFine;
}

}  // namespace

int plugin_list(const Arguments& arguments) {
    const CommandLine line = parse(arguments, list_flags(), 0);
    if (line.has("help")) {
        std::cout
            << "Usage: consort plugin list [FLAGS]\n\n"
               "Loads and creates every plugin as the server would, in a process of its own,\n"
               "and tells how each one fares. No server needs to run.\n\n"
               "States: active; disabled (by the configuration); failed (its settings or its\n"
               "start); incompatible (no plugin for this Consort); duplicate (its id is\n"
               "taken); quarantined (it crashed: see `consort plugin unquarantine`).\n\n"
            << flags_help(list_flags());
        return kFine;
    }
    if (in_child()) return list_now(line);
    Arguments again{"plugin", "list"};
    again.insert(again.end(), arguments.begin(), arguments.end());
    // A crash puts one plugin into quarantine; the next round tells of the others.
    for (int round = 0; round < kMaxCrashes; ++round) {
        const ChildEnd end = run_in_child(again, kLimit);
        if (end.signal == 0) return end.exit_code;
        std::cerr << "consort: a plugin was tried: " << end.how() << "; trying the others\n";
    }
    return kFailed;
}

int plugin_unquarantine(const Arguments& arguments) {
    const CommandLine line = parse(arguments, settings_flags(), 1);
    if (line.has("help") || line.positional.size() != 1) {
        std::cout << "Usage: consort plugin unquarantine NAME [FLAGS]\n\n"
                     "Gives a plugin that crashed while it was loaded another chance at the next\n"
                     "start. NAME is its file's name without .so. The flags tell where the data\n"
                     "folder is.\n\n"
                  << flags_help(settings_flags());
        return line.has("help") ? kFine : kUsage;
    }
    const config::Loaded loaded = load_settings(line);
    host::Quarantine quarantine(loaded.settings.data.directory);
    const std::string& name = line.positional[0];
    if (quarantine.release(name)) {
        std::cout << name << " is out of quarantine; it is loaded at the next start.\n";
        return kFine;
    }
    std::cerr << "consort: " << name << " is not in quarantine in "
              << loaded.settings.data.directory.string() << "; in it:";
    const std::vector<std::string> stems = quarantine.stems();
    for (const std::string& stem : stems) std::cerr << " " << stem;
    std::cerr << (stems.empty() ? " none\n" : "\n");
    return kFailed;
}

}  // namespace consort::app
