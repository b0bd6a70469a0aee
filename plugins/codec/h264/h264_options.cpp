#include "plugins/codec/h264/h264_options.hpp"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "consort/text.hpp"

namespace consort::h264 {
namespace {

std::optional<double> number_in(std::string_view text, double least, double most) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (!(value >= least && value <= most)) return std::nullopt;
    return value;
}

bool one_of(std::string_view value, std::initializer_list<std::string_view> possible) {
    return std::find(possible.begin(), possible.end(), value) != possible.end();
}

Error refused(std::string_view name, std::string_view value, std::string_view possible) {
    std::string text = "The option ";
    text.append(name).append(" of an H.264 rendition is '").append(value);
    text.append("'; possible are ").append(possible).append(".");
    return {CONSORT_E_UNSUPPORTED, text};
}

}  // namespace

Result<void> apply_options(const EncodeSettings& wanted, StreamSettings& settings) {
    for (const consort_encode_option& option : wanted.options) {
        const std::string_view name = view(option.name), value = view(option.value);
        if (name == "preset") {
            if (!one_of(value, {"ultrafast", "superfast", "veryfast", "faster", "fast", "medium",
                                "slow", "slower", "veryslow"}))
                return refused(name, value,
                               "ultrafast, superfast, veryfast, faster, fast, medium, slow, slower "
                               "and veryslow");
            settings.preset = value;
        } else if (name == "profile") {
            if (!one_of(value, {"baseline", "main", "high"}))
                return refused(name, value, "baseline, main and high");
            settings.profile = value;
        } else if (name == "rate_control") {
            if (!one_of(value, {"capped", "average"}))
                return refused(name, value, "capped and average");
            settings.average = value == "average";
        } else if (name == "crf") {
            const auto crf = number_in(value, 1, 51);
            if (!crf) return refused(name, value, "1 to 51");
            settings.crf = *crf;
        } else {
            return Error{CONSORT_E_UNSUPPORTED,
                         "An H.264 rendition has no option '" + std::string(name) +
                             "'; it has preset, profile, crf and rate_control."};
        }
    }
    return {};
}

}  // namespace consort::h264
