// From a file on disk to coded samples of another kind, and back to sound.
#include <gtest/gtest.h>

#include <utility>

#include "consort/testing.hpp"

#include "plugins/codec/aac/aac_encoder.hpp"
#include "plugins/codec/ffmpeg/ffmpeg_decoder.hpp"
#include "tests/codec/encoder_suite.hpp"
#include "tests/codec/file_media.hpp"

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
    EXPECT_LT(error_db(sound.floats(), decoded, 2, 0, sound.frames()), -18);
}

struct CodecPlugin {
    explicit CodecPlugin(Context& context) {
        context.offer_decoder("ffmpeg", std::make_unique<FfmpegDecoder>(context.log()));
        context.offer_encoder("aac", std::make_unique<AacEncoder>());
    }
};

TEST(Chain, ThroughTheHostsTables) {
    const Workshop shop;
    const Sound sound = make_sound(Signal::kMusic, 44'100, 2, 100'000);
    write_wav(shop, "a.wav", sound);
    shop.make("-i a.wav -c:a flac", "a.flac");
    const auto media = file_media(shop, "a.flac");
    media->source[media->source.size() / 2] ^= 1;  // one frame's checksum is wrong
    consort::testing::FakeHost host;
    ASSERT_TRUE(host.load<CodecPlugin>().ok());
    const auto decoder = host.component<consort_decoder>(CONSORT_DECODER, "ffmpeg");
    const auto encoder = host.component<consort_encoder>(CONSORT_ENCODER, "aac");
    ASSERT_TRUE(decoder && encoder);

    Pcm pcm{};
    ASSERT_EQ(decoder->format(decoder.self, media->raw(), 0, &pcm), CONSORT_OK);
    EXPECT_EQ(pcm.frames, 100'000u);
    EXPECT_EQ(decoder->format(decoder.self, media->raw(), 1, &pcm), CONSORT_E_INVALID);
    struct Opened {
        const consort_decoder* table;
        consort_pcm_reader* reader = nullptr;
    } opened{decoder.table};
    ASSERT_EQ(decoder->open(decoder.self, media->raw(), 0, &opened.reader), CONSORT_OK);
    consort_pcm_input input{};
    input.self = &opened;
    input.read = [](void* self, std::uint64_t position, std::uint64_t frames, void* buffer,
                    std::uint64_t* got) noexcept {
        const auto& from = *static_cast<Opened*>(self);
        return from.table->read(from.reader, position, frames, buffer, got);
    };
    input.canceled = [](void*) noexcept -> std::int32_t { return 0; };

    consort_encode_source source{};
    source.struct_size = sizeof source;
    source.kind = CONSORT_TRACK_AUDIO;
    source.pcm = &pcm;
    consort_encode_settings settings{};
    settings.struct_size = sizeof settings;
    settings.bit_rate = 128'000;
    consort_encoding* encoding = nullptr;
    ASSERT_EQ(encoder->prepare(encoder.self, &source, &settings, &encoding), CONSORT_OK);
    std::size_t samples = 0;
    const consort_encode_sink sink{
        &samples, [](void* self, const consort_sample*, const void*) noexcept -> consort_status {
            ++*static_cast<std::size_t*>(self);
            return CONSORT_OK;
        }};
    EXPECT_EQ(encoder->encode(encoding, 0, INT64_MAX, input, sink), CONSORT_OK);
    EXPECT_EQ(samples, 99u);
    EXPECT_TRUE(host.log.contains("damaged"));
    encoder->release(encoding);
    decoder->close(opened.reader);
    EXPECT_EQ(media->references(), 0);
}

}  // namespace
}  // namespace consort::codec::testing
