#include "core/media/coded_store.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <optional>
#include <random>

#include "core/media/test_world.hpp"

namespace consort::media {
namespace {

namespace fs = std::filesystem;

constexpr auto kLimit = std::chrono::seconds(30);

CodedPtr coded(const std::string& key, std::size_t size) {
    std::string payload(size, '\0');
    std::minstd_rand random(static_cast<unsigned>(std::hash<std::string>{}(key)));
    for (char& byte : payload) byte = static_cast<char>(random());
    const auto half = static_cast<std::uint32_t>(size / 2);
    return *consort_coded::make(
        key, {{0, 0, half, 1, 0, 1}, {0, 1, static_cast<std::uint32_t>(size) - half, 1, 0, 1}},
        payload);
}

bool same(const CodedPtr& a, const CodedPtr& b) {
    return std::ranges::equal(a->image(), b->image());
}

class CodedStoreTest : public ::testing::Test {
  protected:
    void open(std::uint64_t max_bytes = 1 << 20) {
        store_.reset();
        options_.directory = directory_.path() / "segments";
        options_.max_bytes = max_bytes;
        store_.emplace(options_, metrics_);
        ASSERT_TRUE(store_->settle(kLimit));
    }
    void save(const std::string& key, std::size_t size = 100) {
        store_->save(key, coded(key, size));
        ASSERT_TRUE(store_->settle(kLimit));
    }
    bool has(const std::string& key) { return store_->load(key).ok(); }
    std::vector<fs::path> files() const {
        std::vector<fs::path> found;
        for (const auto& file : fs::recursive_directory_iterator(options_.directory))
            if (file.is_regular_file()) found.push_back(file.path());
        return found;
    }
    // As du counts.
    std::uint64_t blocks() const {
        std::uint64_t bytes = 4096;
        for (const auto& file : fs::recursive_directory_iterator(options_.directory))
            bytes += file.is_regular_file() ? (file.file_size() + 4095) / 4096 * 4096 : 4096;
        return bytes;
    }
    // A bound for so many entries of a block.
    static constexpr std::uint64_t room(std::uint64_t entries) { return (2 + 2 * entries) * 4096; }
    double counter(const char* name) { return metrics_.counter(name, "Help.").value(); }
    double full() { return metrics_.gauge("consort_rendition_store_full", "Help.").value(); }

    testing::TemporaryDirectory directory_;
    observe::Metrics metrics_;
    CodedStore::Options options_;
    std::optional<CodedStore> store_;
};

TEST_F(CodedStoreTest, KeepsAndFinds) {
    open();
    EXPECT_FALSE(store_->may_have("a"));
    EXPECT_EQ(store_->load("a").error().status, CONSORT_E_NOT_FOUND);
    save("a", 5'000);
    EXPECT_TRUE(store_->may_have("a"));
    const auto found = store_->load("a");
    ASSERT_TRUE(found.ok());
    EXPECT_TRUE(same(*found, coded("a", 5'000)));
    EXPECT_EQ((*found)->samples().size(), 2u);
    EXPECT_EQ((*found)->samples()[1].offset, 2'500u);
    store_->save("a", coded("a", 70));
    ASSERT_TRUE(store_->settle(kLimit));
    EXPECT_TRUE(same(*store_->load("a"), coded("a", 70)));
    EXPECT_EQ(files().size(), 1u);
}

TEST_F(CodedStoreTest, NeverExceedsItsBound) {
    open(room(3));
    for (int i = 0; i < 40; ++i) {
        save(std::to_string(i), 1'000 + static_cast<std::size_t>(i) * 150);
        EXPECT_LE(blocks(), room(3));
    }
    EXPECT_TRUE(has("39"));
    EXPECT_FALSE(has("0"));
    save("too large", 6 * 4096);
    EXPECT_FALSE(has("too large"));
    EXPECT_TRUE(has("39")) << "nothing went for it";
}

TEST_F(CodedStoreTest, TheLeastRecentlyUsedGoesFirst) {
    open(room(3));
    for (const char* key : {"a", "b", "c"}) save(key);
    EXPECT_TRUE(has("a"));
    store_->used("b");
    save("d");
    EXPECT_FALSE(has("c"));
    for (const char* key : {"a", "b", "d"}) EXPECT_TRUE(has(key)) << key;
}

TEST_F(CodedStoreTest, ARestartKnowsWhatThereIsAndItsOrder) {
    open(room(3));
    for (const char* key : {"a", "b", "c"}) {
        save(key);
        // Times of change need not differ otherwise.
        for (const auto& file : files())
            fs::last_write_time(file, fs::last_write_time(file) - std::chrono::seconds(10));
    }
    EXPECT_TRUE(has("a"));
    open(room(3));
    EXPECT_TRUE(store_->may_have("c"));
    EXPECT_FALSE(store_->may_have("x"));
    save("d");
    EXPECT_FALSE(has("b"));
    for (const char* key : {"a", "c", "d"}) EXPECT_TRUE(has(key)) << key;

    open(room(2));
    EXPECT_LE(blocks(), room(2)) << "the bound was lowered";
}

TEST_F(CodedStoreTest, DamageIsFoundAndRemoved) {
    open();
    save("a", 5'000);
    const fs::path file = files().at(0);
    std::string good;
    {
        std::ifstream in(file, std::ios::binary);
        good.assign(std::istreambuf_iterator<char>(in), {});
    }
    const auto put = [&](const std::string& bytes) {
        std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
    };
    for (std::size_t at = 0; at < good.size(); at += at < 300 ? 1 : 97) {
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 0x10);
        put(bad);
        ASSERT_FALSE(has("a")) << "byte " << at;
        ASSERT_FALSE(fs::exists(file));
    }
    for (const std::size_t size : {0, 1, 47, 48, 2'000, 5'000}) {
        put(good.substr(0, size));
        EXPECT_FALSE(has("a")) << size;
    }
    put(good + "more");
    EXPECT_FALSE(has("a"));
    const CodedPtr foreign = coded("b", 5'000);
    const auto other = foreign->image();
    put({reinterpret_cast<const char*>(other.data()), other.size()});
    EXPECT_FALSE(has("a")) << "another's entry under its name";
    fs::create_symlink("/etc/passwd", file);
    EXPECT_FALSE(has("a"));
    fs::remove(file);
    put(good);
    EXPECT_TRUE(has("a"));
}

TEST_F(CodedStoreTest, StrangersInTheFolderAreRemoved) {
    open();
    save("a");
    const fs::path shard = files().at(0).parent_path();
    fs::create_directories(options_.directory / "new");
    std::ofstream(options_.directory / "new" / "half") << "half";
    std::ofstream(shard / "notes.txt") << "hello";
    open();
    EXPECT_EQ(files().size(), 1u);
    EXPECT_TRUE(has("a"));
}

TEST_F(CodedStoreTest, AFullDiskIsSaidAndTriedAgain) {
    options_.retry = std::chrono::milliseconds(0);
    open();
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{8'192, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    save("a", 20'000);
    EXPECT_EQ(full(), 1);
    EXPECT_EQ(counter("consort_rendition_store_errors_total"), 1);
    EXPECT_FALSE(has("a"));
    EXPECT_TRUE(files().empty()) << "nothing half is left";
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    save("b", 20'000);
    EXPECT_EQ(full(), 0);
    EXPECT_TRUE(has("b"));
}

TEST_F(CodedStoreTest, WhileTheDiskIsFullNothingIsTried) {
    options_.retry = std::chrono::hours(1);
    open();
    save("a");
    fs::remove_all(options_.directory);
    std::ofstream(options_.directory) << "a file stands where the folder was";
    save("b");
    EXPECT_EQ(full(), 1);
    save("c");
    EXPECT_EQ(counter("consort_rendition_store_errors_total"), 1);
    EXPECT_EQ(store_->load("a").error().status, CONSORT_E_NOT_FOUND);
    fs::remove(options_.directory);
}

// What is killed at any moment leaves only whole entries, and what is left is within the bound.
TEST_F(CodedStoreTest, AKilledProcessLeavesNothingWrong) {
    constexpr std::uint64_t kMax = 1 << 20;
    constexpr int kKeys = 60, kRounds = 15;
    const auto size = [](int key) { return static_cast<std::size_t>(1'000 + key * 2'000); };
    options_.directory = directory_.path() / "segments";
    options_.max_bytes = kMax;
    std::minstd_rand random(1);
    int survived = 0;
    for (int round = 0; round < kRounds; ++round) {
        int pipe[2];
        ASSERT_EQ(::pipe(pipe), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            observe::Metrics metrics;
            CodedStore store(options_, metrics);
            store.settle(kLimit);
            for (int i = round;; ++i) {
                const std::string key = std::to_string(i * 7 % kKeys);
                store.save(key, coded(key, size(i * 7 % kKeys)));
                if (::write(pipe[1], "x", 1) != 1) ::_exit(1);
            }
        }
        ::close(pipe[1]);
        char byte;
        for (unsigned i = random() % 200 + 1; i > 0; --i) ASSERT_EQ(::read(pipe[0], &byte, 1), 1);
        ::kill(child, SIGKILL);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status));
        ::close(pipe[0]);

        observe::Metrics metrics;
        CodedStore store(options_, metrics);
        ASSERT_TRUE(store.settle(kLimit));
        EXPECT_LE(blocks(), kMax);
        for (int i = 0; i < kKeys; ++i) {
            const std::string key = std::to_string(i);
            const bool promised = store.may_have(key);
            const auto found = store.load(key);
            EXPECT_EQ(promised, found.ok()) << key;
            if (!found) continue;
            ++survived;
            EXPECT_TRUE(same(*found, coded(key, size(i)))) << key;
        }
        EXPECT_EQ(metrics.counter("consort_rendition_store_damaged_total", "Help.").value(), 0);
    }
    EXPECT_GT(survived, kRounds);
}

}  // namespace
}  // namespace consort::media
