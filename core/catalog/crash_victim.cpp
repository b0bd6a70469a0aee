// Scans made-up files into a catalog until it is killed: crash_victim DATABASE FILES STOP_AFTER.
// After STOP_AFTER files it reads no more, says so, and waits to be killed.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "core/catalog/crash_library.hpp"
#include "core/catalog/scanner.hpp"

namespace {

class Stalling final : public consort::catalog::testing::FakeFiles {
  public:
    explicit Stalling(int after) : after_(after) {}
    consort::Result<consort::catalog::Inspection> inspect(std::string_view uri,
                                                          std::string_view name) override {
        if (inspected >= after_) {
            if (!said_.exchange(true)) {
                std::puts("stalled");
                std::fflush(stdout);
            }
            for (;;) pause();
        }
        return FakeFiles::inspect(uri, name);
    }

  private:
    const int after_;
    std::atomic<bool> said_{false};
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    Stalling files(std::atoi(argv[3]));
    consort::catalog::testing::fill(files, std::atoi(argv[2]));
    consort::observe::Metrics metrics;
    consort::catalog::Catalog catalog({consort::catalog::sqlite_url(argv[1]), 1});
    consort::catalog::ScannerOptions options;
    options.roots = {"/music"};
    options.threads = 2;
    consort::catalog::Scanner scanner(options, catalog, files, metrics);
    if (!scanner.request_scan() || !scanner.wait_idle(std::chrono::minutes(5))) return 1;
    std::puts("finished");
    return 0;
}
