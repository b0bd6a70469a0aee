#include <string>

#include "core/host/plugin_host.hpp"
#include "core/observe/log.hpp"

namespace consort::host {

namespace {

void member(std::string& out, std::string_view name, std::string_view value) {
    if (out.back() != '{') out += ',';
    out += '"';
    out += name;
    out += "\":\"";
    observe::append_json_escaped(out, value);
    out += '"';
}

}  // namespace

std::string_view to_string(PluginState state) noexcept {
    switch (state) {
        case PluginState::active:
            return "active";
        case PluginState::disabled:
            return "disabled";
        case PluginState::failed:
            return "failed";
        case PluginState::incompatible:
            return "incompatible";
        case PluginState::duplicate:
            return "duplicate";
        case PluginState::quarantined:
            return "quarantined";
    }
    return "failed";
}

std::string to_json(const PluginStatus& plugin) {
    std::string out = "{";
    member(out, "id", plugin.id);
    member(out, "name", plugin.name);
    member(out, "version", plugin.version);
    member(out, "state", to_string(plugin.state));
    if (plugin.reason.empty()) {
        out += ",\"error\":null";
    } else {
        member(out, "error", plugin.reason);
    }
    out += ",\"components\":[";
    for (std::size_t i = 0; i < plugin.components.size(); ++i) {
        out += i == 0 ? "{" : ",{";
        member(out, "interface", plugin.components[i].interface_id);
        member(out, "name", plugin.components[i].name);
        out += '}';
    }
    out += ']';
    member(out, "file", plugin.file.string());
    member(out, "abi", plugin.abi);
    member(out, "vendor", plugin.vendor);
    member(out, "license", plugin.license);
    member(out, "description", plugin.description);
    member(out, "url", plugin.url);
    member(out, "maturity", plugin.maturity);
    member(out, "hardening", plugin.hardening);
    out += '}';
    return out;
}

std::string to_json(const std::vector<PluginStatus>& plugins) {
    std::string out = "{\"items\":[";
    for (std::size_t i = 0; i < plugins.size(); ++i) {
        if (i > 0) out += ',';
        out += to_json(plugins[i]);
    }
    out += "],\"next\":null}\n";
    return out;
}

}  // namespace consort::host
