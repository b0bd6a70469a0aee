// The subcommands. Each takes what stands after its name and returns the exit code.
#pragma once

#include "core/app/options.hpp"

namespace consort::app {

int serve(const Arguments& arguments);
int scan(const Arguments& arguments);
int plugin_list(const Arguments& arguments);
int plugin_inspect(const Arguments& arguments);
int plugin_unquarantine(const Arguments& arguments);
int config_check(const Arguments& arguments);
int version(const Arguments& arguments);

}  // namespace consort::app
