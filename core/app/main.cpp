// `consort`: finds the subcommand.
#include <malloc.h>

#include <algorithm>
#include <array>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "consort/abi/base.h"

#include "core/app/commands.hpp"
#include "core/config/keys.hpp"

namespace consort::app {

namespace {

constexpr std::string_view kHelp = R"(Consort, a media platform made of plugins.

Usage: consort COMMAND [FLAGS]

  serve                      run the server
  scan                       read the media folders into the catalog, without serving
  plugin list                every plugin, its state, and what is wrong with it
  plugin inspect FILE        what a plugin file is, without starting it
  plugin unquarantine NAME   give a plugin that crashed another chance
  config check               name every mistake in the configuration
  version                    version and build

To begin:   consort serve --media ~/Music --media ~/Films
Then open   http://127.0.0.1:8000/

`consort COMMAND --help` explains a command.
)";

struct Command {
    std::string_view first, second;
    int (*run)(const Arguments&);
};

constexpr std::array kCommands{
    Command{"serve", "", serve},
    Command{"scan", "", scan},
    Command{"plugin", "list", plugin_list},
    Command{"plugin", "inspect", plugin_inspect},
    Command{"plugin", "unquarantine", plugin_unquarantine},
    Command{"config", "check", config_check},
    Command{"version", "", version},
};

int unknown(std::string_view what) {
    constexpr std::array<std::string_view, 7> names{
        "serve",        "scan",   "plugin list", "plugin inspect", "plugin unquarantine",
        "config check", "version"};
    const std::string_view best = config::nearest(what, names);
    std::cerr << "consort: there is no command '" << what << "'";
    if (!best.empty()) std::cerr << "; did you mean '" << best << "'?";
    std::cerr << "\nTry: consort --help\n";
    return kUsage;
}

// The C library would give eight pools of memory to each core, and each would keep what its busiest
// moment took. One for each core serves as well, and large pieces go back to the system.
void share_memory_pools() {
    constexpr int kLarge = 1 << 20;
    ::mallopt(M_ARENA_MAX, static_cast<int>(std::max(2u, std::thread::hardware_concurrency())));
    ::mallopt(M_MMAP_THRESHOLD, kLarge);
    ::mallopt(M_TRIM_THRESHOLD, kLarge);
}

int run(const Arguments& arguments) {
    if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h" ||
        arguments[0] == "help") {
        std::cout << kHelp;
        return kFine;
    }
    if (arguments[0] == "--version") return version({});
    for (const Command& command : kCommands) {
        if (arguments[0] != command.first) continue;
        if (command.second.empty()) return command.run({arguments.begin() + 1, arguments.end()});
        if (arguments.size() > 1 && arguments[1] == command.second) {
            return command.run({arguments.begin() + 2, arguments.end()});
        }
    }
    if (arguments[0] == "plugin" || arguments[0] == "config") {
        if (arguments.size() == 1 || arguments[1] == "--help" || arguments[1] == "-h") {
            std::cout << kHelp;
            return arguments.size() == 1 ? kUsage : kFine;
        }
        return unknown(arguments[0] + " " + arguments[1]);
    }
    return unknown(arguments[0]);
}

}  // namespace

int version(const Arguments&) {
    std::cout << "consort " CONSORT_VERSION "\n"
              << "plugin ABI " << CONSORT_ABI_MAJOR << "." << CONSORT_ABI_MINOR << "\n"
              << "built with " CONSORT_BUILD "\n";
    return kFine;
}

}  // namespace consort::app

int main(int argc, char** argv) {
    try {
        consort::app::share_memory_pools();
        return consort::app::run({argv + 1, argv + argc});
    } catch (const std::invalid_argument& error) {
        std::cerr << "consort: " << error.what() << "\nTry: consort --help\n";
        return consort::app::kUsage;
    } catch (const std::exception& error) {
        std::cerr << "consort: " << error.what() << "\n";
        return consort::app::kFailed;
    }
}
