#include "core/catalog/catalog.hpp"

#include <algorithm>
#include <stdexcept>

#include "core/catalog/database.hpp"
#include "core/catalog/text.hpp"

namespace consort::catalog {
namespace {

constexpr std::uint32_t kMaxItems = 10'000;

// The columns of read_item.
std::string item_query(std::string_view where) {
    return "SELECT s.kind, s.uid, d.uri, s.name, COALESCE(t.title, m.title, e.title), t.artist, "
           "al.title, al.artist, t.isrc, s.duration_ns, t.disc_number, t.track_number, "
           "COALESCE(t.year, m.year, e.year) FROM sources s "
           "JOIN directories d ON d.id = s.directory_id LEFT JOIN tracks t ON t.id = s.id "
           "LEFT JOIN albums al ON al.id = t.album_id LEFT JOIN movies m ON m.id = s.id "
           "LEFT JOIN episodes e ON e.id = s.id WHERE " +
           std::string(where);
}
constexpr unsigned kItemColumns = 13;

Item read_item(const Row& row) {
    Item item;
    item.kind = static_cast<std::uint32_t>(row.integer(0));
    item.id = row.text(1);
    item.uri = row.text(2) + "/" + row.text(3);
    item.title = row.text(4);
    item.artist = row.text(5);
    item.album = row.text(6);
    item.album_artist = row.text(7);
    item.isrc = row.text(8);
    item.duration_ns = row.integer(9);
    item.disc_number = static_cast<std::uint32_t>(row.integer(10));
    item.track_number = static_cast<std::uint32_t>(row.integer(11));
    item.year = static_cast<std::uint32_t>(row.integer(12));
    return item;
}

Error no_such_item() {
    return {CONSORT_E_NOT_FOUND,
            "There is no such item in the library. It may have been removed; look it up again."};
}

}  // namespace

std::string sqlite_url(std::string_view path) { return "sqlite://" + std::string(path); }

Catalog::Catalog(const Options& options)
    : database_(std::make_unique<Database>(options.url, options.readers)) {}

Catalog::~Catalog() = default;

Result<media::ItemSource> Catalog::source_of(std::string_view item_id) {
    const Database::Reader reader = database_->read();
    media::ItemSource source;
    std::string reason;
    reader->query(
        "SELECT d.uri, s.name, s.content_type, s.container, s.reason FROM sources s "
        "JOIN directories d ON d.id = s.directory_id WHERE s.uid = ?",
        5, {item_id}, [&](const Row& row) {
            source.uri = row.text(0) + "/" + row.text(1);
            source.file_name = percent_decode(row.text(1));
            source.content_type = row.text(2);
            source.container = row.text(3);
            reason = row.text(4);
        });
    if (Result<void> status = reader->status(); !status) return status.error();
    if (source.uri.empty()) return no_such_item();
    if (!reason.empty())
        return Error{CONSORT_E_NOT_FOUND, "The file of this item is broken: " + reason};
    return source;
}

Result<Item> Catalog::item(std::string_view item_id) {
    static const std::string sql = item_query("s.uid = ? AND s.state = 0");
    const Database::Reader reader = database_->read();
    Item item;
    reader->query(sql, kItemColumns, {item_id}, [&](const Row& row) { item = read_item(row); });
    if (Result<void> status = reader->status(); !status) return status.error();
    if (item.id.empty()) return no_such_item();
    return item;
}

Result<std::vector<Item>> Catalog::items(std::uint32_t kind, std::string_view after,
                                         std::uint32_t limit) {
    static const std::string sql = item_query("s.kind = ? AND s.uid > ? ORDER BY s.uid LIMIT ?");
    const Database::Reader reader = database_->read();
    std::vector<Item> items;
    reader->query(sql, kItemColumns, {kind, after, std::min(limit, kMaxItems)},
                  [&](const Row& row) { items.push_back(read_item(row)); });
    if (Result<void> status = reader->status(); !status) return status.error();
    return items;
}

Result<Counts> Catalog::counts() {
    const Database::Reader reader = database_->read();
    Counts counts;
    const auto count = [&](const char* what) {
        return static_cast<std::uint64_t>(
            reader->number("SELECT COUNT(*) FROM " + std::string(what)));
    };
    counts.tracks = count("tracks");
    counts.albums = count("albums");
    counts.artists = count("artists WHERE track_count > 0 OR album_count > 0");
    counts.genres = count("genres");
    counts.movies = count("movies");
    counts.shows = count("shows");
    counts.episodes = count("episodes");
    counts.broken = count("sources WHERE state = 1");
    if (Result<void> status = reader->status(); !status) return status.error();
    return counts;
}

Result<void> Catalog::check() {
    const Database::Reader reader = database_->read();
    reader->number("SELECT value FROM meta WHERE name = 'generation'");
    return reader->status();
}

std::uint64_t Catalog::generation() const noexcept { return database_->generation(); }

Database& Catalog::database() noexcept { return *database_; }

}  // namespace consort::catalog
