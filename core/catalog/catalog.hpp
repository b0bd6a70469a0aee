// The library's catalog: what items there are, where their bytes lie, and what is known of them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "consort/abi/catalog.h"
#include "consort/result.hpp"

#include "core/media/media_service.hpp"

namespace consort::catalog {

class Database;

struct Item {
    std::uint32_t kind = 0;  // CONSORT_ITEM_*
    std::string id, uri, title, artist, album, album_artist, isrc;
    std::int64_t duration_ns = 0;
    std::uint32_t disc_number = 0, track_number = 0, year = 0;  // 0: unknown
};

struct Counts {
    std::uint64_t tracks = 0, albums = 0, artists = 0, genres = 0;
    std::uint64_t movies = 0, shows = 0, episodes = 0, broken = 0;
};

// The URL of an SQLite catalog in a file: "sqlite:///var/lib/consort/catalog.db".
std::string sqlite_url(std::string_view path);

// Every call blocks, is safe from any thread, and belongs on a worker.
class Catalog {
  public:
    struct Options {
        std::string url;       // the scheme selects the database; "sqlite" is built in
        unsigned readers = 4;  // sessions that read at the same time; the rest wait
    };
    // Opens or creates the database and brings its schema up to date. Throws std::runtime_error
    // with a sentence for people: it cannot be opened, or a newer program wrote it.
    explicit Catalog(const Options& options);
    ~Catalog();
    Catalog(const Catalog&) = delete;
    Catalog& operator=(const Catalog&) = delete;

    // media::ItemResolver. NOT_FOUND: no such item, or its file is broken (the text has the
    // reason).
    Result<media::ItemSource> source_of(std::string_view item_id);
    Result<Item> item(std::string_view item_id);
    // Items of one kind in the order of their ids, those after `after` (empty: from the start).
    Result<std::vector<Item>> items(std::uint32_t kind, std::string_view after,
                                    std::uint32_t limit);
    Result<Counts> counts();
    // For /readyz: the database answers.
    Result<void> check();

    // Grows with every committed change of the library; for entity tags.
    std::uint64_t generation() const noexcept;

    // For the other files of this folder.
    Database& database() noexcept;

  private:
    std::unique_ptr<Database> database_;
};

}  // namespace consort::catalog
