// Pages of lists that a filter narrows: however the rows are found, they are the same.
#include "core/catalog/list_query.hpp"

#include <gtest/gtest.h>

#include "consort/abi/catalog.h"

#include "core/catalog/catalog.hpp"
#include "core/catalog/items_json.hpp"
#include "core/catalog/library_writer.hpp"
#include "core/catalog/testing.hpp"

namespace consort::catalog {
namespace {

class ListQueryTest : public ::testing::Test {
  protected:
    static constexpr int kTracks = 3000;

    struct Song {
        std::string title, artist, genre;
        int number = 0;
    };
    // `source_id` 0: a new one.
    void put(const std::vector<Song>& songs, std::int64_t source_id = 0) {
        const Result<void> written = catalog.database().write([&](Session& session) {
            writer.begin(session);
            for (const Song& song : songs) {
                Inspection inspection;
                inspection.identity = std::to_string(song.number);
                inspection.probe.container = "flac";
                inspection.probe.duration_ns = song.number % 97 * 1'000'000'000LL;
                inspection.probe.tracks.emplace_back().kind = CONSORT_TRACK_AUDIO;
                inspection.probe.tags = {{"title", song.title},
                                         {"artist", song.artist},
                                         {"album", "Album " + std::to_string(song.number / 10)},
                                         {"albumartist", song.artist},
                                         {"genre", song.genre},
                                         {"date", std::to_string(1950 + song.number % 70)}};
                writer.put(session, writer.directory(session, "file:///music"), source_id,
                           make_record(inspection, {}, std::to_string(song.number) + ".flac"), 1);
            }
            writer.settle(session, true);
        });
        ASSERT_TRUE(written.ok()) << written.error().text;
    }
    void fill() {
        std::vector<Song> songs;
        for (int i = 0; i < kTracks; ++i) {
            const bool late = i % 2 == 0;
            songs.push_back({(late ? "Zebra " : "Apple ") + std::to_string(i * 7919 % kTracks),
                             i % 10 < 7 ? "Many" : "Few", late ? "Late" : "Early", i});
        }
        put(songs);
    }
    std::string uid(const std::string& sql) {
        std::string found;
        catalog.database().read()->query(sql, 1, {}, [&](const Row& row) { found = row.text(0); });
        EXPECT_FALSE(found.empty());
        return found;
    }
    std::string genre(const std::string& name) {
        return uid("SELECT uid FROM genres WHERE name = '" + name + "'");
    }

    enum class How { chosen, sorted };
    // All pages, one after the other.
    std::string read_all(List list, ListRequest request, How how) {
        std::string all, cursor;
        const auto reader = catalog.database().read();
        do {
            ListQuery query;
            request.cursor = cursor;
            const auto bad = make_query(list, request, query);
            EXPECT_FALSE(bad.has_value());
            if (bad) return all;
            if (how == How::sorted) query.walk.sql.clear();
            const Page page = read_page(*reader, query);
            all += page.items + "\n";
            cursor = page.next;
        } while (!cursor.empty());
        EXPECT_TRUE(reader->status().ok()) << reader->status().error().text;
        return all;
    }
    static std::size_t items(const std::string& json) {
        std::size_t count = 0;
        for (std::size_t at = json.find("\"added_at\""); at != std::string::npos;
             at = json.find("\"added_at\"", at + 1))
            ++count;
        return count;
    }

    const testing::TemporaryDirectory directory;
    Catalog catalog{{sqlite_url(directory.file("catalog.db")), 1}};
    LibraryWriter writer;
};

TEST_F(ListQueryTest, AWalkFindsWhatASortFinds) {
    fill();
    const std::string late = genre("Late");
    const std::string many = uid("SELECT uid FROM artists WHERE name = 'Many'");
    for (const char* sort : {"title", "-title", "added", "album", "-artist", "year", "duration"}) {
        ListRequest request;
        request.limit = "90";
        request.sort = sort;
        request.genre = late;
        const std::string found = read_all(List::tracks, request, How::chosen);
        EXPECT_EQ(items(found), kTracks / 2u) << sort;
        EXPECT_EQ(found, read_all(List::tracks, request, How::sorted)) << sort;
        request.artist = many;
        const std::string both = read_all(List::tracks, request, How::chosen);
        EXPECT_EQ(items(both), kTracks * 2u / 5) << sort;
        EXPECT_EQ(both, read_all(List::tracks, request, How::sorted)) << sort;
    }
}

TEST_F(ListQueryTest, ChoosesByHowMuchAFilterTakes) {
    ListRequest request;
    request.genre = "some";
    ListQuery query;
    ASSERT_FALSE(make_query(List::tracks, request, query));
    EXPECT_TRUE(choose_walk(query, 300'000, 1'000'000));
    EXPECT_TRUE(choose_walk(query, 50'000, 1'000'000));
    EXPECT_FALSE(choose_walk(query, 5'000, 1'000'000)) << "few rows of many are sorted sooner";
    EXPECT_FALSE(choose_walk(query, 10, 20));
    EXPECT_FALSE(choose_walk(query, 0, 0));
    request.q = "word";
    ASSERT_FALSE(make_query(List::tracks, request, query));
    EXPECT_TRUE(query.walk.sql.empty()) << "a search cannot be asked row by row";
}

TEST_F(ListQueryTest, AlbumsFollowTheGenresOfTheirTracks) {
    put({{"One", "Some", "Rock", 1}, {"Two", "Some", "Pop", 2}, {"Three", "Some", "Jazz", 11}});
    const auto albums = [&](const std::string& name) {
        ListRequest request;
        request.genre = name;
        return items(read_all(List::albums, request, How::chosen));
    };
    const std::string rock = genre("Rock"), pop = genre("Pop"), jazz = genre("Jazz");
    EXPECT_EQ(albums(rock), 1u);
    EXPECT_EQ(albums(pop), 1u);
    EXPECT_EQ(albums(jazz), 1u);
    put({{"Two", "Some", "Jazz", 2}}, 2);
    EXPECT_EQ(albums(pop), 0u);
    EXPECT_EQ(albums(jazz), 2u);
    const Result<void> removed = catalog.database().write([&](Session& session) {
        writer.begin(session);
        writer.remove(session, 1, false, 1);
        writer.remove(session, 3, false, 1);
        writer.settle(session, true);
    });
    ASSERT_TRUE(removed.ok()) << removed.error().text;
    EXPECT_EQ(albums(rock), 0u);
    EXPECT_EQ(albums(jazz), 1u);
}

}  // namespace
}  // namespace consort::catalog
