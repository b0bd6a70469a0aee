// From a file on disk to coded samples of another kind, and back to sound.
#include <gtest/gtest.h>

#include <set>

#include "plugins/codec/aac/aac_encoder.hpp"
#include "plugins/codec/common/encoder_suite.hpp"
#include "plugins/codec/ffmpeg/file_media.hpp"

namespace consort::codec::testing {
namespace {

TEST(Chain, AacOutOfAFlacFile) {
    const Workshop shop;
    const Sound sound = make_sound(Signal::kMusic, 44'100, 2, 200'001);
    write_wav(shop, "a.wav", sound);
    shop.make("-i a.wav -c:a flac", "a.flac");
    const auto media = file_media(shop, "a.flac");
    OpenedTrack source(*media);
    ASSERT_EQ(source.pcm.frames, sound.frames());
    EXPECT_TRUE(source.read_all(5'000) == sound.values) << "lossless";

    EncodeSource what;
    what.kind = CONSORT_TRACK_AUDIO;
    what.pcm = source.pcm;
    EncodeSettings settings;
    settings.bit_rate = 256'000;
    const auto encoding = AacEncoder().prepare(what, settings);
    ASSERT_TRUE(encoding.ok()) << encoding.error().text;
    const Track track = (*encoding)->track();
    Coded coded;
    const PcmInput pcm = input_of(*source.reader);
    for (const auto& [from, to] : {std::pair<std::int64_t, std::int64_t>{0, 50 * 1'024},
                                   {50 * 1'024, 130 * 1'024},
                                   {130 * 1'024, INT64_MAX}}) {
        auto part = encode(**encoding, pcm, from, to);
        ASSERT_TRUE(part.ok()) << part.error().text;
        coded.insert(coded.end(), part->begin(), part->end());
    }
    EXPECT_EQ(coded.size(), track.sample_count);
    const auto decoded = decode_all(track, coded);
    EXPECT_EQ(decoded.size(), sound.frames() * 2);
    EXPECT_LT(error_db(sound.floats(), decoded, 2, 0, sound.frames()), -20);
}

}  // namespace
}  // namespace consort::codec::testing
