// A plugin's section of the configuration, checked against the keys it declares.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "consort/abi/plugin.h"

#include "core/config/load.hpp"

namespace consort::host {

struct PluginConfig {
    std::map<std::string, config::PluginValue> values;  // defaults filled in
    // As config::Loaded::mistakes: every one, with line and remedy.
    std::vector<std::string> mistakes;
    std::vector<std::string> flags;  // names of the command line's that are the plugin's
};

// Type, bounds, required keys, keys that no declaration names; then the overrides of the
// environment and of the command line.
PluginConfig check_plugin_config(const consort_descriptor& descriptor,
                                 const config::Loaded& configuration);

// "a whole number from 1 to 10", for help texts.
std::string describe_type(const consort_config_key& key);

}  // namespace consort::host
