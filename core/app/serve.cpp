// `consort serve`: from settings to the ready line, then signals until the end.
#include <cerrno>
#include <csignal>
#include <ctime>
#include <fstream>
#include <iostream>

#include "core/app/commands.hpp"
#include "core/app/library.hpp"
#include "core/app/reload.hpp"
#include "core/app/site.hpp"
#include "core/app/start_up_pages.hpp"
#include "core/config/keys.hpp"
#include "core/observe/log.hpp"

namespace consort::app {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds kTimeToLetGo{10};
constexpr timespec kTimeToSettle{10, 0};  // until plugins have done what they do at the start

const observe::Logger& logger() {
    static const observe::Logger instance("consort");
    return instance;
}

std::vector<FlagHelp> flags() {
    std::vector<FlagHelp> all = settings_flags();
    all.insert(
        all.begin() + 1,
        {{"media", "DIR", "a folder of music or films; may be repeated", "library.media", true},
         {"bind", "ADDR", "the address to listen on (127.0.0.1)", "server.bind"},
         {"port", "N", "the TCP port, 0 for any free one (8000)", "server.port"}});
    all.push_back({"safe-mode", nullptr,
                   "load only the plugins that came with Consort, no third-party ones", nullptr});
    return all;
}

std::string help() {
    return "Usage: consort serve [FLAGS]\n\n"
           "Runs the server until SIGTERM or Ctrl-C, which let running answers finish. SIGHUP\n"
           "reads the configuration again. Flags override environment variables ([server] port is\n"
           "CONSORT_SERVER_PORT), and those the configuration file.\n\n" +
           flags_help(flags()) +
           "\nThe folder of --data gets a file `address` with the URL once the server is ready.\n";
}

void print_unknown(const std::vector<std::string>& names) {
    const std::vector<FlagHelp> all = flags();
    std::vector<std::string_view> known;
    for (const FlagHelp& flag : all) known.emplace_back(flag.name);
    for (const std::string& name : names) {
        const std::string_view best = config::nearest(name, known);
        std::cerr << "consort: unknown flag --" << name << ": ";
        if (best.empty())
            std::cerr << "neither Consort nor an enabled plugin has it; see consort serve --help\n";
        else
            std::cerr << "did you mean --" << best << "?\n";
    }
}

// The signals that serve() waits for; blocked in every thread.
sigset_t signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
    return set;
}

// <data>/address, there while the server is ready.
class AddressFile {
  public:
    AddressFile(const fs::path& directory, const std::string& url) : path_(directory / "address") {
        const fs::path fresh = directory / "address.new";
        std::ofstream(fresh, std::ios::trunc) << url << "/\n";
        fs::rename(fresh, path_);
    }
    ~AddressFile() {
        std::error_code ignored;
        fs::remove(path_, ignored);
    }
    AddressFile(const AddressFile&) = delete;
    AddressFile& operator=(const AddressFile&) = delete;

  private:
    fs::path path_;
};

void drain(Site& site, std::chrono::milliseconds limit) {
    logger().info("ending: running answers get " + std::to_string(limit.count() / 1000) +
                  " s to finish; a second signal ends them at once");
    site.drain();
    const sigset_t set = signals();
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!site.server().wait_drained(std::chrono::milliseconds(100))) {
        const timespec no_wait{};
        const int signal = ::sigtimedwait(&set, nullptr, &no_wait);
        if (signal == SIGTERM || signal == SIGINT) return;
        if (std::chrono::steady_clock::now() >= deadline) {
            logger().warning("some answers did not finish in time and are cut off");
            return;
        }
    }
}

void start_library(const config::LibrarySettings& settings, catalog::Scanner& scanner) {
    if (settings.watch) {
        for (const std::string& problem : scanner.start_watching()) logger().warning(problem);
    }
    if (settings.scan_on_start) scanner.request_scan();
    if (settings.media.empty()) {
        logger().warning("there are no media folders: give one with --media DIR or in [library]");
    }
}

}  // namespace

int serve(const Arguments& arguments) {
    const CommandLine line = parse(arguments, flags(), 0, true);
    if (line.has("help")) {
        std::cout << help();
        return kFine;
    }
    config::Loaded loaded = load_settings(line);
    if (!loaded.mistakes.empty()) {
        print_mistakes(loaded.mistakes, config_path(line));
        return kUsage;
    }
    const config::Settings settings = loaded.settings;
    observe::set_up_log(settings.log);
    sigset_t set = signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is a write that fails, as any other

    const DataLock lock(settings.data.directory);
    const std::optional<fs::path> file = config_path(line);
    logger().info("Consort " CONSORT_VERSION " starts",
                  {{"data", fs::absolute(settings.data.directory).string()},
                   {"config", file ? file->string() : "none"}});
    Ensemble ensemble(loaded, line.has("safe-mode"));
    ensemble.plugins.start();
    if (const auto unknown = ensemble.plugins.unclaimed_flags(); !unknown.empty()) {
        print_unknown(unknown);
        return kUsage;
    }
    for (const std::string& mistake : ensemble.plugins.mistakes()) logger().warning(mistake);
    Library library(settings, ensemble);
    Site site(settings, ensemble, library);
    site.start();
    start_library(settings.library, library.scanner);
    const std::string url = site.server().url();
    const AddressFile address(settings.data.directory, url);
    (void)ensemble.events.publish("host.started", "{\"url\":\"" + url + "\"}");
    logger().info("Consort is ready: " + url + "/");

    Reload reload(line, settings);
    for (bool settled = false;;) {
        const int signal =
            settled ? ::sigwaitinfo(&set, nullptr) : ::sigtimedwait(&set, nullptr, &kTimeToSettle);
        if (signal < 0) {
            if (errno == EINTR) continue;
            forget_start_up_pages();
            settled = true;
            continue;
        }
        if (signal != SIGHUP) break;
        reload.run();
    }
    // Threads of the plugins' own let go of storage and sound, which go before the plugins do.
    (void)ensemble.events.publish("host.stopping", "{}");
    if (!ensemble.events.settle(kTimeToLetGo)) {
        logger().warning("a plugin takes long to hear that the server ends");
    }
    drain(site, settings.server.drain_timeout);
    site.stop();
    logger().info("ended");
    return kFine;
}

}  // namespace consort::app
