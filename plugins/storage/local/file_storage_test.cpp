#include "plugins/storage/local/file_storage.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "plugins/storage/local/file_uri.hpp"

namespace consort::storage_local {
namespace {

class FileStorageTest : public ::testing::Test {
  protected:
    std::filesystem::path directory_;
    std::vector<std::string> warnings_;
    FileStorage storage_{[this](std::string_view text) { warnings_.emplace_back(text); }};

    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "consort-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }
    std::string uri(const std::string& name) const { return uri_of((directory_ / name).string()); }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(directory_ / name) << text;
    }
};

TEST_F(FileStorageTest, ReadsByPosition) {
    write("a b#?%.flac", "0123456789");
    auto source = storage_.open(uri("a b#?%.flac"));
    ASSERT_TRUE(source) << source.error().text;
    EXPECT_EQ(storage_.stat(**source)->size, 10u);
    EXPECT_GE(storage_.descriptor(**source), 0);
    char buffer[16] = {};
    EXPECT_EQ(*storage_.read(**source, 7, buffer, sizeof buffer), 3u);
    EXPECT_STREQ(buffer, "789");
    EXPECT_EQ(*storage_.read(**source, 10, buffer, 1), 0u);
    EXPECT_EQ(*storage_.read(**source, UINT64_MAX, buffer, 1), 0u);
}

TEST_F(FileStorageTest, ServesNamesOfAnyBytes) {
    write("\xff\xfe\n.mp3", "x");
    EXPECT_TRUE(storage_.open(uri("\xff\xfe\n.mp3")));
}

TEST_F(FileStorageTest, RefusesWhatIsNoFileAndSaysWhy) {
    ASSERT_EQ(::mkfifo((directory_ / "pipe").c_str(), 0600), 0);
    EXPECT_EQ(storage_.open(uri("pipe")).error().status, CONSORT_E_UNSUPPORTED);
    EXPECT_EQ(storage_.open("file:///dev/zero").error().status, CONSORT_E_UNSUPPORTED);
    EXPECT_EQ(storage_.open(uri("")).error().status, CONSORT_E_UNSUPPORTED);
    const auto missing = storage_.open(uri("missing"));
    EXPECT_EQ(missing.error().status, CONSORT_E_NOT_FOUND);
    EXPECT_NE(missing.error().text.find("missing"), std::string::npos);
    EXPECT_EQ(storage_.look(uri("pipe")).error().status, CONSORT_E_UNSUPPORTED);
}

TEST_F(FileStorageTest, ListsFilesAndDirectoriesOnly) {
    write("file", "abc");
    std::filesystem::create_directory(directory_ / "folder");
    std::filesystem::create_symlink("file", directory_ / "link");
    std::filesystem::create_symlink("nowhere", directory_ / "dangling");
    std::filesystem::create_directory_symlink(".", directory_ / "loop");
    ASSERT_EQ(::mkfifo((directory_ / "pipe").c_str(), 0600), 0);
    std::map<std::string, consort_stat> found;
    const auto each = [](void* arg, consort_str name, const consort_stat* stat) noexcept {
        static_cast<std::map<std::string, consort_stat>*>(arg)->emplace(
            std::string(name.ptr, name.len), *stat);
        return consort_status{CONSORT_OK};
    };
    ASSERT_TRUE(storage_.list(uri(""), ListSink(each, &found)));
    ASSERT_EQ(found.size(), 4u);
    EXPECT_EQ(found["file"].kind, CONSORT_ENTRY_FILE);
    EXPECT_EQ(found["file"].size, 3u);
    EXPECT_EQ(found["link"].file_id, found["file"].file_id);
    EXPECT_EQ(found["folder"].kind, CONSORT_ENTRY_DIRECTORY);
    EXPECT_EQ(found["loop"].kind, CONSORT_ENTRY_DIRECTORY);
    ASSERT_TRUE(storage_.list(uri(""), ListSink(each, &found)));
    ASSERT_EQ(warnings_.size(), 1u) << "told once";
    EXPECT_NE(warnings_[0].find((directory_ / "dangling").string() + "': No such file"),
              std::string::npos)
        << warnings_[0];
    EXPECT_EQ(storage_.list(uri("file"), ListSink(each, &found)).error().status,
              CONSORT_E_NOT_FOUND);
}

TEST(FileUri, DecodesStrictly) {
    EXPECT_EQ(*path_of("file:///a%20b/%C3%A4"), "/a b/ä");
    EXPECT_EQ(*path_of("file://localhost/a"), "/a");
    for (const char* bad : {"", "file:", "file://", "file://host/a", "http:///a", "file:///a%0",
                            "file:///a%zz", "file:///a%00b", "file:///a?b", "file:///a#b"})
        EXPECT_EQ(path_of(bad).error().status, CONSORT_E_INVALID) << bad;
    const std::string odd = "/a b\xff%\n?#[]äöü";
    EXPECT_EQ(*path_of(uri_of(odd)), odd);
}

}  // namespace
}  // namespace consort::storage_local
