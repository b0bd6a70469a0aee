// For tests: a decoder and an encoder of a made-up codec, whose every byte is known.
#pragma once

#include <atomic>
#include <cstring>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "consort/abi/codec.h"

#include "core/media/media.hpp"
#include "core/media/test_world.hpp"

namespace consort::media::testing {

inline constexpr std::uint32_t kRate = 1'000;          // PCM frames a second
inline constexpr std::uint32_t kSampleFrames = 100;    // a coded sample
inline constexpr std::int64_t kDelay = kSampleFrames;  // edit of the coded track

// A track of `seconds`; the index of the source is as long.
inline consort_status sound_track(const consort_index_sink& sink, std::uint32_t seconds,
                                  std::uint32_t number = 0, std::uint32_t flags = 0) {
    consort_track track{};
    track.struct_size = sizeof track;
    track.kind = CONSORT_TRACK_AUDIO;
    track.flags = flags;
    track.timescale = kRate;
    track.codec = {"pcm", 3};
    track.bits_per_sample = 16;
    track.sample_rate = kRate;
    track.channels = 1;
    consort_status status = sink.track(sink.self, &track);
    const std::vector<consort_sample> samples(seconds * kRate / kSampleFrames,
                                              {0, 0, 1, kSampleFrames, 0, CONSORT_SAMPLE_SYNC});
    if (status >= 0) status = sink.samples(sink.self, number, samples.data(), samples.size());
    return status;
}

// The decoder gives position * 3 as each frame. The encoder makes one sample of 8 bytes of each
// hundred frames: their sum and the rendition's bit rate, after it has read the sample before.
class TestCodec {
  public:
    std::atomic<int> decoders_open{0}, frames_decoded{0}, encodings{0}, prepared{0};
    // Runs at the beginning of each encode; a negative status ends it.
    std::function<consort_status(std::int64_t start, const consort_pcm_input&)> on_encode;
    std::atomic<bool> leave_gap{false};

    std::vector<std::int64_t> begun() const {
        const std::lock_guard lock(mutex_);
        return begun_;
    }

    explicit TestCodec(World& world) {
        decoder_.struct_size = sizeof decoder_;
        decoder_.format = [](void*, consort_media* media, std::uint32_t track,
                             consort_pcm* out) noexcept {
            *out = format(media, track);
            return consort_status{CONSORT_OK};
        };
        decoder_.open = [](void* self, consort_media* media, std::uint32_t track,
                           consort_pcm_reader** out) noexcept {
            auto& codec = *static_cast<TestCodec*>(self);
            ++codec.decoders_open;
            *out = reinterpret_cast<consort_pcm_reader*>(
                new Reader{&codec, format(media, track).frames});
            return consort_status{CONSORT_OK};
        };
        decoder_.read = [](consort_pcm_reader* raw, std::uint64_t position, std::uint64_t frames,
                           void* buffer, std::uint64_t* got) noexcept {
            const auto& reader = *reinterpret_cast<Reader*>(raw);
            *got = position < reader.frames ? std::min(frames, reader.frames - position) : 0;
            auto* to = static_cast<std::int16_t*>(buffer);
            for (std::uint64_t i = 0; i < *got; ++i)
                to[i] = static_cast<std::int16_t>((position + i) * 3);
            reader.codec->frames_decoded += static_cast<int>(*got);
            return consort_status{CONSORT_OK};
        };
        decoder_.close = [](consort_pcm_reader* raw) noexcept {
            auto* reader = reinterpret_cast<Reader*>(raw);
            --reader->codec->decoders_open;
            delete reader;
        };
        encoder_.struct_size = sizeof encoder_;
        encoder_.prepare = [](void* self, const consort_encode_source* source,
                              const consort_encode_settings* settings,
                              consort_encoding** out) noexcept {
            auto& codec = *static_cast<TestCodec*>(self);
            ++codec.encodings;
            ++codec.prepared;
            *out = reinterpret_cast<consort_encoding*>(
                new Made{&codec, *source->pcm, settings->bit_rate,
                         "test 1, " + std::to_string(settings->bit_rate)});
            return consort_status{CONSORT_OK};
        };
        encoder_.release = [](consort_encoding* raw) noexcept {
            auto* made = reinterpret_cast<Made*>(raw);
            --made->codec->encodings;
            delete made;
        };
        encoder_.info = [](const consort_encoding* raw, consort_encoding_info* out) noexcept {
            const auto& made = *reinterpret_cast<const Made*>(raw);
            out->flags = CONSORT_ENCODING_CUTTABLE;
            out->sample_duration = kSampleFrames;
            out->peak_bit_rate = made.bit_rate;
            out->revision = {made.revision.data(), made.revision.size()};
            return consort_status{CONSORT_OK};
        };
        encoder_.track = [](const consort_encoding* raw, consort_track* out) noexcept {
            const auto& made = *reinterpret_cast<const Made*>(raw);
            out->kind = CONSORT_TRACK_AUDIO;
            out->timescale = kRate;
            out->codec = {"test", 4};
            out->edit_start = kDelay;
            out->edit_duration = made.pcm.frames;
            out->media_duration = kDelay + made.pcm.frames;
            out->average_bit_rate = made.bit_rate;
            return consort_status{CONSORT_OK};
        };
        encoder_.encode = [](consort_encoding* raw, std::int64_t start, std::int64_t end,
                             consort_pcm_input pcm, consort_encode_sink sink) noexcept {
            return reinterpret_cast<Made*>(raw)->encode(start, end, pcm, sink);
        };
        offer(world, CONSORT_DECODER, &decoder_);
        offer(world, CONSORT_ENCODER, &encoder_);
    }

  private:
    struct Reader {
        TestCodec* codec;
        std::uint64_t frames;
    };
    struct Made {
        TestCodec* codec;
        consort_pcm pcm;
        std::uint32_t bit_rate;
        std::string revision;

        consort_status encode(std::int64_t start, std::int64_t end, const consort_pcm_input& input,
                              const consort_encode_sink& sink) noexcept {
            {
                const std::lock_guard lock(codec->mutex_);
                codec->begun_.push_back(start);
            }
            if (codec->on_encode) {
                const consort_status status = codec->on_encode(start, input);
                if (status < 0) return status;
            }
            std::vector<std::int16_t> frames(kSampleFrames);
            for (std::int64_t at = start - kSampleFrames; at < end; at += kSampleFrames) {
                std::uint64_t got = 0;
                const std::int64_t position = at - kDelay;
                if (position >= 0) {
                    const consort_status status =
                        input.read(input.self, static_cast<std::uint64_t>(position), kSampleFrames,
                                   frames.data(), &got);
                    if (status < 0) return status;
                }
                if (at < start) continue;
                if (codec->leave_gap && at == start) continue;
                std::uint32_t bytes[2] = {0, bit_rate};
                for (std::uint64_t i = 0; i < got; ++i)
                    bytes[0] += static_cast<std::uint16_t>(frames[i]);
                consort_sample sample{0, at, sizeof bytes, kSampleFrames, 0, CONSORT_SAMPLE_SYNC};
                const consort_status status = sink.sample(sink.self, &sample, bytes);
                if (status < 0) return status;
            }
            return CONSORT_OK;
        }
    };

    static consort_pcm format(consort_media* media, std::uint32_t track) noexcept {
        consort_pcm pcm{};
        pcm.rate = kRate;
        pcm.channels = 1;
        pcm.sample_format = CONSORT_PCM_S16;
        pcm.bits = 16;
        pcm.frames = frames_of(media, track);
        return pcm;
    }
    static std::uint64_t frames_of(consort_media* media, std::uint32_t track) noexcept {
        return media->index().track(track).media_duration;
    }
    void offer(World& world, const char* interface_id, const void* table) {
        consort_component component{};
        component.struct_size = sizeof component;
        component.interface_id = interface_id;
        component.name = "test";
        component.vtable = table;
        component.self = this;
        if (!world.registry.offer("codec", component)) throw std::runtime_error("offer failed");
    }

    consort_decoder decoder_{};
    consort_encoder encoder_{};
    mutable std::mutex mutex_;
    std::vector<std::int64_t> begun_;
};

}  // namespace consort::media::testing
