// Puts records into the library's tables, and takes them out.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/catalog/database.hpp"
#include "core/catalog/record.hpp"

namespace consort::catalog {

// What became of an item, to be told once it is committed.
struct Change {
    enum class What { added, changed, removed } what;
    std::string uid;
    std::uint32_t kind = 0;  // CONSORT_ITEM_*, 0: the file is broken
};

// Every call belongs inside Database::write, begins with begin() and ends with settle(). Not
// thread-safe. After a transaction that failed: reset().
class LibraryWriter {
  public:
    // Looks whether somebody else wrote since.
    void begin(Session& session);
    // Brings the albums that changed up to date, and every second or so what is dearer: counts.
    void settle(Session& session, bool counts_too);
    void reset();
    // All counts are to be made anew at the next settle(…, true): the last scan was interrupted.
    void doubt_counts() { doubt_counts_ = true; }

    struct FolderCover {
        std::string name;  // empty: none
        std::uint64_t size = 0;
        std::int64_t modified_ns = 0;
    };
    std::int64_t directory(Session& session, const std::string& uri);
    void set_cover(Session& session, std::int64_t directory_id, const FolderCover& cover);

    // `source_id` 0: the file is new.
    Change put(Session& session, std::int64_t directory_id, std::int64_t source_id,
               const Record& record, std::int64_t generation);
    // The file vanished. If `movable` (no other that vanished has its content) and exactly one file
    // added in this generation has the same content, that one takes over the id.
    std::vector<Change> remove(Session& session, std::int64_t source_id, bool movable,
                               std::int64_t generation);

  private:
    struct Album {
        std::int64_t id = 0;
        std::string title, artist;
    };
    using Ids = std::unordered_map<std::string, std::int64_t>;

    std::int64_t next(Session& session, const char* table);
    std::string choose_uid(Session& session, const Record& record, std::int64_t& added_ns);
    void clear_item(Session& session, std::int64_t id, std::uint32_t kind);
    void put_track(Session& session, std::int64_t id, const Record& record, std::int64_t added_ns);
    void put_episode(Session& session, std::int64_t id, const Record& record,
                     std::int64_t added_ns);
    std::int64_t artist(Session& session, const NameRecord& who);
    std::int64_t genre(Session& session, const NameRecord& name);
    std::int64_t show(Session& session, const Record& record);
    std::int64_t album(Session& session, const Record& record, std::int64_t added_ns);
    void album_credits(Session& session, std::int64_t album_id,
                       const std::vector<std::int64_t>& artists);
    void settle_album(Session& session, std::int64_t id);
    void settle_album_genres(Session& session, std::int64_t id);
    void settle_counts(Session& session);

    Ids directories_, artists_, genres_, shows_;
    std::unordered_map<std::string, Album> albums_;
    std::unordered_map<std::string, std::int64_t> next_ids_;
    std::set<std::int64_t> touched_albums_, touched_artists_, touched_genres_, touched_shows_;
    std::int64_t departed_ = -1;  // rows of that table, mostly none; -1: not known
    std::int64_t seen_generation_ = -1;
    bool doubt_counts_ = false;
};

// The full text tables, the one part of the schema that differs between databases.
void index_text(Session& session, std::string_view table, std::int64_t id, std::string_view title,
                std::string_view context);
void unindex_text(Session& session, std::string_view table, std::int64_t id);

std::int64_t wall_clock_ns();

}  // namespace consort::catalog
