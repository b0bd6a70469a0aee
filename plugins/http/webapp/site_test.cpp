#include "plugins/http/webapp/site.hpp"

#include <gtest/gtest.h>

#include "plugins/http/webapp/test_directory.hpp"

namespace consort::webapp {
namespace {

TEST(SiteTest, KeepsEveryFileUnderItsPath) {
    TestDirectory directory;
    directory.put("index.html", "<!doctype html>");
    directory.put("assets/app-1.js", std::string("a\0b", 3));
    directory.put("deep/er/empty.css", "");
    const Result<Site> site = Site::load(directory.path());
    ASSERT_TRUE(site.ok()) << site.error().text;
    EXPECT_EQ(site->file_count(), 3u);
    EXPECT_EQ(site->file("assets/app-1.js")->bytes, std::string("a\0b", 3));
    EXPECT_TRUE(site->file("assets/app-1.js")->immutable);
    EXPECT_FALSE(site->index()->immutable);
    EXPECT_EQ(site->file("deep/er/empty.css")->bytes, "");
}

TEST(SiteTest, ATagFollowsTheBytes) {
    TestDirectory directory;
    directory.put("index.html", "one");
    directory.put("a.txt", "one");
    directory.put("b.txt", "two");
    const Result<Site> site = Site::load(directory.path());
    ASSERT_TRUE(site.ok());
    EXPECT_EQ(site->file("a.txt")->etag, site->index()->etag);
    EXPECT_NE(site->file("a.txt")->etag, site->file("b.txt")->etag);
}

TEST(SiteTest, PathsOutsideAreNotThere) {
    TestDirectory directory;
    directory.put("site/index.html", "x");
    directory.put("secret.txt", "s");
    std::filesystem::create_symlink("../secret.txt", directory.path() / "site/link.txt");
    const Result<Site> site = Site::load(directory.path() / "site");
    ASSERT_TRUE(site.ok());
    for (const char* path : {"../secret.txt", "/index.html", "./index.html", "link.txt", "",
                             "assets/../index.html", "index.html/"})
        EXPECT_EQ(site->file(path), nullptr) << path;
}

TEST(SiteTest, ADirectoryWithoutAnIndexIsNoSite) {
    TestDirectory directory;
    directory.put("other.html", "x");
    EXPECT_EQ(Site::load(directory.path()).error().status, CONSORT_E_NOT_FOUND);
    EXPECT_EQ(Site::load(directory.path() / "missing").error().status, CONSORT_E_NOT_FOUND);
    EXPECT_EQ(Site::load("").error().status, CONSORT_E_NOT_FOUND);
}

TEST(SiteTest, WhatIsTooLargeIsRefused) {
    TestDirectory directory;
    directory.put("index.html", "x");
    directory.put("film.mp4", "");
    std::filesystem::resize_file(directory.path() / "film.mp4", Site::max_bytes + 1);
    const Result<Site> site = Site::load(directory.path());
    ASSERT_FALSE(site.ok());
    EXPECT_EQ(site.error().status, CONSORT_E_UNSUPPORTED);
}

TEST(SiteTest, AppRoutesHaveNoExtensionAndAreNoApi) {
    for (const char* path : {"", "albums", "albums/a1", "search", "apiary"})
        EXPECT_TRUE(is_app_route(path)) << path;
    for (const char* path : {"api", "api/v1/tracks", "favicon.ico", "assets/gone.js", "a/b.css"})
        EXPECT_FALSE(is_app_route(path)) << path;
}

TEST(SiteTest, ContentTypesOfWhatTheBuildMakes) {
    EXPECT_EQ(content_type_of("index.html"), "text/html; charset=utf-8");
    EXPECT_EQ(content_type_of("assets/a.js"), "text/javascript; charset=utf-8");
    EXPECT_EQ(content_type_of("assets/a.css"), "text/css; charset=utf-8");
    EXPECT_EQ(content_type_of("icon.svg"), "image/svg+xml");
    EXPECT_EQ(content_type_of("strange"), "application/octet-stream");
}

}  // namespace
}  // namespace consort::webapp
