#include "core/config/assign.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <type_traits>

namespace consort::config {

namespace {

std::string number_text(double value) {
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                   std::chars_format::general, 15);
    if (value == std::floor(value) && std::abs(value) < 1e15) {
        return std::to_string(static_cast<std::int64_t>(value));
    }
    return {buffer.data(), end.ptr};
}

std::string shown(const Raw& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return "\"" + *text + "\"";
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
    if (const auto* real = std::get_if<double>(&value)) return number_text(*real);
    if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
    if (std::holds_alternative<std::vector<std::string>>(value)) return "a list";
    return "something else";
}

std::string bounds(const Key& key, std::string_view what) {
    std::string text = "must be " + std::string(what);
    if (key.minimum != 0 || key.maximum != 0) {
        text += " from " + number_text(key.minimum) + " to " + number_text(key.maximum);
    }
    return text;
}

bool within(const Key& key, double value) {
    if (key.minimum == 0 && key.maximum == 0) return value >= 0;
    return value >= key.minimum && value <= key.maximum;
}

std::string assign_string(const Key& key, const Raw& value, std::string& target) {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) return "must be a text in quotes, not " + shown(value);
    bool allowed = key.choices.empty();
    std::string list;
    for (std::size_t i = 0; i < key.choices.size(); ++i) {
        allowed = allowed || key.choices[i] == *text;
        if (i > 0) list += i + 1 == key.choices.size() ? " or " : ", ";
        list += '"' + std::string(key.choices[i]) + '"';
    }
    if (!allowed) return "must be " + list + ", not " + shown(value);
    target = *text;
    return {};
}

template <class Integer>
std::string assign_integer(const Key& key, const Raw& value, Integer& target) {
    const auto* integer = std::get_if<std::int64_t>(&value);
    if (integer == nullptr || !within(key, static_cast<double>(*integer))) {
        return bounds(key, "a whole number") + ", not " + shown(value);
    }
    target = static_cast<Integer>(*integer);
    return {};
}

std::string assign_seconds(const Key& key, const Raw& value, std::chrono::milliseconds& target) {
    double seconds = NAN;
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        seconds = static_cast<double>(*integer);
    } else if (const auto* real = std::get_if<double>(&value)) {
        seconds = *real;
    }
    if (std::isnan(seconds) || !within(key, seconds)) {
        return bounds(key, "a number of seconds") + ", not " + shown(value);
    }
    target = std::chrono::milliseconds(std::llround(seconds * 1000));
    return {};
}

}  // namespace

std::string assign(const Key& key, const Raw& value, Settings& settings) {
    return std::visit(
        [&](auto* target) -> std::string {
            using T = std::remove_pointer_t<decltype(target)>;
            if constexpr (std::is_same_v<T, std::string>) {
                return assign_string(key, value, *target);
            } else if constexpr (std::is_same_v<T, std::filesystem::path>) {
                std::string text;
                std::string wrong = assign_string(key, value, text);
                if (wrong.empty() && text.empty()) wrong = "must not be empty";
                if (wrong.empty()) *target = text;
                return wrong;
            } else if constexpr (std::is_same_v<T, bool>) {
                const auto* truth = std::get_if<bool>(&value);
                if (truth == nullptr) return "must be true or false, not " + shown(value);
                *target = *truth;
                return {};
            } else if constexpr (std::is_same_v<T, std::chrono::milliseconds>) {
                return assign_seconds(key, value, *target);
            } else if constexpr (std::is_integral_v<T>) {
                return assign_integer(key, value, *target);
            } else {
                const auto* list = std::get_if<std::vector<std::string>>(&value);
                if (list == nullptr) return "must be a list of texts, not " + shown(value);
                target->assign(list->begin(), list->end());
                return {};
            }
        },
        key.target(settings));
}

bool is_list(const Key& key) {
    Settings any;
    const Target target = key.target(any);
    return std::holds_alternative<std::vector<std::string>*>(target) ||
           std::holds_alternative<std::vector<std::filesystem::path>*>(target);
}

std::string assign_text(const Key& key, std::string_view text, bool append, Settings& settings) {
    const Target target = key.target(settings);
    Raw raw = std::string(text);
    if (std::holds_alternative<std::uint16_t*>(target) ||
        std::holds_alternative<unsigned*>(target) ||
        std::holds_alternative<std::uint64_t*>(target)) {
        if (const auto integer = to_integer(text)) raw = *integer;
    } else if (std::holds_alternative<std::chrono::milliseconds*>(target)) {
        if (const auto real = to_real(text)) raw = *real;
    } else if (std::holds_alternative<bool*>(target)) {
        if (const auto truth = to_boolean(text)) raw = *truth;
    } else if (is_list(key)) {
        if (!append) return assign(key, split_list(text), settings);
        std::visit(
            [&](auto* list) {
                if constexpr (requires { list->emplace_back(std::string(text)); }) {
                    list->emplace_back(std::string(text));
                }
            },
            target);
        return {};
    }
    return assign(key, raw, settings);
}

std::optional<std::int64_t> to_integer(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<double> to_real(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<bool> to_boolean(std::string_view text) {
    if (text == "true" || text == "1" || text == "yes" || text == "on") return true;
    if (text == "false" || text == "0" || text == "no" || text == "off") return false;
    return std::nullopt;
}

std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> items;
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        std::string_view item = text.substr(0, comma);
        while (item.starts_with(' ')) item.remove_prefix(1);
        while (item.ends_with(' ')) item.remove_suffix(1);
        if (!item.empty()) items.emplace_back(item);
        if (comma == std::string_view::npos) break;
        text.remove_prefix(comma + 1);
    }
    return items;
}

}  // namespace consort::config
