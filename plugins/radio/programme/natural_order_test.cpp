#include "plugins/radio/programme/natural_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace consort::radio {
namespace {

TEST(NaturalOrderTest, SortsAsPeopleDo) {
    const std::vector<std::string> wanted = {
        "1 x.mp3",
        "02 x.mp3",
        "2 x.mp3",
        "10 x.mp3",
        "99999999999999999999998.mp3",
        "99999999999999999999999.mp3",
        "Album 2/1.mp3",
        "album 2/2.mp3",
        "Album 10/1.mp3",
        "Album 10 bonus/1.mp3",
        "apple.mp3",
        "Banana.mp3",
        "Äpfel.mp3",
        "ärzte.mp3",
        "Äther.mp3",
        "Москва.mp3",
        "москва 2.mp3",
        "Яблоко.mp3",
        "あ.mp3",
        "日本 2.mp3",
        "日本 10.mp3",
        "\xF0\x9F\x8E\xB5.mp3",
        "\xFF broken.mp3",
    };
    std::vector<std::string> sorted = wanted;
    std::mt19937 random(1);
    for (int i = 0; i < 20; ++i) {
        std::shuffle(sorted.begin(), sorted.end(), random);
        std::sort(sorted.begin(), sorted.end(), natural_less);
        EXPECT_EQ(sorted, wanted);
    }
}

TEST(NaturalOrderTest, IsAnOrderOfAnyBytes) {
    std::mt19937 random(7);
    const std::string alphabet("019aA/ \xC3\x84\xA4\xE3\xFF", 12);
    std::vector<std::string> texts;
    for (int i = 0; i < 120; ++i) {
        std::string text;
        for (auto length = random() % 6; length > 0; --length)
            text.push_back(alphabet[random() % alphabet.size()]);
        texts.push_back(text);
    }
    for (const auto& a : texts)
        for (const auto& b : texts) {
            EXPECT_EQ(natural_less(a, b) || natural_less(b, a), a != b) << a << '|' << b;
            EXPECT_FALSE(natural_less(a, b) && natural_less(b, a));
            for (const auto& c : texts)
                if (natural_less(a, b) && natural_less(b, c)) {
                    EXPECT_TRUE(natural_less(a, c)) << a << '|' << b << '|' << c;
                }
        }
}

}  // namespace
}  // namespace consort::radio
