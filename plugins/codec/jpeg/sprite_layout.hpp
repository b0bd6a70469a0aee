// How thumbnails lie on sheets.
#pragma once

#include <cstdint>
#include <string>

#include "consort/offers/encoder.hpp"

#include "plugins/codec/common/video/picture_plan.hpp"

namespace consort::jpeg {

// Thumbnail n shows the film at n × interval; sheets hold columns × rows of them, row by row. A
// sheet has as many rows as it needs.
struct SpriteLayout {
    std::uint32_t interval = 10;  // seconds
    std::uint32_t columns = 10, rows = 10;
    video::Size tile;
    std::uint32_t tiles = 0;  // of the whole film
    int quality = 5;          // 2 (best) to 31

    std::uint32_t per_sheet() const noexcept { return columns * rows; }
    std::uint32_t sheets() const noexcept { return (tiles + per_sheet() - 1) / per_sheet(); }
    std::uint32_t tiles_of(std::uint32_t sheet) const noexcept;
    std::uint32_t rows_of(std::uint32_t sheet) const noexcept;

    // For those who show the sheets: "interval=10 columns=10 rows=10 width=160 height=90 tiles=72".
    std::string text() const;

    // From the options interval, tile_columns, tile_rows and quality. UNSUPPORTED, with what is
    // possible, for any other; the tile and the number of tiles stay 0.
    static Result<SpriteLayout> from_options(const EncodeSettings& wanted);
};

}  // namespace consort::jpeg
