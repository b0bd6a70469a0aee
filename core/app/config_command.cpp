// `consort config check`.
#include <iostream>

#include "core/app/child.hpp"
#include "core/app/commands.hpp"
#include "core/app/library.hpp"
#include "core/observe/log.hpp"

namespace consort::app {

namespace {

constexpr std::chrono::seconds kLimit{60};

// Loads every plugin's declaration, in the child.
int check_all(const CommandLine& line) {
    const config::Loaded loaded = load_settings(line);
    observe::set_up_log({"error", "text"});
    std::vector<std::string> mistakes = loaded.mistakes;
    {
        Ensemble ensemble(loaded, false);
        ensemble.plugins.check();
        const std::vector<std::string>& more = ensemble.plugins.mistakes();
        mistakes.insert(mistakes.end(), more.begin(), more.end());
    }
    const auto file = config_path(line);
    if (!mistakes.empty()) {
        print_mistakes(mistakes, file);
        return kFailed;
    }
    std::cout << "The configuration is right"
              << (file ? " (" + file->string() + ")." : ": no file, only defaults.") << "\n";
    return kFine;
}

}  // namespace

int config_check(const Arguments& arguments) {
    const CommandLine line = parse(arguments, settings_flags(), 0);
    if (line.has("help")) {
        std::cout
            << "Usage: consort config check [FLAGS]\n\n"
               "Reads the configuration file, the environment and the plugins' declarations,\n"
               "and names every mistake. Exit code 0: none; 1: some.\n\n"
            << flags_help(settings_flags());
        return kFine;
    }
    if (in_child()) return check_all(line);
    Arguments again{"config", "check"};
    again.insert(again.end(), arguments.begin(), arguments.end());
    const ChildEnd end = run_in_child(again, kLimit);
    if (end.signal == 0) return end.exit_code;
    std::cerr << "consort: a plugin could not be asked for its settings: " << end.how()
              << "; `consort plugin list` tells which\n";
    return kFailed;
}

}  // namespace consort::app
