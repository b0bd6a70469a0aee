// Every kind of sound read from any place equals the track decoded whole.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

#include "plugins/codec/common/sound_format.hpp"
#include "plugins/codec/ffmpeg/declared_format.hpp"
#include "plugins/codec/ffmpeg/track_decoder.hpp"
#include "tests/codec/file_media.hpp"

namespace consort::codec::testing {
namespace {

struct Kind {
    const char* name;
    const char* encode;  // FFmpeg's arguments
    const char* file;
    std::uint32_t source_format, source_bits;
    bool lossless;
    double tolerance;  // of lossy ones against FFmpeg's own decoder
};

void PrintTo(const Kind& kind, std::ostream* to) { *to << kind.name; }

std::vector<float> floats_of(const std::vector<std::byte>& values, const Pcm& pcm) {
    std::vector<float> floats(values.size() / frame_bytes(pcm) * pcm.channels);
    to_float(values.data(), pcm, floats.size(), floats.data());
    return floats;
}

// A file of each kind, made once.
struct Made {
    Workshop shop;
    Sound sound;
};
// 13 s, so that several blocks are decoded.
constexpr std::uint64_t kFrames = 44'100 * 13 + 123;

const Made& made_of(const Kind& kind) {
    static std::map<std::string, std::unique_ptr<Made>> all;
    auto& made = all[kind.name];
    if (!made) {
        made = std::make_unique<Made>();
        made->sound =
            make_sound(Signal::kMusic, 44'100, 2, kFrames, kind.source_format, kind.source_bits);
        write_wav(made->shop, "source.wav", made->sound);
        made->shop.make(std::string("-i source.wav ") + kind.encode, kind.file);
    }
    return *made;
}

class DecoderTest : public ::testing::TestWithParam<Kind> {
  protected:
    void SetUp() override {
        silence_libav();
        media_ = file_media(made_.shop, GetParam().file);
    }
    // What FFmpeg's command line makes of the file.
    std::vector<float> reference() const {
        // Opus by its reference decoder; FFmpeg's own differs by a thousandth.
        const bool opus = std::string_view(GetParam().name) == "opus";
        const auto raw = container_ffmpeg::testing::read_file(made_.shop.make(
            std::string(opus ? "-c:a libopus" : "") + " -i " + GetParam().file + " -f f32le",
            "reference.raw"));
        std::vector<float> floats(raw.size() / sizeof(float));
        std::memcpy(floats.data(), raw.data(), floats.size() * sizeof(float));
        return floats;
    }
    const Made& made_ = made_of(GetParam());
    std::unique_ptr<FakeMedia> media_;
};

TEST_P(DecoderTest, TheWholeIsWhatFfmpegDecodes) {
    OpenedTrack track(*media_);
    const auto all = track.read_all(10'007);
    EXPECT_EQ(all.size(), track.pcm.frames * frame_bytes(track.pcm));
    EXPECT_EQ(track.reports, 0);
    if (GetParam().lossless) {
        EXPECT_EQ(track.pcm.frames, kFrames);
        EXPECT_EQ(track.pcm.sample_format, GetParam().source_format);
        EXPECT_EQ(track.pcm.bits, GetParam().source_bits);
        EXPECT_TRUE(all == made_.sound.values);
    }
    const auto got = floats_of(all, track.pcm), want = reference();
    // Where FFmpeg's own demuxer knows less about the end, it gives more.
    ASSERT_LE(got.size(), want.size());
    double worst = 0;
    for (std::size_t i = 0; i < got.size(); ++i)
        worst = std::max(worst, static_cast<double>(std::fabs(got[i] - want[i])));
    EXPECT_LE(worst, GetParam().tolerance);
}

TEST_P(DecoderTest, AnyPlaceGivesTheSameValues) {
    OpenedTrack whole(*media_);
    const auto all = whole.read_all(65'536);
    const std::size_t size = frame_bytes(whole.pcm);
    const std::uint64_t frames = whole.pcm.frames;
    OpenedTrack jumping(*media_);
    std::mt19937_64 random(3);
    std::vector<std::pair<std::uint64_t, std::uint64_t>> places = {{0, 1},
                                                                   {0, 5'000},
                                                                   {1, 4'096},
                                                                   {1'023, 2},
                                                                   {frames - 1, 1},
                                                                   {frames - 5, 9},
                                                                   {frames - 3'000, 3'000},
                                                                   {frames, 10},
                                                                   {frames + 100'000, 10},
                                                                   {UINT64_MAX - 5, 10},
                                                                   {frames / 2, 0}};
    for (int i = 0; i < 25; ++i) places.push_back({random() % frames, 1 + random() % 30'000});
    for (int i = 0; i < 3; ++i) {  // on from where the last ended, and back a little
        const auto [from, count] = places.back();
        places.push_back({from + count, 2'000});
        places.push_back({from, 100});
    }
    for (const auto& [from, count] : places) {
        const std::uint64_t expected = from < frames ? std::min(count, frames - from) : 0;
        const auto check = [&](OpenedTrack& track) {
            const auto got = track.read(from, count);
            ASSERT_EQ(got.size(), expected * size) << from;
            EXPECT_TRUE(std::equal(
                got.begin(), got.end(),
                all.begin() + static_cast<std::ptrdiff_t>(std::min(from, frames) * size)))
                << from << " + " << count;
        };
        check(jumping);
        if (from % 3 == 0) {
            OpenedTrack fresh(*media_);
            check(fresh);
        }
    }
}

TEST_P(DecoderTest, DamageIsSilenceAndNothingElseChanges) {
    OpenedTrack good(*media_);
    const auto all = good.read_all(65'536);
    consort_track track{};
    track.struct_size = sizeof track;
    FakeMedia::api().track(media_->raw(), 0, &track);
    // The samples in the middle become rubbish.
    std::vector<Sample> samples(track.sample_count);
    FakeMedia::api().samples(media_->raw(), 0, 0, samples.size(), samples.data());
    const std::size_t middle = samples.size() / 2;
    std::mt19937 random(9);
    for (std::size_t i = middle; i < middle + 3; ++i) {
        std::string& area =
            (samples[i].flags & CONSORT_SAMPLE_INLINE) != 0 ? media_->inline_area : media_->source;
        for (std::uint32_t b = 0; b < samples[i].size; ++b)
            area[samples[i].offset + b] = static_cast<char>(random());
    }
    OpenedTrack bad(*media_);
    const auto got = bad.read_all(65'536);
    ASSERT_EQ(got.size(), all.size()) << "as long as ever";
    const std::size_t size = frame_bytes(good.pcm);
    const double scale = static_cast<double>(good.pcm.rate) / track.timescale;
    const auto place = [&](std::int64_t time) {
        return static_cast<std::size_t>(static_cast<double>(time - track.edit_start) * scale) *
               size;
    };
    const std::size_t before = place(samples[middle].decode_time);
    EXPECT_TRUE(
        std::equal(got.begin(), got.begin() + static_cast<std::ptrdiff_t>(before), all.begin()))
        << "before the damage";
    // A decoder's memory of the rubbish ends with its block of samples.
    const std::size_t after = std::min(middle + 600, samples.size() - 1);
    const std::size_t from = place(samples[after].decode_time);
    EXPECT_TRUE(std::equal(got.begin() + static_cast<std::ptrdiff_t>(from), got.end(),
                           all.begin() + static_cast<std::ptrdiff_t>(from)))
        << "after the damage";
    const std::string kind = GetParam().name;
    if (kind == "flac") {
        const std::size_t to = place(samples[middle + 3].decode_time);
        EXPECT_TRUE(std::all_of(got.begin() + static_cast<std::ptrdiff_t>(before),
                                got.begin() + static_cast<std::ptrdiff_t>(to),
                                [](std::byte b) { return b == std::byte{0}; }));
        EXPECT_EQ(bad.reports, 1) << "said once";
    }
}

constexpr Kind kKinds[] = {
    {"flac", "-c:a flac", "a.flac", CONSORT_PCM_S16, 16, true, 0},
    {"flac24", "-c:a flac -sample_fmt s32", "a.flac", CONSORT_PCM_S32, 24, true, 0},
    {"alac", "-c:a alac", "a.m4a", CONSORT_PCM_S16, 16, true, 0},
    {"alac24", "-c:a alac -sample_fmt s32p", "a.m4a", CONSORT_PCM_S32, 24, true, 0},
    {"pcm_s16le", "-c:a pcm_s16le", "b.wav", CONSORT_PCM_S16, 16, true, 0},
    {"pcm_s24le", "-c:a pcm_s24le", "b.wav", CONSORT_PCM_S32, 24, true, 0},
    {"pcm_s32le", "-c:a pcm_s32le", "b.wav", CONSORT_PCM_S32, 32, true, 1e-7},
    {"pcm_f32le", "-c:a pcm_f32le", "b.wav", CONSORT_PCM_F32, 0, true, 0},
    {"pcm_u8", "-c:a pcm_u8", "b.wav", CONSORT_PCM_S16, 8, true, 0},
    {"pcm_s24be", "-c:a pcm_s24be", "b.aiff", CONSORT_PCM_S32, 24, true, 0},
    {"pcm_s16be", "-c:a pcm_s16be", "b.aiff", CONSORT_PCM_S16, 16, true, 0},
    // Noise substitution has another noise wherever a decoder begins, so it is off here.
    {"aac", "-c:a aac -aac_pns 0 -b:a 192k", "a.m4a", CONSORT_PCM_S16, 16, false, 1e-5},
    {"mp3", "-c:a libmp3lame -b:a 160k", "a.mp3", CONSORT_PCM_S16, 16, false, 1e-5},
    {"opus", "-c:a libopus -b:a 128k", "a.opus", CONSORT_PCM_S16, 16, false, 2e-5},
    {"vorbis", "-c:a libvorbis -q:a 5", "a.ogg", CONSORT_PCM_S16, 16, false, 1e-5},
    {"mkv_flac", "-c:a flac", "a.mka", CONSORT_PCM_S16, 16, true, 0},
};

INSTANTIATE_TEST_SUITE_P(Kinds, DecoderTest, ::testing::ValuesIn(kKinds),
                         [](const auto& kind) { return std::string(kind.param.name); });

bool same_form(const Pcm& a, const Pcm& b) {
    return a.rate == b.rate && a.channels == b.channels && a.channel_mask == b.channel_mask &&
           a.sample_format == b.sample_format && a.bits == b.bits;
}

// What a header says must be what the decoder makes; where it is silent, nothing is declared.
TEST(Decoder, WhatATrackDeclaresIsWhatItDecodesTo) {
    silence_libav();
    const Workshop shop;
    int declared = 0;
    for (const std::uint32_t rate : {22'050u, 44'100u, 48'000u, 96'000u}) {
        for (const std::uint32_t channels : {1u, 2u}) {
            write_wav(shop, "form.wav",
                      make_sound(Signal::kMusic, rate, channels, rate / 2, CONSORT_PCM_S32, 24));
            for (const Kind& kind : kKinds) {
                if (rate == 96'000 && std::string_view(kind.name) == "mp3") continue;
                const std::string file = std::string("form-") + kind.file;
                shop.make(std::string("-i form.wav ") + kind.encode, file);
                const auto media = file_media(shop, file);
                const auto track = media->view().track(0);
                ASSERT_TRUE(track.ok());
                const auto told = declared_format(*track);
                if (!told) continue;
                ++declared;
                const auto decoded = TrackDecoder::decoded_format(media->view(), 0);
                ASSERT_TRUE(decoded.ok()) << decoded.error().text;
                EXPECT_TRUE(same_form(*told, *decoded))
                    << kind.name << " of " << rate << " Hz, " << channels << " channels";
            }
        }
    }
    // FLAC (three kinds), ALAC (two), MP3, Opus and Vorbis always, AAC above 24 kHz.
    EXPECT_EQ(declared, (3 + 2 + 1 + 1) * 8 + 6 + 6);
}

TEST(Decoder, NoiseSubstitutionIsTheSameFromAnyPlace) {
    const Workshop shop;
    write_wav(shop, "s.wav", make_sound(Signal::kNoise, 44'100, 2, 44'100 * 15));
    shop.make("-i s.wav -c:a aac -aac_pns 1 -b:a 48k", "a.m4a");
    const auto media = file_media(shop, "a.m4a");
    OpenedTrack whole(*media), late(*media);
    const auto all = whole.read_all(4'096);
    const auto part = late.read(400'000, 50'000);
    const std::size_t size = frame_bytes(whole.pcm);
    EXPECT_TRUE(std::equal(part.begin(), part.end(),
                           all.begin() + static_cast<std::ptrdiff_t>(400'000 * size)));
}

TEST(Decoder, ReadsNeighboursInOneGo) {
    const Workshop shop;
    write_wav(shop, "s.wav", make_sound(Signal::kMusic, 44'100, 2, 44'100 * 60));
    shop.make("-i s.wav -c:a flac", "a.flac");
    const auto media = file_media(shop, "a.flac");
    OpenedTrack track(*media);
    const std::uint64_t before = media->source_bytes_used();
    track.read(44'100 * 30, 44'100);
    // A second of a minute: no more than a few hundred kilobytes around it.
    EXPECT_LT(media->source_bytes_used() - before, 600u << 10);
}

TEST(Decoder, RefusesWhatItCannotDecode) {
    FakeMedia media;
    media.add_track({[] {
                         consort_track track{};
                         track.kind = CONSORT_TRACK_VIDEO;
                         track.timescale = 1'000;
                         return track;
                     }(),
                     "h264",
                     "",
                     "",
                     "",
                     "",
                     {}});
    consort_track sound{};
    sound.kind = CONSORT_TRACK_AUDIO;
    sound.timescale = sound.sample_rate = 44'100;
    sound.channels = 2;
    media.add_track({sound, "no-such-codec", "", "", "", "", {}});
    media.source = std::string(10'000, 'x');
    std::vector<Sample> samples;
    for (unsigned i = 0; i < 90; ++i)
        samples.push_back({i * 100, 0, 100, 1'024, 0, CONSORT_SAMPLE_SYNC});
    media.add_track({sound, "aac", "", "", "", std::string("\x12\x10", 2), samples});
    media.add_track({sound, "flac", "", "", "", "nonsense", samples});
    media.add_track({sound, "aac", "", "", "", std::string("\x12\x10", 2), {}});
    const auto status = [&](std::uint32_t track) {
        const auto opened = TrackDecoder::open(media.view(), track);
        return opened ? CONSORT_OK : opened.error().status;
    };
    silence_libav();
    EXPECT_EQ(status(0), CONSORT_E_UNSUPPORTED);
    EXPECT_EQ(status(1), CONSORT_E_UNSUPPORTED);
    EXPECT_EQ(status(2), CONSORT_E_CORRUPT) << "rubbish";
    EXPECT_EQ(status(3), CONSORT_E_CORRUPT);
    EXPECT_EQ(status(4), CONSORT_E_CORRUPT) << "no samples";
    EXPECT_EQ(status(9), CONSORT_E_INVALID);
}

}  // namespace
}  // namespace consort::codec::testing
