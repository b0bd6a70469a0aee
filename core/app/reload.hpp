// SIGHUP: the configuration is read again, and what can change while running does.
#pragma once

#include <string>
#include <vector>

#include "core/app/options.hpp"
#include "core/config/settings.hpp"

namespace consort::app {

class Reload {
  public:
    Reload(CommandLine line, const config::Settings& running)
        : line_(std::move(line)), running_(running) {}

    // With a mistake in the configuration nothing changes, and the log names every one. Else [log]
    // is applied, and the log names the keys that wait for a restart.
    void run();

  private:
    CommandLine line_;
    config::Settings running_;
};

// Keys whose values differ, "server.port"; plugin sections as "plugins.hls".
std::vector<std::string> changed_keys(const config::Settings& before,
                                      const config::Settings& after);

}  // namespace consort::app
