// consort.decoder/1 and consort.encoder/1 made of classes, called as the host calls them.
#include <gtest/gtest.h>

#include <array>
#include <numeric>

#include "consort/testing.hpp"

namespace consort {
namespace {

using testing::FakeHost;
using testing::FakeMedia;

constexpr Pcm kStereo{48'000, 2, 3, CONSORT_PCM_S16, 16, 100, 0};

struct Counter {  // frame n is n on the left and -n on the right
    struct Reader {
        int* open;
        explicit Reader(int* count) : open(count) { ++*open; }
        ~Reader() { --*open; }
        Result<std::uint64_t> read(std::uint64_t position, std::uint64_t frames, void* buffer) {
            if (position == 13) throw std::runtime_error("unlucky");
            const std::uint64_t got = position < 100 ? std::min(frames, 100 - position) : 0;
            auto* to = static_cast<std::int16_t*>(buffer);
            for (std::uint64_t i = 0; i < got; ++i) {
                to[2 * i] = static_cast<std::int16_t>(position + i);
                to[2 * i + 1] = static_cast<std::int16_t>(-to[2 * i]);
            }
            return got;
        }
    };
    Result<Pcm> format(MediaView media, std::uint32_t track) {
        if (media.identity().empty() || track > 0)
            return Error{CONSORT_E_UNSUPPORTED, "not this one"};
        return kStereo;
    }
    Result<std::unique_ptr<Reader>> open(MediaView, std::uint32_t) {
        return std::make_unique<Reader>(&readers);
    }
    int readers = 0;
};

struct Summing {  // a sample is the sum of four frames' left values
    struct Encoding {
        std::string revision = "summing 1";
        std::uint64_t frames = 0;
        consort_encoding_info info() const {
            consort_encoding_info info{};
            info.flags = CONSORT_ENCODING_CUTTABLE;
            info.sample_duration = 4;
            info.revision = str(revision);
            return info;
        }
        Track track() const {
            Track track{};
            track.codec = str("sum");
            track.sample_count = frames / 4;
            return track;
        }
        Result<void> encode(std::int64_t start, std::int64_t end, const PcmInput& pcm,
                            const EncodeSink& sink) const {
            for (std::int64_t at = start; at < end; at += 4) {
                if (pcm.canceled()) return Error{CONSORT_E_CANCELED, "nobody waits"};
                std::array<std::int16_t, 8> in{};
                const auto got = pcm.read(static_cast<std::uint64_t>(at), 4, in.data());
                if (!got) return got.error();
                const int sum = in[0] + in[2] + in[4] + in[6];
                const Sample sample{0, at, sizeof sum, 4, 0, CONSORT_SAMPLE_SYNC};
                if (auto done = sink.sample(sample, &sum); !done) return done;
            }
            return {};
        }
    };
    Result<std::unique_ptr<Encoding>> prepare(const EncodeSource& source,
                                              const EncodeSettings& settings) {
        if (source.kind != CONSORT_TRACK_AUDIO)
            return Error{CONSORT_E_UNSUPPORTED, "only sound is summed"};
        seen_option = settings.option("mode").value_or("none");
        auto made = std::make_unique<Encoding>();
        made->frames = source.pcm.frames;
        return made;
    }
    std::string seen_option;
};

struct CodecPlugin {
    explicit CodecPlugin(Context& context) {
        context.offer_decoder("counter", decoder);
        context.offer_encoder("sum", encoder);
    }
    Counter decoder;
    Summing encoder;
};

class CodecOfferTest : public ::testing::Test {
  protected:
    void SetUp() override {
        auto loaded = host_.load<CodecPlugin>();
        ASSERT_TRUE(loaded.ok());
        plugin_ = *loaded;
        decoder_ = host_.component<consort_decoder>(CONSORT_DECODER, "counter");
        encoder_ = host_.component<consort_encoder>(CONSORT_ENCODER, "sum");
        ASSERT_TRUE(decoder_);
        ASSERT_TRUE(encoder_);
    }
    consort_encoding* prepare(const char* mode) {
        const consort_encode_option option{str("mode"), str(mode)};
        consort_encode_settings settings{};
        settings.struct_size = sizeof settings;
        settings.options = &option;
        settings.option_count = 1;
        consort_encode_source source{};
        source.struct_size = sizeof source;
        source.kind = CONSORT_TRACK_AUDIO;
        source.pcm = &kStereo;
        consort_encoding* made = nullptr;
        EXPECT_EQ(encoder_->prepare(encoder_.self, &source, &settings, &made), CONSORT_OK);
        return made;
    }
    FakeMedia media_;
    FakeHost host_;
    CodecPlugin* plugin_ = nullptr;
    FakeHost::Offered<consort_decoder> decoder_;
    FakeHost::Offered<consort_encoder> encoder_;
};

TEST_F(CodecOfferTest, ADecoderTellsItsFormatAndReads) {
    Pcm format{};
    ASSERT_EQ(decoder_->format(decoder_.self, media_.raw(), 0, &format), CONSORT_OK);
    EXPECT_EQ(format.rate, 48'000u);
    EXPECT_EQ(frame_bytes(format), 4u);
    EXPECT_EQ(decoder_->format(decoder_.self, media_.raw(), 1, &format), CONSORT_E_UNSUPPORTED);
    EXPECT_EQ(host_.error(), "not this one");

    consort_pcm_reader* reader = nullptr;
    ASSERT_EQ(decoder_->open(decoder_.self, media_.raw(), 0, &reader), CONSORT_OK);
    EXPECT_EQ(plugin_->decoder.readers, 1);
    std::array<std::int16_t, 20> buffer{};
    std::uint64_t got = 0;
    ASSERT_EQ(decoder_->read(reader, 95, 10, buffer.data(), &got), CONSORT_OK);
    EXPECT_EQ(got, 5u);
    EXPECT_EQ(buffer[0], 95);
    EXPECT_EQ(buffer[1], -95);
    EXPECT_EQ(decoder_->read(reader, 13, 10, buffer.data(), &got), CONSORT_E_INTERNAL);
    EXPECT_EQ(got, 0u);
    EXPECT_EQ(host_.error(), "unlucky");
    decoder_->close(reader);
    EXPECT_EQ(plugin_->decoder.readers, 0);
}

struct Collected {
    std::vector<int> sums;
    std::vector<std::int64_t> times;
    std::size_t most = 1'000;
    static consort_status take(void* self, const consort_sample* sample,
                               const void* data) noexcept {
        auto& to = *static_cast<Collected*>(self);
        if (to.sums.size() == to.most) return CONSORT_E_NO_MEMORY;
        int sum = 0;
        std::memcpy(&sum, data, sizeof sum);
        to.sums.push_back(sum);
        to.times.push_back(sample->decode_time);
        return CONSORT_OK;
    }
};

consort_pcm_input ones(std::int32_t canceled) {
    static std::int32_t flags[2] = {0, 1};
    consort_pcm_input input{};
    input.self = &flags[canceled];
    input.read = [](void*, std::uint64_t, std::uint64_t frames, void* buffer,
                    std::uint64_t* got) noexcept -> consort_status {
        std::fill_n(static_cast<std::int16_t*>(buffer), 2 * frames, std::int16_t{1});
        *got = frames;
        return CONSORT_OK;
    };
    input.canceled = [](void* self) noexcept { return *static_cast<std::int32_t*>(self); };
    return input;
}

TEST_F(CodecOfferTest, AnEncoderPreparesAndMakesRanges) {
    consort_encoding* encoding = prepare("left");
    EXPECT_EQ(plugin_->encoder.seen_option, "left");
    consort_encoding_info info{};
    info.struct_size = sizeof info;
    ASSERT_EQ(encoder_->info(encoding, &info), CONSORT_OK);
    EXPECT_EQ(info.struct_size, sizeof info);
    EXPECT_EQ(view(info.revision), "summing 1");
    consort_track track{};
    track.struct_size = sizeof track;
    ASSERT_EQ(encoder_->track(encoding, &track), CONSORT_OK);
    EXPECT_EQ(view(track.codec), "sum");
    EXPECT_EQ(track.sample_count, 25u);

    Collected made;
    ASSERT_EQ(encoder_->encode(encoding, 8, 20, ones(0), {&made, Collected::take}), CONSORT_OK);
    EXPECT_EQ(made.sums, (std::vector<int>{4, 4, 4}));
    EXPECT_EQ(made.times, (std::vector<std::int64_t>{8, 12, 16}));
    EXPECT_EQ(encoder_->encode(encoding, 8, 20, ones(1), {&made, Collected::take}),
              CONSORT_E_CANCELED);
    made.most = made.sums.size() + 1;
    EXPECT_EQ(encoder_->encode(encoding, 0, 20, ones(0), {&made, Collected::take}),
              CONSORT_E_NO_MEMORY)
        << "what the sink answers comes back";
    encoder_->release(encoding);
}

TEST_F(CodecOfferTest, TablesOfAnOlderHostAreFilledAsFarAsItKnowsThem) {
    consort_encoding* encoding = prepare("left");
    consort_encoding_info info{};
    info.struct_size = offsetof(consort_encoding_info, sample_duration);
    info.sample_duration = 77;
    ASSERT_EQ(encoder_->info(encoding, &info), CONSORT_OK);
    EXPECT_EQ(info.flags, CONSORT_ENCODING_CUTTABLE);
    EXPECT_EQ(info.sample_duration, 77u) << "not touched";
    encoder_->release(encoding);

    consort_encode_source video{};
    video.struct_size = sizeof video;
    video.kind = CONSORT_TRACK_VIDEO;
    consort_encode_settings settings{};
    settings.struct_size = sizeof settings;
    EXPECT_EQ(encoder_->prepare(encoder_.self, &video, &settings, &encoding),
              CONSORT_E_UNSUPPORTED);
    EXPECT_EQ(host_.error(), "only sound is summed");
}

}  // namespace
}  // namespace consort
