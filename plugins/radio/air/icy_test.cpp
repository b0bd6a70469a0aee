#include "plugins/radio/air/icy.hpp"

#include <gtest/gtest.h>

namespace consort::radio {
namespace {

Track track(std::string artist, std::string title) {
    Track made;
    made.artist = std::move(artist);
    made.title = std::move(title);
    return made;
}

// The text of a block, as players read it.
std::string text_of(const std::string& block) {
    const std::size_t length = static_cast<unsigned char>(block.at(0)) * std::size_t{16};
    EXPECT_EQ(block.size(), 1 + length);
    const std::size_t end = block.find_last_not_of('\0');
    EXPECT_LT(block.size() - 1 - end, 16u) << "padded with more than it needs";
    return block.substr(1, end);
}

std::string title_of(const std::string& block) {
    const std::string text = text_of(block), before = "StreamTitle='";
    EXPECT_EQ(text.rfind(before, 0), 0u);
    return text.substr(before.size(), text.find("';") - before.size());
}

TEST(Icy, HoldsArtistTitleAndUrl) {
    EXPECT_EQ(text_of(icy_block(track("Die Ärzte", "Schrei"), "https://radio.example/")),
              "StreamTitle='Die Ärzte - Schrei';StreamUrl='https://radio.example/';");
}

TEST(Icy, ATitleAloneHasNoDash) { EXPECT_EQ(title_of(icy_block(track("", "News"), "")), "News"); }

TEST(Icy, NothingInATitleEndsIt) {
    const std::string title = title_of(icy_block(track("", "a';StreamUrl='evil';b"), ""));
    EXPECT_EQ(title, "a’;StreamUrl='evil’;b");
    EXPECT_EQ(title_of(icy_block(track("", "Rock 'n' Roll"), "")), "Rock 'n' Roll");
    EXPECT_EQ(title_of(icy_block(track("", "the dogs'"), "")), "the dogs’");
}

TEST(Icy, ControlCharactersBecomeBlanks) {
    EXPECT_EQ(title_of(icy_block(track("", std::string("a\nb\0c", 5)), "")), "a b c");
}

TEST(Icy, IsCutBetweenCharacters) {
    std::string longest;
    for (int i = 0; i < 3'000; ++i) longest += "ü";
    const std::string block = icy_block(track("", longest), "u");
    EXPECT_EQ(block.size(), 1 + most_icy_text);
    const std::string title = title_of(block);
    EXPECT_EQ(title.size() % 2, 0u);
    EXPECT_EQ(title, longest.substr(0, title.size()));
    EXPECT_EQ(text_of(icy_block(track("", "x"), std::string(9'000, 'u'))).size(),
              1'000 + std::string("StreamTitle='x';StreamUrl='';").size());
}

}  // namespace
}  // namespace consort::radio
