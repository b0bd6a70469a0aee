#include "plugins/radio/programme/audio_name.hpp"

#include <gtest/gtest.h>

namespace consort::radio {
namespace {

TEST(AudioNameTest, KnowsAudioByItsExtensionInAnyCase) {
    for (const char* name : {"a.mp3", "A.FLAC", "a b.m4a", "x.y.Ogg", "a.opus", "a.wv", "a.3ga",
                             "a.aiff", "a.dsf", "\xFF.mka", "a.m4b", "a.mpc", "a.tta", "a.ac3"})
        EXPECT_TRUE(is_audio_name(name)) << name;
    for (const char* name : {"cover.jpg", "mp3", ".mp3", ".hidden.mp3", "a.", "a.mp3.part", "", "a",
                             "list.m3u", "a.flacc", "film.mkv", "a.mp"})
        EXPECT_FALSE(is_audio_name(name)) << name;
}

}  // namespace
}  // namespace consort::radio
