#include "core/catalog/scanner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "core/catalog/database.hpp"
#include "core/catalog/testing.hpp"
#include "core/catalog/text.hpp"

namespace consort::catalog {
namespace {

using ::testing::ElementsAre;
using testing::FakeFile;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::chrono::seconds kPatience{60};

class ScannerTest : public ::testing::Test {
  protected:
    ScannerTest() { start(); }

    void start(std::vector<std::string> roots = {"/music"}) {
        scanner.reset();
        ScannerOptions options;
        options.roots = std::move(roots);
        options.threads = 2;
        options.debounce = std::chrono::milliseconds(1);
        ScannerHooks hooks;
        hooks.forget = [this](std::string_view id) {
            const std::lock_guard lock(events_mutex);
            forgotten.insert(std::string(id));
        };
        hooks.publish = [this](std::string_view topic, std::string_view json) {
            const std::lock_guard lock(events_mutex);
            events.emplace_back(topic, json);
        };
        scanner = std::make_unique<Scanner>(options, catalog, files, metrics, hooks);
    }
    void scan() {
        ASSERT_TRUE(scanner->request_scan());
        ASSERT_TRUE(scanner->wait_idle(kPatience));
    }
    std::vector<Item> items(std::uint32_t kind = CONSORT_ITEM_TRACK) {
        auto found = catalog.items(kind, "", 1000);
        EXPECT_TRUE(found.ok());
        return found ? *found : std::vector<Item>{};
    }
    std::set<std::string> titles(std::uint32_t kind = CONSORT_ITEM_TRACK) {
        std::set<std::string> found;
        for (const Item& item : items(kind)) EXPECT_TRUE(found.insert(item.title).second);
        return found;
    }
    std::string id_of(const std::string& title) {
        for (const Item& item : items())
            if (item.title == title) return item.id;
        return {};
    }
    std::vector<std::string> column(const std::string& sql) {
        std::vector<std::string> out;
        const auto reader = catalog.database().read();
        reader->query_once(sql, 1, {}, [&](const Row& row) { out.push_back(row.text(0)); });
        EXPECT_TRUE(reader->status().ok()) << reader->status().error().text;
        return out;
    }
    static FakeFile song(const std::string& title, const std::string& artist = "Somebody",
                         const std::string& album = "Album") {
        FakeFile file;
        file.tags = {{"title", title}, {"artist", artist}, {"album", album}};
        return file;
    }

    testing::TemporaryDirectory directory;
    testing::FakeFiles files;
    observe::Metrics metrics;
    Catalog catalog{{sqlite_url(directory.file("catalog.db")), 2}};
    std::mutex events_mutex;
    std::set<std::string> forgotten;
    std::vector<std::pair<std::string, std::string>> events;
    std::unique_ptr<Scanner> scanner;
};

TEST_F(ScannerTest, AddsChangesAndRemoves) {
    files.put("/music/a/1.flac", song("One"));
    files.put("/music/a/2 & three#%.flac", song("Two"));
    files.put("/music/a/notes.txt", {});
    scan();
    EXPECT_THAT(titles(), ElementsAre("One", "Two"));
    EXPECT_EQ(scanner->progress().added, 2u);
    EXPECT_EQ(scanner->progress().phase, "idle");
    const std::string one = id_of("One");
    EXPECT_EQ(one.size(), 20u);
    EXPECT_EQ(catalog.source_of(id_of("Two"))->uri, "file:///music/a/2%20&%20three%23%25.flac");
    EXPECT_EQ(catalog.source_of(id_of("Two"))->file_name, "2 & three#%.flac");

    files.inspected = 0;
    scan();
    EXPECT_EQ(files.inspected, 0) << "what is unchanged is not read again";

    FakeFile changed = song("One more");
    changed.modified_ns = 2;
    files.put("/music/a/1.flac", changed);
    files.remove("/music/a/2 & three#%.flac");
    scan();
    EXPECT_THAT(titles(), ElementsAre("One more"));
    EXPECT_EQ(id_of("One more"), one) << "new tags, same item";
    EXPECT_TRUE(forgotten.contains(one));
    EXPECT_EQ(scanner->progress().changed, 1u);
    EXPECT_EQ(scanner->progress().removed, 1u);
    EXPECT_THAT(events, ::testing::Contains(::testing::Pair("library.item.removed", ::testing::_)));
    EXPECT_EQ(catalog.counts()->albums, 1u);
}

TEST_F(ScannerTest, ARenamedFileKeepsItsId) {
    files.put("/music/a/1.flac", song("One"));
    files.put("/music/a/2.flac", song("Two"));
    scan();
    const std::string one = id_of("One");
    files.rename("/music/a/1.flac", "/music/b/other.flac");
    FakeFile in_its_place = song("Newcomer");
    in_its_place.modified_ns = 5;
    scan();
    EXPECT_EQ(id_of("One"), one);
    EXPECT_THAT(titles(), ElementsAre("One", "Two"));
    files.put("/music/a/1.flac", in_its_place);
    scan();
    EXPECT_EQ(id_of("One"), one);
    EXPECT_NE(id_of("Newcomer"), one);
    EXPECT_FALSE(id_of("Newcomer").empty());
}

TEST_F(ScannerTest, AFileThatComesBackHasItsOldId) {
    files.put("/music/a/1.flac", song("One"));
    files.put("/music/a/2.flac", song("Two"));
    scan();
    const std::string one = id_of("One");
    FakeFile kept = song("One");
    kept.content = "/music/a/1.flac";
    files.remove("/music/a/1.flac");
    scan();
    EXPECT_EQ(id_of("One"), "");
    files.put("/music/elsewhere/x.flac", kept);
    scan();
    EXPECT_EQ(id_of("One"), one);
}

TEST_F(ScannerTest, TwoVanishedFilesOfOneContentAreNotMistakenForEachOther) {
    FakeFile twin = song("Twin");
    twin.content = "same";
    files.put("/music/a/1.flac", twin);
    files.put("/music/a/2.flac", twin);
    files.put("/music/a/3.flac", song("Other"));
    scan();
    const std::vector<Item> before = items();
    files.remove("/music/a/1.flac");
    files.remove("/music/a/2.flac");
    files.put("/music/b/9.flac", twin);
    scan();
    for (const Item& item : before)
        if (item.title == "Twin") {
            EXPECT_NE(id_of("Twin"), item.id);
        }
}

TEST_F(ScannerTest, ABrokenFileIsRecordedAndDoesNotStopTheScan) {
    FakeFile broken;
    broken.broken = "The header is damaged.";
    files.put("/music/a/bad.flac", broken);
    files.put("/music/a/good.flac", song("Good"));
    scan();
    EXPECT_THAT(titles(), ElementsAre("Good"));
    EXPECT_EQ(scanner->progress().broken, 1u);
    EXPECT_THAT(column("SELECT reason FROM sources WHERE state = 1"),
                ElementsAre("The header is damaged."));
    EXPECT_EQ(catalog.counts()->broken, 1u);
    const std::string id = column("SELECT uid FROM sources WHERE state = 1").at(0);
    EXPECT_THAT(catalog.source_of(id).error().text, HasSubstr("The header is damaged."));
    EXPECT_FALSE(catalog.item(id).ok());

    files.inspected = 0;
    scan();
    EXPECT_EQ(files.inspected, 0) << "broken and unchanged is still broken";

    FakeFile repaired = song("Repaired");
    repaired.modified_ns = 2;
    files.put("/music/a/bad.flac", repaired);
    scan();
    EXPECT_THAT(titles(), ElementsAre("Good", "Repaired"));
    EXPECT_EQ(id_of("Repaired"), id);
}

TEST_F(ScannerTest, WhatMayGoBetterNextTimeIsReadAgain) {
    FakeFile unlucky = song("Unlucky");
    unlucky.broken = "The disk does not answer.";
    unlucky.broken_status = CONSORT_E_IO;
    files.put("/music/a/1.flac", unlucky);
    scan();
    EXPECT_EQ(catalog.counts()->broken, 1u);
    unlucky.broken.clear();
    unlucky.file_id = 101;
    files.put("/music/a/1.flac", unlucky);
    scan();
    EXPECT_THAT(titles(), ElementsAre("Unlucky"));
}

TEST_F(ScannerTest, AMissingMediaDirectoryKeepsItsItems) {
    files.put("/music/a/1.flac", song("One"));
    files.put("/films/x.mkv", {});
    start({"/music", "/films"});
    scan();
    ASSERT_EQ(catalog.counts()->movies, 1u);
    files.deny("/music", CONSORT_E_IO);
    files.remove("/films/x.mkv");
    files.put("/films/y.mkv", {});
    scan();
    EXPECT_THAT(titles(), ElementsAre("One"));
    EXPECT_THAT(titles(CONSORT_ITEM_MOVIE), ElementsAre("y"));
    EXPECT_THAT(scanner->progress().problems, ElementsAre(HasSubstr("/music")));
    // Unmounted: the whole tree is gone, not just unreadable.
    start({"/films", "/music2"});
    scan();
    EXPECT_THAT(titles(), IsEmpty()) << "a directory taken out of the configuration goes";
}

TEST_F(ScannerTest, AnUnreadableDirectoryKeepsItsItemsAndIsReported) {
    files.put("/music/a/1.flac", song("One"));
    files.put("/music/b/2.flac", song("Two"));
    scan();
    files.deny("/music/a", CONSORT_E_DENIED);
    files.remove("/music/b/2.flac");
    files.put("/music/c/3.flac", song("Three"));
    scan();
    EXPECT_THAT(titles(), ElementsAre("One", "Three"));
    EXPECT_THAT(scanner->progress().problems, ElementsAre(HasSubstr("/music/a")));
}

TEST_F(ScannerTest, LinksThatLoopHiddenFilesAndNomediaAreLeftOut) {
    files.put("/music/a/1.flac", song("One"));
    files.loop("/music/a/again", "/music");
    files.put("/music/.trash/2.flac", song("Trash"));
    files.put("/music/a/.3.flac", song("Hidden"));
    files.put("/music/samples/.nomedia", {});
    files.put("/music/samples/4.flac", song("Sample"));
    files.put("/music/samples/deep/5.flac", song("Deep sample"));
    scan();
    EXPECT_THAT(titles(), ElementsAre("One"));
    EXPECT_THAT(scanner->progress().problems, ElementsAre(HasSubstr("link to itself")));
}

TEST_F(ScannerTest, FollowsChanges) {
    files.put("/music/a/1.flac", song("One"));
    files.put("/music/a/2.flac", song("Two"));
    scan();
    ASSERT_THAT(scanner->start_watching(), IsEmpty());
    const std::string one = id_of("One");

    files.put("/music/new/deep/3.flac", song("Three"));
    files.changed(CONSORT_CHANGE_WRITTEN, "/music/new");
    ASSERT_TRUE(scanner->wait_idle(kPatience));
    EXPECT_THAT(titles(), ElementsAre("One", "Three", "Two"));

    files.rename("/music/a/1.flac", "/music/new/1.flac");
    files.changed(CONSORT_CHANGE_REMOVED, "/music/a/1.flac");
    files.changed(CONSORT_CHANGE_WRITTEN, "/music/new/1.flac");
    ASSERT_TRUE(scanner->wait_idle(kPatience));
    EXPECT_EQ(id_of("One"), one);

    files.remove("/music/new/deep/3.flac");
    files.changed(CONSORT_CHANGE_REMOVED, "/music/new/deep");
    ASSERT_TRUE(scanner->wait_idle(kPatience));
    EXPECT_THAT(titles(), ElementsAre("One", "Two"));

    files.put("/music/unseen/4.flac", song("Four"));
    files.changed(CONSORT_CHANGE_LOST, "/music");
    ASSERT_TRUE(scanner->wait_idle(kPatience));
    EXPECT_THAT(titles(), ElementsAre("Four", "One", "Two"));
}

TEST_F(ScannerTest, SeveralArtistsAndRoles) {
    FakeFile duet;
    duet.tags = {{"title", "Under Pressure"},
                 {"artist", "Queen & David Bowie"},
                 {"artists", "Queen"},
                 {"artists", "David Bowie"},
                 {"albumartist", "Queen"},
                 {"album", "Hot Space"},
                 {"composer", "Mercury; May"},
                 {"genre", "Rock"},
                 {"genre", "Pop"},
                 {"track", "11/11"},
                 {"date", "1982-05-21"},
                 {"isrc", "GBUM71029604"}};
    files.put("/music/q/11.flac", duet);
    FakeFile slash = song("Thunderstruck", "AC/DC", "Live");
    files.put("/music/q/12.flac", slash);
    scan();
    EXPECT_THAT(column("SELECT a.name FROM credits c JOIN artists a ON a.id = c.artist_id "
                       "WHERE c.role = 'artist' ORDER BY c.track_id, c.position"),
                ::testing::UnorderedElementsAre("Queen", "David Bowie", "AC/DC"));
    EXPECT_THAT(column("SELECT a.name FROM credits c JOIN artists a ON a.id = c.artist_id "
                       "WHERE c.role = 'composer' ORDER BY c.position"),
                ElementsAre("Mercury", "May"));
    EXPECT_THAT(column("SELECT name FROM genres ORDER BY sort_key"), ElementsAre("Pop", "Rock"));
    const Item item = *catalog.item(id_of("Under Pressure"));
    EXPECT_EQ(item.artist, "Queen & David Bowie");
    EXPECT_EQ(item.album_artist, "Queen");
    EXPECT_EQ(item.track_number, 11u);
    EXPECT_EQ(item.year, 1982u);
    EXPECT_EQ(item.isrc, "GBUM71029604");
    EXPECT_THAT(column("SELECT track_count FROM artists WHERE name = 'Queen'"), ElementsAre("1"));
}

TEST_F(ScannerTest, AnAlbumWithoutAlbumArtistStaysWhole) {
    files.put("/music/Hits/CD1/1.flac", song("One", "A", "Hits"));
    files.put("/music/Hits/CD 2/2.flac", song("Two", "B", "Hits"));
    files.put("/music/Other/1.flac", song("Three", "C", "Hits"));
    files.put("/music/Other/2.flac", song("Four", "C", "Hits"));
    scan();
    EXPECT_THAT(column("SELECT artist FROM albums ORDER BY artist"),
                ElementsAre("C", "Various Artists"));
    // The album follows its tracks, and goes with the last one.
    files.remove("/music/Hits/CD1/1.flac");
    files.remove("/music/Other/1.flac");
    files.remove("/music/Other/2.flac");
    scan();
    EXPECT_THAT(column("SELECT artist FROM albums"), ElementsAre("B"));
    EXPECT_THAT(column("SELECT name FROM artists"), ElementsAre("B"));
}

TEST_F(ScannerTest, FilmsAndShows) {
    files.put("/music/Arrival (2016)/arrival.mkv", {});
    files.put("/music/Severance/Season 1/Severance S01E02 Half Loop.mkv", {});
    files.put("/music/Severance/Season 1/Severance S01E01.mkv", {});
    scan();
    EXPECT_THAT(titles(CONSORT_ITEM_MOVIE), ElementsAre("Arrival"));
    EXPECT_THAT(titles(CONSORT_ITEM_EPISODE), ElementsAre("Episode 1", "Half Loop"));
    EXPECT_THAT(column("SELECT episode_count FROM shows"), ElementsAre("2"));
}

TEST_F(ScannerTest, FolderPicturesCoverTheAlbumWithoutReadingItsTracks) {
    files.put("/music/a/1.flac", song("One"));
    scan();
    EXPECT_THAT(column("SELECT has_cover FROM albums"), ElementsAre("0"));
    files.put("/music/a/Folder.JPG", {});
    files.inspected = 0;
    scan();
    EXPECT_THAT(column("SELECT has_cover FROM albums"), ElementsAre("1"));
    EXPECT_EQ(files.inspected, 0);
    files.remove("/music/a/Folder.JPG");
    scan();
    EXPECT_THAT(column("SELECT has_cover FROM albums"), ElementsAre("0"));
}

TEST_F(ScannerTest, StopsInTheMiddleAndGoesOn) {
    for (int i = 0; i < 200; ++i)
        files.put("/music/a/" + std::to_string(i) + ".flac", song("Song " + std::to_string(i)));
    files.hold(true);
    ASSERT_TRUE(scanner->request_scan());
    EXPECT_FALSE(scanner->request_scan()) << "one at a time";
    std::thread stopper([&] { scanner->stop(); });
    files.hold(false);
    stopper.join();
    start();
    scan();
    EXPECT_EQ(titles().size(), 200u);
}

TEST_F(ScannerTest, FirstScanGivesTheSameIdsInANewCatalog) {
    files.put("/music/a/1.flac", song("One"));
    scan();
    Catalog other({sqlite_url(directory.file("other.db")), 1});
    ScannerOptions options;
    options.roots = {"/music"};
    Scanner again(options, other, files, metrics);
    ASSERT_TRUE(again.request_scan());
    ASSERT_TRUE(again.wait_idle(kPatience));
    EXPECT_TRUE(other.item(id_of("One")).ok());
}

}  // namespace
}  // namespace consort::catalog
