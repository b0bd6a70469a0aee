#include "core/host/plugin_config.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "core/config/keys.hpp"
#include "core/host/guard.hpp"

namespace consort::host {

namespace {

using config::PluginValue;

std::string number_text(double value) {
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    return {buffer.data(), end.ptr};
}

bool bounded(const consort_config_key& key) {
    return (key.minimum != 0 || key.maximum != 0) &&
           (key.type == CONSORT_CONFIG_INTEGER || key.type == CONSORT_CONFIG_REAL);
}

bool within(const consort_config_key& key, const PluginValue& value) {
    if (!bounded(key)) return true;
    double number = NAN;
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        number = static_cast<double>(*integer);
    } else if (const auto* real = std::get_if<double>(&value)) {
        number = *real;
    }
    return number >= key.minimum && number <= key.maximum;
}

// The value as the declared type; a whole number will do for a real one, an empty list for strings.
std::optional<PluginValue> as_declared(const consort_config_key& key, const PluginValue& value) {
    if (key.type == CONSORT_CONFIG_REAL) {
        if (const auto* integer = std::get_if<std::int64_t>(&value)) {
            return PluginValue(static_cast<double>(*integer));
        }
    }
    const bool fits =
        (key.type == CONSORT_CONFIG_STRING && std::holds_alternative<std::string>(value)) ||
        (key.type == CONSORT_CONFIG_INTEGER && std::holds_alternative<std::int64_t>(value)) ||
        (key.type == CONSORT_CONFIG_REAL && std::holds_alternative<double>(value)) ||
        (key.type == CONSORT_CONFIG_BOOLEAN && std::holds_alternative<bool>(value)) ||
        (key.type == CONSORT_CONFIG_STRINGS &&
         std::holds_alternative<std::vector<std::string>>(value));
    return fits ? std::optional(value) : std::nullopt;
}

std::string shown(const consort_config_key& key, const PluginValue& value) {
    if ((key.flags & CONSORT_CONFIG_SECRET) != 0) return {};
    if (const auto* text = std::get_if<std::string>(&value)) return ", not \"" + *text + "\"";
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        return ", not " + std::to_string(*integer);
    }
    if (const auto* real = std::get_if<double>(&value)) return ", not " + number_text(*real);
    if (const auto* truth = std::get_if<bool>(&value)) return *truth ? ", not true" : ", not false";
    return ", not a list";
}

class Check {
  public:
    Check(const consort_descriptor& descriptor, const config::Loaded& configuration)
        : keys_(descriptor.config_keys, descriptor.config_key_count),
          flags_(descriptor.config_flags, descriptor.config_flag_count),
          plugin_(descriptor.name),
          configuration_(configuration) {}

    PluginConfig run() {
        const auto& sections = configuration_.settings.plugins.sections;
        if (const auto found = sections.find(plugin_); found != sections.end()) {
            for (const auto& [name, value] : found->second) take(name, value);
        }
        for (const consort_config_key& key : keys_) {
            take_environment(key);
            take_other_names(key);
            complete(key);
        }
        return std::move(result_);
    }

  private:
    std::string where(const std::string& name) const {
        const auto line = configuration_.plugin_lines.find({plugin_, name});
        return line == configuration_.plugin_lines.end() ? std::string()
                                                         : ", line " + std::to_string(line->second);
    }

    void take(const std::string& name, const PluginValue& value) {
        for (const consort_config_key& key : keys_) {
            if (name != view(key.name)) continue;
            seen_.push_back(name);
            put(key, value, "[plugins." + plugin_ + "] " + name + where(name));
            return;
        }
        std::vector<std::string_view> known;
        for (const consort_config_key& key : keys_) known.push_back(view(key.name));
        const std::string_view best = config::nearest(name, known);
        std::string text = "unknown key '" + name + "' in [plugins." + plugin_ + "]" + where(name);
        if (!best.empty()) {
            text += ": did you mean '" + std::string(best) + "'?";
        } else if (known.empty()) {
            text += ": this plugin has no settings";
        } else {
            text += "; known keys:";
            for (const std::string_view key : known) text += " " + std::string(key);
        }
        result_.mistakes.push_back(std::move(text));
    }

    void put(const consort_config_key& key, const PluginValue& value, const std::string& place) {
        const std::optional<PluginValue> fitting = as_declared(key, value);
        if (fitting && within(key, *fitting)) {
            result_.values[key.name] = *fitting;
        } else {
            result_.mistakes.push_back(place + ": must be " + describe_type(key) +
                                       shown(key, value));
        }
    }

    void take_environment(const consort_config_key& key) {
        const std::string name = config::environment_name("plugins." + plugin_, view(key.name));
        const auto found = configuration_.plugin_environment.find(name);
        if (found == configuration_.plugin_environment.end()) return;
        put_text(key, found->second, "environment variable " + name);
    }

    // The names that the plugin itself has given the key: first the variable, then the flag.
    void take_other_names(const consort_config_key& key) {
        for (const consort_config_flag& other : flags_) {
            if (view(other.key) != view(key.name)) continue;
            if (other.environment != nullptr) {
                const auto found = configuration_.environment.find(other.environment);
                if (found != configuration_.environment.end() && !found->second.empty())
                    put_text(key, found->second,
                             "environment variable " + std::string(other.environment));
            }
            if (other.flag == nullptr) continue;
            result_.flags.emplace_back(other.flag);
            for (const config::Flag& given : configuration_.plugin_flags)
                if (given.key == other.flag) put_text(key, given.value, given.shown);
        }
    }

    void put_text(const consort_config_key& key, const std::string& text,
                  const std::string& place) {
        seen_.emplace_back(key.name);
        const auto value = config::plugin_value_from_text(key.type, text);
        put(key, value ? *value : PluginValue(text), place);
    }

    void complete(const consort_config_key& key) {
        if (result_.values.contains(key.name)) return;
        for (const std::string& name : seen_) {
            if (name == key.name) return;  // it was there, but wrong
        }
        if (key.default_text != nullptr) {
            const auto value = config::plugin_value_from_text(key.type, key.default_text);
            if (value) {
                result_.values[key.name] = *value;
            } else {
                result_.mistakes.push_back("the plugin's own default for " + std::string(key.name) +
                                           " is not " + describe_type(key) + ": tell its author");
            }
        } else if ((key.flags & CONSORT_CONFIG_REQUIRED) != 0) {
            result_.mistakes.push_back("[plugins." + plugin_ + "]" + where("") + " lacks " +
                                       std::string(key.name) + ", " + describe_type(key) + ": " +
                                       std::string(view(key.description)));
        }
    }

    std::span<const consort_config_key> keys_;
    std::span<const consort_config_flag> flags_;
    std::string plugin_;
    const config::Loaded& configuration_;
    std::vector<std::string> seen_;
    PluginConfig result_;
};

}  // namespace

PluginConfig check_plugin_config(const consort_descriptor& descriptor,
                                 const config::Loaded& configuration) {
    return Check(descriptor, configuration).run();
}

std::string describe_type(const consort_config_key& key) {
    std::string text;
    switch (key.type) {
        case CONSORT_CONFIG_STRING:
            text = "a text in quotes";
            break;
        case CONSORT_CONFIG_INTEGER:
            text = "a whole number";
            break;
        case CONSORT_CONFIG_REAL:
            text = "a number";
            break;
        case CONSORT_CONFIG_BOOLEAN:
            text = "true or false";
            break;
        case CONSORT_CONFIG_STRINGS:
            text = "a list of texts";
            break;
        default:
            return "of a type that this host does not know";
    }
    if (bounded(key))
        text += " from " + number_text(key.minimum) + " to " + number_text(key.maximum);
    return text;
}

}  // namespace consort::host
