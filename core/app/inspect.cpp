// `consort plugin inspect FILE`.
#include <algorithm>
#include <iostream>
#include <optional>
#include <span>

#include "core/app/child.hpp"
#include "core/app/commands.hpp"
#include "core/host/elf_file.hpp"
#include "core/host/plugin_config.hpp"
#include "core/host/plugin_context.hpp"
#include "core/host/plugin_library.hpp"
#include "core/observe/log.hpp"

namespace consort::app {

namespace {

constexpr std::chrono::seconds kLimit{30};
constexpr int kWarnings = 1;
constexpr int kRefused = 2;

std::vector<FlagHelp> flags() { return {{"json", nullptr, "print JSON", nullptr}}; }

struct Need {
    std::string service;
    bool present;
};

struct Findings {
    std::vector<std::string> warnings;
    std::string refused;  // not empty: why this host does not take it
    std::vector<Need> needs;
    std::size_t symbols = 0;
};

Findings examine(const host::PluginLibrary& library) {
    Findings found;
    const consort_descriptor& d = library.descriptor();
    if (d.needs != nullptr) {
        for (const char* const* need = d.needs; *need != nullptr; ++need) {
            found.needs.push_back({*need, host::find_service(*need) != nullptr});
            if (!found.needs.back().present) {
                found.refused =
                    "it needs " + found.needs.back().service + ", which this host does not have";
            }
        }
    }
    found.symbols = host::exported_symbols(library.file()).size();
    if (found.symbols != 1) {
        found.warnings.push_back("it exports " + std::to_string(found.symbols) +
                                 " symbols instead of one: link it with consort_add_plugin");
    }
    if (*d.license == '\0') found.warnings.push_back("its descriptor names no licence");
    if (*d.version == '\0') found.warnings.push_back("its descriptor names no version");
    return found;
}

void print_text(const host::PluginLibrary& library, const Findings& found) {
    const consort_descriptor& d = library.descriptor();
    const auto row = [](const char* label, const std::string& value) {
        std::string padded = label;
        padded.resize(14, ' ');
        std::cout << padded << (value.empty() ? "-" : value) << "\n";
    };
    row("file", library.file().string());
    row("id", d.id);
    row("name", d.name);
    row("version", d.version);
    row("vendor", d.vendor);
    row("licence", d.license);
    row("description", d.description);
    row("url", d.url);
    row("maturity", d.maturity);
    row("hardening", d.hardening);
    row("ABI", std::to_string(library.entry().abi_major) + "." +
                   std::to_string(library.entry().abi_minor));
    row("exports", std::to_string(found.symbols) + (found.symbols == 1 ? " symbol" : " symbols"));
    std::cout << "needs" << (found.needs.empty() ? "         -" : "") << "\n";
    for (const Need& need : found.needs) {
        std::cout << "  " << need.service << (need.present ? "" : "   (not in this host)") << "\n";
    }
    std::cout << "settings" << (d.config_key_count == 0 ? "      -" : "") << "\n";
    for (std::size_t i = 0; i < d.config_key_count; ++i) {
        const consort_config_key& key = d.config_keys[i];
        std::cout << "  " << (key.name == nullptr ? "" : key.name) << ": "
                  << host::describe_type(key);
        if ((key.flags & CONSORT_CONFIG_REQUIRED) != 0) std::cout << "; required";
        if ((key.flags & CONSORT_CONFIG_SECRET) != 0) std::cout << "; secret";
        if (key.default_text != nullptr) std::cout << "; default " << key.default_text;
        std::cout << "\n      " << (key.description == nullptr ? "" : key.description) << "\n";
    }
    for (const std::string& warning : found.warnings) std::cout << "warning: " << warning << "\n";
    if (!found.refused.empty()) std::cout << "refused: " << found.refused << "\n";
}

class Json {
  public:
    void text(std::string_view name, std::string_view value) { raw(name, quoted(value)); }
    void raw(std::string_view name, const std::string& value) {
        out_ += (out_.empty() ? "" : ",") + quoted(name) + ":" + value;
    }
    std::string object() const { return "{" + out_ + "}"; }

    static std::string quoted(std::string_view value) {
        std::string text = "\"";
        observe::append_json_escaped(text, value);
        return text + "\"";
    }
    template <class List, class Each>
    static std::string array(const List& list, Each each) {
        std::string text;
        for (const auto& item : list) text += (text.empty() ? "" : ",") + each(item);
        return "[" + text + "]";
    }

  private:
    std::string out_;
};

void print_json(const host::PluginLibrary& library, const Findings& found) {
    const consort_descriptor& d = library.descriptor();
    Json json;
    json.text("file", library.file().string());
    json.text("id", d.id);
    json.text("name", d.name);
    json.text("version", d.version);
    json.text("vendor", d.vendor);
    json.text("license", d.license);
    json.text("description", d.description);
    json.text("url", d.url);
    json.text("maturity", d.maturity);
    json.text("hardening", d.hardening);
    json.text("abi", std::to_string(library.entry().abi_major) + "." +
                         std::to_string(library.entry().abi_minor));
    json.raw("exported_symbols", std::to_string(found.symbols));
    json.raw("needs", Json::array(found.needs, [](const Need& need) {
                 Json one;
                 one.text("service", need.service);
                 one.raw("present", need.present ? "true" : "false");
                 return one.object();
             }));
    const std::span keys(d.config_keys, d.config_key_count);
    json.raw("settings", Json::array(keys, [](const consort_config_key& key) {
                 Json one;
                 one.text("name", key.name == nullptr ? "" : key.name);
                 one.text("type", host::describe_type(key));
                 const bool required = (key.flags & CONSORT_CONFIG_REQUIRED) != 0;
                 one.raw("required", required ? "true" : "false");
                 one.raw("default",
                         key.default_text == nullptr ? "null" : Json::quoted(key.default_text));
                 one.text("description", key.description == nullptr ? "" : key.description);
                 return one.object();
             }));
    json.raw("warnings", Json::array(found.warnings, Json::quoted));
    json.raw("refused", found.refused.empty() ? "null" : Json::quoted(found.refused));
    std::cout << json.object() << "\n";
}

int refuse(const std::string& file, const std::string& why, bool as_json) {
    if (as_json) {
        Json json;
        json.text("file", file);
        json.text("refused", why);
        std::cout << json.object() << "\n";
    } else {
        std::cerr << file << " is refused: " << why << "\n";
    }
    return kRefused;
}

}  // namespace

int plugin_inspect(const Arguments& arguments) {
    const CommandLine line = parse(arguments, flags(), 1);
    if (line.has("help") || line.positional.size() != 1) {
        std::cout
            << "Usage: consort plugin inspect FILE [FLAGS]\n\n"
               "Loads a plugin in a process of its own, without starting it, and prints what\n"
               "it says of itself: id, ABI, needs, settings. Exit code 0: fine; 1: fine, with\n"
               "warnings; 2: this host refuses it.\n\n"
            << flags_help(flags());
        return line.has("help") ? kFine : kRefused;
    }
    const std::string& file = line.positional[0];
    if (!in_child()) {
        Arguments again{"plugin", "inspect"};
        again.insert(again.end(), arguments.begin(), arguments.end());
        const ChildEnd end = run_in_child(again, kLimit);
        if (end.signal == 0) return end.exit_code;
        return refuse(file, "while it was loaded " + end.how(), line.has("json"));
    }
    try {
        const host::PluginLibrary library(file);
        const Findings found = examine(library);
        if (line.has("json")) {
            print_json(library, found);
        } else {
            print_text(library, found);
        }
        if (!found.refused.empty()) return kRefused;
        return found.warnings.empty() ? kFine : kWarnings;
    } catch (const host::Incompatible& why) {
        return refuse(file, why.what(), line.has("json"));
    }
}

}  // namespace consort::app
