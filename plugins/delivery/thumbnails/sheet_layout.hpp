// How thumbnails lie on sheets, and the WebVTT file that tells players.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace consort::thumbnails {

// Thumbnail n shows the film from n × interval on; sheets hold columns × rows of them, row by row.
struct SheetLayout {
    std::uint64_t interval = 0;  // seconds
    std::uint64_t columns = 0, rows = 0, width = 0, height = 0;
    std::uint64_t tiles = 0;

    // "interval=10 columns=10 rows=10 width=160 height=90 tiles=72", as the encoder of the sheets
    // describes them; nothing if it is not that, or makes no sense.
    static std::optional<SheetLayout> parse(std::string_view text);

    std::uint64_t per_sheet() const noexcept { return columns * rows; }
    std::uint64_t sheets() const noexcept { return (tiles + per_sheet() - 1) / per_sheet(); }

    // A cue for each thumbnail, which names a part of a sheet as a spatial media fragment:
    // `thumbnails0.jpg?v=<version>#xywh=160,0,160,90`. The last one ends with the film.
    std::string webvtt(std::uint64_t duration_ms, std::string_view version) const;
};

}  // namespace consort::thumbnails
