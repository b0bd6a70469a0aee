// `consort scan`: reads the media folders once.
#include <unistd.h>

#include <iostream>

#include "core/app/commands.hpp"
#include "core/app/library.hpp"
#include "core/observe/log.hpp"

namespace consort::app {

namespace {

std::vector<FlagHelp> flags() {
    std::vector<FlagHelp> all = settings_flags();
    all.insert(all.begin() + 1, {"media", "DIR", "a folder of music or films; may be repeated",
                                 "library.media", true});
    return all;
}

std::string counts(const catalog::Progress& progress) {
    return std::to_string(progress.done) + " of " + std::to_string(progress.found) + " files, " +
           std::to_string(progress.added) + " new, " + std::to_string(progress.changed) +
           " changed, " + std::to_string(progress.removed) + " gone, " +
           std::to_string(progress.broken) + " broken";
}

}  // namespace

int scan(const Arguments& arguments) {
    const CommandLine line = parse(arguments, flags(), 0);
    if (line.has("help")) {
        std::cout
            << "Usage: consort scan [FLAGS]\n\n"
               "Reads the media folders into the catalog and ends. What has not changed since\n"
               "the last time is not read again. A running server scans by itself.\n\n"
            << flags_help(flags());
        return kFine;
    }
    const config::Loaded loaded = load_settings(line);
    if (!loaded.mistakes.empty()) {
        print_mistakes(loaded.mistakes, config_path(line));
        return kUsage;
    }
    observe::set_up_log(loaded.settings.log);
    if (loaded.settings.library.media.empty()) {
        std::cerr << "consort: there is nothing to scan: give a folder with --media DIR or in "
                     "[library] media\n";
        return kUsage;
    }
    const DataLock lock(loaded.settings.data.directory);
    Ensemble ensemble(loaded, false);
    ensemble.plugins.start();
    Library library(loaded.settings, ensemble);
    library.scanner.request_scan();
    const bool terminal = ::isatty(STDOUT_FILENO) == 1;
    while (!library.scanner.wait_idle(std::chrono::milliseconds(200))) {
        if (terminal) std::cout << "\r\033[K" << counts(library.scanner.progress()) << std::flush;
    }
    const catalog::Progress progress = library.scanner.progress();
    if (terminal) std::cout << "\r\033[K";
    std::cout << "Scanned " << counts(progress) << ".\n";
    for (const std::string& problem : progress.problems) std::cerr << "  " << problem << "\n";
    return progress.problems.empty() && progress.phase != "failed" ? kFine : kFailed;
}

}  // namespace consort::app
