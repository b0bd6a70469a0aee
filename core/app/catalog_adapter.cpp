#include "core/app/catalog_adapter.hpp"

namespace consort::app {

namespace {

consort_str lend(const std::string& text) { return {text.data(), text.size()}; }

consort_item to_abi(const catalog::Item& item) {
    consort_item raw{};
    raw.struct_size = sizeof raw;
    raw.kind = item.kind;
    raw.id = lend(item.id);
    raw.uri = lend(item.uri);
    raw.title = lend(item.title);
    raw.artist = lend(item.artist);
    raw.album = lend(item.album);
    raw.album_artist = lend(item.album_artist);
    raw.isrc = lend(item.isrc);
    raw.duration_ns = item.duration_ns;
    raw.disc_number = item.disc_number;
    raw.track_number = item.track_number;
    raw.year = item.year;
    return raw;
}

}  // namespace

Result<void> CatalogAdapter::item(std::string_view id, const Each& each) {
    const Result<catalog::Item> found = catalog_.item(id);
    if (!found) return found.error();
    const consort_status status = each(to_abi(*found));
    if (status < 0) return Error{status, "the plugin refused the item"};
    return {};
}

Result<void> CatalogAdapter::items(std::uint32_t kind, std::string_view after, std::uint32_t limit,
                                   const Each& each) {
    const Result<std::vector<catalog::Item>> found = catalog_.items(kind, after, limit);
    if (!found) return found.error();
    for (const catalog::Item& item : *found) {
        if (each(to_abi(item)) != CONSORT_OK) break;
    }
    return {};
}

}  // namespace consort::app
