// kill -9 in the middle of a scan: the next one completes it, nothing twice, nothing lost.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <set>
#include <thread>

#include "core/catalog/crash_library.hpp"
#include "core/catalog/database.hpp"
#include "core/catalog/scanner.hpp"

namespace consort::catalog {
namespace {

constexpr int kFiles = 3000;

class Victim {
  public:
    Victim(const std::string& database, int stop_after) {
        int ends[2];
        if (pipe(ends) != 0) return;
        const std::string files = std::to_string(kFiles);
        const std::string after = std::to_string(stop_after);
        pid_ = fork();
        if (pid_ == 0) {
            dup2(ends[1], STDOUT_FILENO);
            close(ends[0]);
            close(ends[1]);
            execl(CRASH_VICTIM, CRASH_VICTIM, database.c_str(), files.c_str(), after.c_str(),
                  static_cast<char*>(nullptr));
            _exit(127);
        }
        close(ends[1]);
        out_ = ends[0];
    }
    ~Victim() {
        if (pid_ > 0) kill_now();
        if (out_ >= 0) close(out_);
    }
    // What it says first; waits for it.
    std::string says() const {
        char buffer[64];
        const ssize_t got = read(out_, buffer, sizeof buffer);
        return got > 0 ? std::string(buffer, static_cast<std::size_t>(got)) : "";
    }
    void kill_now() {
        kill(pid_, SIGKILL);
        int status = 0;
        waitpid(pid_, &status, 0);
        EXPECT_TRUE(WIFSIGNALED(status));
        pid_ = -1;
    }

  private:
    pid_t pid_ = -1;
    int out_ = -1;
};

std::int64_t rows(const std::string& database) {
    Catalog look({sqlite_url(database), 1});
    return look.database().read()->number("SELECT COUNT(*) FROM sources");
}

void wait_for_rows(const std::string& database) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (rows(database) == 0 && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::yield();
    }
}

TEST(Crash, AKilledScanIsCompletedByTheNext) {
    const testing::TemporaryDirectory directory;
    const std::string database = directory.file("catalog.db");
    std::int64_t before = 0;
    for (const int stop_after : {1, 700, 1500}) {
        Victim victim(database, stop_after);
        ASSERT_EQ(victim.says(), "stalled\n");
        // Killed at once: results lie in queues, in an open transaction, in committed ones. The
        // last time not before something is committed.
        if (stop_after == 1500) wait_for_rows(database);
        victim.kill_now();
        const std::int64_t now = rows(database);
        EXPECT_GE(now, before) << "what was committed stays";
        EXPECT_LT(now, kFiles);
        before = now;
    }
    EXPECT_GT(before, 0);

    testing::FakeFiles files;
    testing::fill(files, kFiles);
    observe::Metrics metrics;
    Catalog catalog({sqlite_url(database), 1});
    ScannerOptions options;
    options.roots = {"/music"};
    Scanner scanner(options, catalog, files, metrics);
    ASSERT_TRUE(scanner.request_scan());
    ASSERT_TRUE(scanner.wait_idle(std::chrono::minutes(2)));
    EXPECT_EQ(files.inspected, kFiles - before) << "what was written is not read again";

    const auto items = catalog.items(CONSORT_ITEM_TRACK, "", 10'000);
    ASSERT_TRUE(items.ok());
    std::set<std::string> titles;
    for (const Item& item : *items) titles.insert(item.title);
    EXPECT_EQ(items->size(), static_cast<std::size_t>(kFiles));
    EXPECT_EQ(titles.size(), static_cast<std::size_t>(kFiles));
    const auto reader = catalog.database().read();
    const auto count = [&](const char* sql) { return reader->number(sql); };
    EXPECT_EQ(count("SELECT COUNT(*) FROM albums"), kFiles / 10);
    EXPECT_EQ(count("SELECT SUM(track_count) FROM albums"), kFiles);
    EXPECT_EQ(count("SELECT COUNT(*) FROM credits"), kFiles * 2);
    EXPECT_EQ(count("SELECT SUM(track_count) FROM artists"), kFiles * 2);
    EXPECT_EQ(count("SELECT SUM(track_count) FROM genres"), kFiles);
    EXPECT_EQ(count("SELECT COUNT(*) FROM search_tracks WHERE search_tracks MATCH 'title*'"),
              kFiles);
    EXPECT_TRUE(reader->status().ok());
}

}  // namespace
}  // namespace consort::catalog
