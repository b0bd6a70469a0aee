#include "plugins/codec/jpeg/sprite_layout.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "consort/text.hpp"

namespace consort::jpeg {
namespace {

Error refused(std::string_view name, std::string_view value, std::uint32_t least,
              std::uint32_t most) {
    return {CONSORT_E_UNSUPPORTED, "The option " + std::string(name) + " of a JPEG rendition is '" +
                                       std::string(value) + "'; possible is a whole number from " +
                                       std::to_string(least) + " to " + std::to_string(most) + "."};
}

}  // namespace

Result<SpriteLayout> SpriteLayout::from_options(const EncodeSettings& wanted) {
    SpriteLayout layout;
    std::uint32_t quality = 5;
    const struct {
        std::string_view name;
        std::uint32_t* value;
        std::uint32_t least, most;
    } options[] = {{"interval", &layout.interval, 1, 3'600},
                   {"tile_columns", &layout.columns, 1, 20},
                   {"tile_rows", &layout.rows, 1, 20},
                   {"quality", &quality, 2, 31}};
    for (const consort_encode_option& given : wanted.options) {
        const std::string_view name = view(given.name), text = view(given.value);
        const auto* option =
            std::ranges::find_if(options, [&](const auto& each) { return each.name == name; });
        if (option == std::end(options))
            return Error{CONSORT_E_UNSUPPORTED,
                         "A JPEG rendition has no option '" + std::string(name) +
                             "'; it has interval, tile_columns, tile_rows and quality."};
        const auto [end, error] =
            std::from_chars(text.data(), text.data() + text.size(), *option->value);
        if (error != std::errc() || end != text.data() + text.size() ||
            *option->value < option->least || *option->value > option->most)
            return refused(name, text, option->least, option->most);
    }
    layout.quality = static_cast<int>(quality);
    return layout;
}

std::uint32_t SpriteLayout::tiles_of(std::uint32_t sheet) const noexcept {
    return std::min(tiles - sheet * per_sheet(), per_sheet());
}

std::uint32_t SpriteLayout::rows_of(std::uint32_t sheet) const noexcept {
    return (tiles_of(sheet) + columns - 1) / columns;
}

std::string SpriteLayout::text() const {
    const auto field = [](const char* name, std::uint32_t value) {
        return std::string(name) + "=" + std::to_string(value);
    };
    return field("interval", interval) + field(" columns", columns) + field(" rows", rows) +
           field(" width", tile.width) + field(" height", tile.height) + field(" tiles", tiles);
}

}  // namespace consort::jpeg
