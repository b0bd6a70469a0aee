#include <charconv>

#include "core/catalog/routes.hpp"
#include "core/catalog/text.hpp"

namespace consort::catalog {
namespace {

constexpr std::uint64_t kMaxImage = 32 << 20;

struct CoverPlace {
    std::string directory, file, identity;  // a file with a picture in it
    std::string image;                      // or a picture in the folder
    std::int64_t size = 0, modified_ns = 0;
};

constexpr std::string_view kColumns =
    "SELECT d.uri, CASE WHEN s.has_cover = 1 THEN s.name ELSE '' END, s.identity, d.cover_name, "
    "d.cover_size, d.cover_modified_ns FROM sources s JOIN directories d ON d.id = s.directory_id ";

std::string_view image_type(std::string_view bytes) {
    if (bytes.starts_with("\xFF\xD8\xFF")) return "image/jpeg";
    if (bytes.starts_with("\x89PNG\r\n\x1A\n")) return "image/png";
    if (bytes.starts_with("GIF8")) return "image/gif";
    if (bytes.starts_with("RIFF") && bytes.size() > 12 && bytes.substr(8, 4) == "WEBP")
        return "image/webp";
    return {};
}

void answer_image(http::Exchange& exchange, std::string bytes, std::string tag) {
    // Only what is an image goes out as one: tags name any type they like.
    const std::string_view type = image_type(bytes);
    if (type.empty()) return not_found(exchange, "cover");
    http::Response response = http::text_response(200, std::string(type), std::move(bytes));
    response.etag = std::move(tag);
    response.cache_control = "public, max-age=3600";
    response.compressible = false;
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    exchange.respond(std::move(response));
}

void answer_cover(std::string_view where, const Library& library, http::Exchange& exchange) {
    if (const auto size = exchange.query("size")) {
        unsigned pixels = 0;
        const auto [end, error] =
            std::from_chars(size->data(), size->data() + size->size(), pixels);
        if (error != std::errc() || end != size->data() + size->size() || pixels < 1 ||
            pixels > 8192)
            return refuse(exchange, {"size", "size must be a whole number of pixels, 1 to 8192."});
    }
    CoverPlace place;
    {
        const Database::Reader reader = library.catalog.database().read();
        const std::string sql = std::string(kColumns) + std::string(where);
        reader->query(sql, 6, {exchange.param("id")}, [&](const Row& row) {
            place = {row.text(0), row.text(1),    row.text(2),
                     row.text(3), row.integer(4), row.integer(5)};
        });
        if (const Result<void> status = reader->status(); !status)
            return database_failed(exchange, status.error());
    }
    if (!place.file.empty()) {
        Result<media::Cover> cover =
            library.files.cover(place.directory + "/" + place.file, percent_decode(place.file));
        if (cover && !image_type(cover->bytes).empty())
            return answer_image(exchange, std::move(cover->bytes), "c" + place.identity);
    }
    if (!place.image.empty()) {
        Result<std::string> bytes =
            library.files.read(place.directory + "/" + place.image, kMaxImage);
        if (bytes)
            return answer_image(
                exchange, std::move(*bytes),
                "f" + std::to_string(place.modified_ns) + "-" + std::to_string(place.size));
    }
    not_found(exchange, "cover");
}

}  // namespace

void add_cover_routes(http::Router& router, const Library& library) {
    const auto add = [&](std::string path, std::string_view where) {
        add_get(router, library, "/api/v1/" + std::move(path) + "/{id}/cover",
                [where](const Library& l, http::Exchange& x) { answer_cover(where, l, x); });
    };
    add("tracks", "WHERE s.uid = ? AND s.kind = 1");
    add("movies", "WHERE s.uid = ? AND s.kind = 2");
    add("episodes", "WHERE s.uid = ? AND s.kind = 3");
    add("albums",
        "JOIN tracks t ON t.id = s.id JOIN albums a ON a.id = t.album_id WHERE a.uid = ? "
        "AND (s.has_cover = 1 OR d.cover_name <> '') "
        "ORDER BY t.disc_number, t.track_number, t.id LIMIT 1");
}

}  // namespace consort::catalog
