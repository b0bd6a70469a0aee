#include "core/media/storage.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "core/media/test_world.hpp"

namespace consort::media {
namespace {

TEST(StorageUri, EncodesWhatRfc3986Demands) {
    EXPECT_EQ(Storage::to_uri("/music/a b#?.flac"), "file:///music/a%20b%23%3F.flac");
    EXPECT_EQ(Storage::to_uri("/\xff%41"), "file:///%FF%2541");
    EXPECT_EQ(Storage::to_uri("s3://bucket/x"), "s3://bucket/x");
    EXPECT_EQ(Storage::to_uri("music/x"),
              Storage::to_uri((std::filesystem::current_path() / "music/x").native()));
    EXPECT_EQ(Storage::child("/music", "a/b"), "file:///music/a%2Fb");
    EXPECT_EQ(Storage::child("file:///music/", "ä"), "file:///music/%C3%A4");
}

TEST(Storage, RoutesBySchemeAndCountsBytes) {
    testing::World world;
    world.files["memory:a"] = {"hello", 1};
    Storage storage(world.registry, world.metrics);
    {
        auto source = storage.open("memory:a");
        ASSERT_TRUE(source);
        EXPECT_EQ((*source)->stat().size, 5u);
        EXPECT_EQ((*source)->descriptor(), -1);
        char buffer[10] = {};
        EXPECT_EQ(*(*source)->read(1, buffer, sizeof buffer), 4u);
        EXPECT_STREQ(buffer, "ello");
    }
    EXPECT_EQ(world.closed, 1);
    EXPECT_EQ(world.counter("consort_source_bytes_read_total"), 4);
    EXPECT_EQ(storage.open("memory:b").error().text, "There is no such file in memory.");
    const auto foreign = storage.open("ftp://x/y");
    EXPECT_EQ(foreign.error().status, CONSORT_E_UNSUPPORTED);
    EXPECT_NE(foreign.error().text.find("'ftp'"), std::string::npos);
    EXPECT_FALSE(storage.watch("memory:a", [](std::uint32_t, std::string_view) {}));
}

TEST(Identity, NamesContentNotPlace) {
    testing::World world;
    std::string large(3'000'000, 0);
    for (std::size_t i = 0; i < large.size(); ++i)
        large[i] = static_cast<char>(i * 2'654'435'761u >> 13);
    world.files["memory:a"] = {large, 1};
    world.files["memory:b"] = {large, 2};
    large.back() ^= 1;
    world.files["memory:c"] = {large, 3};
    world.files["memory:empty"] = {"", 4};
    world.files["memory:small"] = {"small", 5};
    Storage storage(world.registry, world.metrics);
    const auto identity = [&](const char* uri) { return *content_identity(**storage.open(uri)); };
    EXPECT_EQ(identity("memory:a").size(), 32u);
    EXPECT_EQ(identity("memory:a").find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_EQ(identity("memory:a"), identity("memory:b"));
    EXPECT_NE(identity("memory:a"), identity("memory:c"));
    EXPECT_NE(identity("memory:empty"), identity("memory:small"));
    EXPECT_LT(world.counter("consort_source_bytes_read_total"), 4 * 400'000);
}

TEST(Containers, KnowExtensions) {
    testing::World world;
    const Containers containers(world.registry);
    EXPECT_TRUE(containers.worth_a_probe("a.b.MEM"));
    EXPECT_FALSE(containers.worth_a_probe("mem"));
    EXPECT_FALSE(containers.worth_a_probe("a.txt"));
}

}  // namespace
}  // namespace consort::media
