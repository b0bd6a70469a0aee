#include "plugins/storage/local/directory_watch.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>

#include "plugins/storage/local/file_uri.hpp"

namespace consort::storage_local {
namespace {

namespace fs = std::filesystem;

class DirectoryWatchTest : public ::testing::Test {
  protected:
    fs::path directory_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::set<std::pair<std::uint32_t, std::string>> seen_;
    std::unique_ptr<DirectoryWatch> watch_;

    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "consort-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
        fs::create_directories(directory_ / "old" / "deep");
    }
    void TearDown() override {
        watch_.reset();
        fs::remove_all(directory_);
    }
    void start() {
        const auto report = [](void* arg, std::uint32_t change, consort_str uri) noexcept {
            auto& self = *static_cast<DirectoryWatchTest*>(arg);
            const std::lock_guard lock(self.mutex_);
            self.seen_.emplace(change, std::string(uri.ptr, uri.len));
            self.changed_.notify_all();
        };
        auto watch = DirectoryWatch::start(directory_.string(), ChangeSink(report, this),
                                           [](std::string_view) {});
        ASSERT_TRUE(watch) << watch.error().text;
        watch_ = std::move(*watch);
    }
    bool comes(std::uint32_t change, const fs::path& name) {
        const std::pair wanted(change, uri_of((directory_ / name).string()));
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(20),
                                 [&] { return seen_.count(wanted) != 0; });
    }
    void write(const fs::path& name) { std::ofstream(directory_ / name) << "x"; }
};

TEST_F(DirectoryWatchTest, TellsOfFilesAtAnyDepth) {
    start();
    write("a b.mp3");
    write("old/deep/c.mp3");
    EXPECT_TRUE(comes(CONSORT_CHANGE_WRITTEN, "a b.mp3"));
    EXPECT_TRUE(comes(CONSORT_CHANGE_WRITTEN, "old/deep/c.mp3"));
    fs::rename(directory_ / "old/deep/c.mp3", directory_ / "d.mp3");
    EXPECT_TRUE(comes(CONSORT_CHANGE_REMOVED, "old/deep/c.mp3"));
    EXPECT_TRUE(comes(CONSORT_CHANGE_WRITTEN, "d.mp3"));
    fs::remove(directory_ / "d.mp3");
    EXPECT_TRUE(comes(CONSORT_CHANGE_REMOVED, "d.mp3"));
}

TEST_F(DirectoryWatchTest, FollowsDirectoriesThatAppearWithWhatIsInThem) {
    const fs::path elsewhere = directory_.string() + "-elsewhere";
    fs::create_directories(elsewhere / "album" / "cd1");
    std::ofstream(elsewhere / "album" / "cd1" / "1.flac") << "x";
    start();
    fs::rename(elsewhere / "album", directory_ / "album");
    fs::remove_all(elsewhere);
    EXPECT_TRUE(comes(CONSORT_CHANGE_WRITTEN, "album/cd1/1.flac"));
    write("album/cd1/2.flac");
    EXPECT_TRUE(comes(CONSORT_CHANGE_WRITTEN, "album/cd1/2.flac"));
    fs::create_directories(directory_ / "x" / "y");
    write("x/y/3.flac");
    EXPECT_TRUE(comes(CONSORT_CHANGE_WRITTEN, "x/y/3.flac"));
}

TEST_F(DirectoryWatchTest, TellsOfDirectoriesThatGoAndFollowsRenamedOnes) {
    start();
    fs::rename(directory_ / "old", directory_ / "new");
    EXPECT_TRUE(comes(CONSORT_CHANGE_REMOVED, "old"));
    // The new name is watched as soon as the kernel's event has been worked off.
    write("mark");
    EXPECT_TRUE(comes(CONSORT_CHANGE_WRITTEN, "mark"));
    write("new/deep/a.mp3");
    EXPECT_TRUE(comes(CONSORT_CHANGE_WRITTEN, "new/deep/a.mp3"));
    fs::remove_all(directory_ / "new");
    EXPECT_TRUE(comes(CONSORT_CHANGE_REMOVED, "new"));
}

TEST_F(DirectoryWatchTest, EndsOnLoopsOfLinks) {
    fs::create_directory_symlink("..", directory_ / "old" / "loop");
    start();
    write("old/deep/a.mp3");
    EXPECT_TRUE(comes(CONSORT_CHANGE_WRITTEN, "old/deep/a.mp3"));
}

TEST_F(DirectoryWatchTest, RefusesWhatIsNoDirectory) {
    write("file");
    const auto nobody = [](void*, std::uint32_t, consort_str) noexcept {};
    for (const char* name : {"file", "missing"}) {
        const auto watch = DirectoryWatch::start(
            (directory_ / name).string(), ChangeSink(nobody, nullptr), [](std::string_view) {});
        ASSERT_FALSE(watch);
        EXPECT_EQ(watch.error().status, CONSORT_E_NOT_FOUND);
    }
}

}  // namespace
}  // namespace consort::storage_local
