#include "core/catalog/database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "core/catalog/catalog.hpp"
#include "core/catalog/library_writer.hpp"
#include "core/catalog/migrations.hpp"
#include "core/catalog/testing.hpp"

namespace consort::catalog {
namespace {

using ::testing::HasSubstr;

class DatabaseTest : public ::testing::Test {
  protected:
    testing::TemporaryDirectory directory;
    const std::string url = sqlite_url(directory.file("with a blank=.db"));
};

std::string schema_of(const std::string& url) {
    Session session(url, false);
    std::string schema;
    session.query("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name", 1, {},
                  [&](const Row& row) { schema += row.text(0) + "\n"; });
    return schema;
}

TEST_F(DatabaseTest, EveryVersionIsBroughtUpToDate) {
    { const Database fresh(url, 1); }
    const std::string newest = schema_of(url);
    EXPECT_THAT(newest, HasSubstr("search_tracks"));
    for (const Migration& migration : migrations()) {
        const std::string old =
            sqlite_url(directory.file("version" + std::to_string(migration.number) + ".db"));
        {
            Session session(old, true);
            migrate(session, "sqlite", migration.number);
            EXPECT_EQ(session.number("SELECT MAX(number) FROM schema_migrations"),
                      migration.number);
        }
        { const Database upgraded(old, 1); }
        EXPECT_EQ(schema_of(old), newest) << "from version " << migration.number;
        { const Database again(old, 1); }
        EXPECT_EQ(schema_of(old), newest);
    }
}

TEST_F(DatabaseTest, ANewerDatabaseIsRefusedAndLeftAlone) {
    {
        Database database(url, 1);
        ASSERT_TRUE(database
                        .write([](Session& session) {
                            session.run(
                                "INSERT INTO schema_migrations (number, name) VALUES (?, ?)",
                                {9000, "from_the_future"});
                        })
                        .ok());
    }
    const std::string before = schema_of(url);
    try {
        const Database refused(url, 1);
        FAIL() << "it was opened";
    } catch (const std::runtime_error& e) {
        EXPECT_THAT(e.what(), HasSubstr("9000"));
        EXPECT_THAT(e.what(), HasSubstr("newer"));
    }
    EXPECT_EQ(schema_of(url), before);
}

TEST_F(DatabaseTest, SaysWhatIsWrongWithAPlace) {
    EXPECT_THROW(Database("postgresql://localhost/consort", 1), std::runtime_error);
    EXPECT_THROW(Database(sqlite_url(directory.file("no/such/folder/x.db")), 1),
                 std::runtime_error);
    EXPECT_THROW(Database(sqlite_url("a\"b"), 1), std::runtime_error);
    FILE* file = fopen(directory.file("text.db").c_str(), "w");
    fputs("This is no database, only a text that is long enough to be told from one.\n", file);
    fclose(file);
    EXPECT_THROW(Database(sqlite_url(directory.file("text.db")), 1), std::runtime_error);
}

TEST_F(DatabaseTest, AFailedTransactionLeavesNothing) {
    Database database(url, 1);
    const std::uint64_t generation = database.generation();
    const Result<void> failed = database.write([](Session& session) {
        session.run("INSERT INTO meta (name, value) VALUES (?, ?)", {"a", "1"});
        session.run("INSERT INTO meta (name, value) VALUES (?, ?)", {"a", "2"});
        session.run("INSERT INTO meta (name, value) VALUES (?, ?)", {"b", "3"});
    });
    ASSERT_FALSE(failed.ok());
    EXPECT_THAT(failed.error().text, HasSubstr("UNIQUE"));
    EXPECT_EQ(database.generation(), generation);
    ASSERT_TRUE(database
                    .write([](Session& session) {
                        session.run("INSERT INTO meta (name, value) VALUES (?, ?)", {"a", "4"});
                    })
                    .ok());
    EXPECT_EQ(database.read()->number("SELECT value FROM meta WHERE name = 'a'"), 4);
    EXPECT_EQ(database.read()->number("SELECT COUNT(*) FROM meta WHERE name = 'b'"), 0);
    EXPECT_EQ(database.generation(), generation + 1);
}

TEST_F(DatabaseTest, TextIsBoundNotPasted) {
    Database database(url, 1);
    const std::string hostile = "'); DROP TABLE meta; -- ? :p1 \xF0\x9F\x8E\xB5";
    ASSERT_TRUE(database
                    .write([&](Session& session) {
                        session.run("INSERT INTO meta (name, value) VALUES (?, ?)", {hostile, 7});
                    })
                    .ok());
    EXPECT_EQ(database.read()->number("SELECT value FROM meta WHERE name = ?", {hostile}), 7);
}

TEST_F(DatabaseTest, AReaderSeesOneStateWhileOthersWrite) {
    Database database(url, 2);
    const auto reader = database.read();
    const std::int64_t before = reader->number("SELECT COUNT(*) FROM meta");
    ASSERT_TRUE(database
                    .write([](Session& session) {
                        session.run("INSERT INTO meta (name, value) VALUES (?, ?)", {"x", "1"});
                    })
                    .ok());
    EXPECT_EQ(reader->number("SELECT COUNT(*) FROM meta"), before);
    EXPECT_GT(database.read()->number("SELECT COUNT(*) FROM meta"), before);
}

TEST_F(DatabaseTest, ReadersCannotWrite) {
    Database database(url, 1);
    const auto reader = database.read();
    reader->run("DELETE FROM meta");
    EXPECT_FALSE(reader->status().ok());
}

TEST_F(DatabaseTest, ManyThreadsShareFewReaders) {
    Database database(url, 2);
    std::atomic<int> good{0};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&] {
                for (int n = 0; n < 50; ++n) {
                    const auto reader = database.read();
                    reader->number("SELECT COUNT(*) FROM meta");
                    if (reader->status()) ++good;
                }
            });
        for (int n = 0; n < 50; ++n) EXPECT_TRUE(database.write([](Session&) {}).ok());
    }
    EXPECT_EQ(good, 400);
}

TEST_F(DatabaseTest, TwoProgramsWriteOneCatalog) {
    Database one(url, 1), other(url, 1);
    LibraryWriter one_writer, other_writer;
    const auto put = [](Database& database, LibraryWriter& writer, const std::string& name) {
        Inspection inspection;
        inspection.identity = name;
        inspection.probe.tracks.emplace_back().kind = CONSORT_TRACK_AUDIO;
        inspection.probe.tags = {{"artist", "Shared"}, {"album", "Shared"}};
        return database.write([&](Session& session) {
            writer.begin(session);
            const std::int64_t folder = writer.directory(session, "file:///m");
            writer.put(session, folder, 0, make_record(inspection, {}, name), 1);
            writer.settle(session, true);
        });
    };
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(put(one, one_writer, "a" + std::to_string(i)).ok());
        ASSERT_TRUE(put(other, other_writer, "b" + std::to_string(i)).ok());
    }
    EXPECT_EQ(one.read()->number("SELECT COUNT(*) FROM tracks"), 6);
    EXPECT_EQ(one.read()->number("SELECT track_count FROM albums"), 6);
    EXPECT_EQ(other.read()->number("SELECT track_count FROM artists"), 6);
}

}  // namespace
}  // namespace consort::catalog
