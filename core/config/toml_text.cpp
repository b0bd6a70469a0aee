#include "core/config/toml_text.hpp"

#include <algorithm>
#include <sstream>
#include <toml.hpp>
#include <utility>

namespace consort::config {

namespace {

constexpr std::size_t kMaxMistakes = 20;

Raw to_raw(const toml::value& value) {
    switch (value.type()) {
        case toml::value_t::string:
            return value.as_string().str;
        case toml::value_t::integer:
            return static_cast<std::int64_t>(value.as_integer());
        case toml::value_t::floating:
            return static_cast<double>(value.as_floating());
        case toml::value_t::boolean:
            return static_cast<bool>(value.as_boolean());
        case toml::value_t::array: {
            std::vector<std::string> items;
            for (const toml::value& item : value.as_array()) {
                if (!item.is_string()) return {};
                items.push_back(item.as_string().str);
            }
            return items;
        }
        default:
            return {};
    }
}

void flatten(const toml::value& table, const std::string& section, TomlText& out) {
    for (const auto& [name, value] : table.as_table()) {
        const unsigned line = value.location().line();
        const bool nests = section.empty() || section == "plugins" || section == "renditions" ||
                           (section.starts_with("renditions.") && name == "options");
        if (value.is_table() && nests) {
            const std::string inner = section.empty() ? name : section + "." + name;
            out.entries.push_back({inner, {}, {}, line});
            flatten(value, inner, out);
        } else {
            out.entries.push_back({section, name, to_raw(value), line});
        }
    }
}

// toml11 draws a picture around its sentence: the sentence is the first line, after a prefix.
std::string sentence(std::string what) {
    what = what.substr(0, what.find('\n'));
    if (const auto colon = what.find(": "); what.starts_with("[error] toml::")) {
        what = what.substr(colon == std::string::npos ? 8 : colon + 2);
    }
    return what;
}

using Lines = std::vector<std::string>;

Lines split(std::string_view text) {
    Lines lines;
    std::istringstream in{std::string(text)};
    for (std::string line; std::getline(in, line);) lines.push_back(std::move(line));
    return lines;
}

std::string join(const Lines& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + '\n';
    return text;
}

// Takes the wrong line out; with a wrong section header all that it was to hold.
void blank(Lines& lines, std::size_t index) {
    const bool header = lines[index].find_first_not_of(" \t") != std::string::npos &&
                        lines[index][lines[index].find_first_not_of(" \t")] == '[';
    lines[index].clear();
    if (!header) return;
    for (++index; index < lines.size() && !lines[index].starts_with('['); ++index) {
        lines[index].clear();
    }
}

}  // namespace

TomlText read_toml(std::string_view text) {
    TomlText out;
    Lines lines = split(text);
    while (out.mistakes.size() < kMaxMistakes) {
        try {
            std::istringstream in(join(lines));
            flatten(toml::parse(in, "configuration"), {}, out);
            break;
        } catch (const toml::exception& error) {
            const std::size_t line = error.location().line();
            out.mistakes.push_back("line " + std::to_string(line) +
                                   " is not TOML: " + sentence(error.what()));
            if (line == 0 || line > lines.size() || lines[line - 1].empty()) break;
            blank(lines, line - 1);
        } catch (const std::exception& error) {
            out.mistakes.push_back("the file is not TOML: " + sentence(error.what()));
            break;
        }
    }
    std::ranges::stable_sort(out.entries, {}, &TomlEntry::line);
    return out;
}

}  // namespace consort::config
