#include "core/app/reload.hpp"

#include <algorithm>
#include <set>

#include "core/config/keys.hpp"
#include "core/observe/log.hpp"

namespace consort::app {

namespace {

// The names of those in `these` that are not, or are other, in `those`.
void add_differing(const std::vector<config::RenditionSettings>& these,
                   const std::vector<config::RenditionSettings>& those,
                   std::set<std::string>& names) {
    for (const config::RenditionSettings& one : these)
        if (std::ranges::find(those, one) == those.end()) names.insert("renditions." + one.name);
}

}  // namespace

std::vector<std::string> changed_keys(const config::Settings& before,
                                      const config::Settings& after) {
    std::vector<std::string> changed;
    for (const config::Key& key : config::keys()) {
        if (config::value_text(key, before) != config::value_text(key, after)) {
            changed.push_back(std::string(key.section) + "." + std::string(key.name));
        }
    }
    std::set<std::string> renditions;
    add_differing(before.renditions.all, after.renditions.all, renditions);
    add_differing(after.renditions.all, before.renditions.all, renditions);
    changed.insert(changed.end(), renditions.begin(), renditions.end());
    std::set<std::string> plugins;
    for (const auto* settings : {&before, &after}) {
        for (const auto& [name, section] : settings->plugins.sections) plugins.insert(name);
    }
    for (const std::string& name : plugins) {
        const auto old_section = before.plugins.sections.find(name);
        const auto new_section = after.plugins.sections.find(name);
        const bool both = old_section != before.plugins.sections.end() &&
                          new_section != after.plugins.sections.end();
        if (!both || old_section->second != new_section->second) {
            changed.push_back("plugins." + name);
        }
    }
    return changed;
}

void Reload::run() {
    const observe::Logger logger("consort");
    const config::Loaded loaded = load_settings(line_);
    if (!loaded.mistakes.empty()) {
        for (const std::string& mistake : loaded.mistakes) logger.error(mistake);
        logger.error("the configuration was read again and has mistakes: nothing was changed");
        return;
    }
    observe::set_up_log(loaded.settings.log);
    running_.log = loaded.settings.log;
    std::string waiting;
    for (const std::string& key : changed_keys(running_, loaded.settings)) {
        waiting += (waiting.empty() ? "" : ", ") + key;
    }
    logger.info("the configuration was read again" +
                (waiting.empty() ? std::string() : "; these changes need a restart: " + waiting));
}

}  // namespace consort::app
