#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

#include "core/catalog/routes.hpp"
#include "core/catalog/text.hpp"
#include "core/observe/log.hpp"

namespace consort::catalog {
namespace {

constexpr std::uint64_t kMaxImage = 32 << 20;
constexpr unsigned kSmallest = 16, kLargest = 1024;  // pixels of the longer side

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

std::string tag_of(const CoverPlace& place) {
    std::string tag;
    if (!place.file.empty()) tag = "c" + place.identity;
    if (!place.image.empty())
        tag += "f" + std::to_string(place.modified_ns) + "-" + std::to_string(place.size);
    return tag;
}

// An album's address does not name its picture's content, so caches must ask again some day.
http::Response image_response(std::string_view type, std::string tag) {
    http::Response response;
    response.content_type = type;
    response.etag = std::move(tag);
    response.cache_control = "public, max-age=3600";
    response.compressible = false;
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    return response;
}

// The picture as it is stored. Only what is an image goes out as one: tags name any type they like.
Result<std::string> read_cover(MediaFiles& files, const CoverPlace& place) {
    if (!place.file.empty()) {
        Result<media::Cover> cover =
            files.cover(place.directory + "/" + place.file, percent_decode(place.file));
        if (cover && !image_type(cover->bytes).empty()) return std::move(cover->bytes);
    }
    if (!place.image.empty()) {
        Result<std::string> bytes = files.read(place.directory + "/" + place.image, kMaxImage);
        if (bytes && !image_type(*bytes).empty()) return bytes;
    }
    return Error{CONSORT_E_NOT_FOUND, "There is no cover."};
}

void answer_stored(const Library& library, http::Exchange& exchange, const CoverPlace& place) {
    Result<std::string> bytes = read_cover(library.files, place);
    if (!bytes) return not_found(exchange, "cover");
    http::Response response = image_response(image_type(*bytes), tag_of(place));
    response.body.push_back(http::Slice::text(std::move(*bytes)));
    exchange.respond(std::move(response));
}

void refuse_scaling(http::Exchange& exchange, const Error& error) {
    switch (error.status) {
        case CONSORT_E_NOT_FOUND:
            return not_found(exchange, "cover");
        case CONSORT_E_DENIED:
        case CONSORT_E_CORRUPT:
            exchange.problem(422, "cover_unusable", error.text);
            return;
        default:
            observe::Logger("catalog").error(error.text, {{"request", exchange.request_id()}});
            exchange.problem(500, "cover_failed",
                             "The cover could not be scaled. The server's log says why.");
    }
}

// Smaller pictures are made once and kept with the segments.
void answer_scaled(const Library& library, http::Exchange& exchange, CoverPlace place,
                   unsigned size) {
    std::string tag = tag_of(place) + "-" + std::to_string(size);
    auto produce = [&files = library.files, place = std::move(place),
                    size](media::SegmentCache::Fill& fill) -> Result<void> {
        Result<std::string> bytes = read_cover(files, place);
        if (!bytes) return bytes.error();
        Result<media::Cover> small = files.scale(*bytes, size);
        // Another kind of picture than the plugins know is shown as it is.
        if (!small && small.error().status != CONSORT_E_UNSUPPORTED) return small.error();
        const std::string& chosen = small ? small->bytes : *bytes;
        void* room = fill.allocate(chosen.size());
        if (room == nullptr) return Error{CONSORT_E_NO_MEMORY, "There is no memory for a cover."};
        std::memcpy(room, chosen.data(), chosen.size());
        return {};
    };
    const std::string key = "cover/" + tag;
    const bool queued = library.cache.fetch(
        key, std::move(produce),
        [kept = http::ExchangePtr(&exchange), tag](const Error* error, const consort_slice* made) {
            if (error != nullptr) return refuse_scaling(*kept, *error);
            http::Slice slice(*made);
            const std::string_view bytes(static_cast<const char*>(made->data), made->length);
            http::Response response = image_response(image_type(bytes), tag);
            response.body.push_back(std::move(slice));
            kept->respond(std::move(response));
        });
    if (!queued)
        exchange.problem(503, "overloaded", "The server is busy; ask for the cover again soon.");
}

// The size asked for, kept within what is made; 0: as it is stored.
std::optional<unsigned> wanted_size(const http::Exchange& exchange) {
    const auto text = exchange.query("size");
    if (!text) return 0;
    unsigned size = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), size);
    if (error != std::errc() || end != text->data() + text->size() || size < 1 || size > 8192)
        return {};
    return std::clamp(size, kSmallest, kLargest);
}

void answer_cover(std::string_view where, const Library& library, http::Exchange& exchange) {
    const std::optional<unsigned> size = wanted_size(exchange);
    if (!size)
        return refuse(exchange, {"size", "size must be a whole number of pixels, 1 to 8192."});
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
    if (place.file.empty() && place.image.empty()) return not_found(exchange, "cover");
    if (*size == 0) return answer_stored(library, exchange, place);
    answer_scaled(library, exchange, std::move(place), *size);
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
