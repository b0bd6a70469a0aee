// For tests of encoders: films made by the ffmpeg command line, as media objects, and what a coded
// range holds.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "consort/offers/encoder.hpp"
#include "consort/testing/fake_media.hpp"

#include "plugins/codec/common/video/libav.hpp"

namespace consort::video::testing {

// A directory that goes with the object.
class Workshop {
  public:
    Workshop();
    ~Workshop();
    Workshop(const Workshop&) = delete;
    Workshop& operator=(const Workshop&) = delete;
    std::filesystem::path path(const std::string& name) const { return directory_ / name; }
    // Runs `ffmpeg <arguments> <name>` in the directory; throws with its messages if that fails.
    std::filesystem::path make(const std::string& arguments, const std::string& name) const;

  private:
    std::filesystem::path directory_;
};

// One 8-bit picture of three planes, 4:2:0, without padding.
struct Picture {
    std::int64_t time = 0;
    std::uint32_t width = 0, height = 0;
    std::vector<std::uint8_t> bytes;
};

// What the ffmpeg command line decodes, in yuv420p; times are not filled in.
std::vector<Picture> decode_file(const std::filesystem::path& file, const std::string& filters,
                                 std::uint32_t width, std::uint32_t height);

// The file's first video track, as a container plugin would index it: times from the packets, the
// edit begins with the first picture.
std::unique_ptr<consort::testing::FakeMedia> media_of(const std::filesystem::path& file);

Picture picture_of(const AVFrame& frame, std::int64_t time);

struct Coded {
    std::vector<Sample> samples;  // offsets count from the start of `bytes`
    std::string bytes;
    Result<void> result;
};

// Collects what any encoder's encoding makes of a range. It is told to stop when it has asked
// `cancel_after` times.
template <class Encoding>
Coded encode(const Encoding& encoding, std::int64_t start, std::int64_t end,
             std::size_t cancel_after = SIZE_MAX) {
    struct State {
        Coded coded;
        std::atomic<std::size_t> patience;
    };
    State state{{}, cancel_after};
    consort_pcm_input pcm{};
    pcm.self = &state;
    pcm.canceled = [](void* self) noexcept -> std::int32_t {
        std::atomic<std::size_t>& patience = static_cast<State*>(self)->patience;
        return patience == 0 || --patience == 0 ? 1 : 0;
    };
    consort_encode_sink sink{};
    sink.self = &state;
    sink.sample = [](void* self, const consort_sample* sample, const void* data) noexcept {
        Coded& to = static_cast<State*>(self)->coded;
        to.samples.push_back(*sample);
        to.samples.back().offset = to.bytes.size();
        to.bytes.append(static_cast<const char*>(data), sample->size);
        return consort_status{CONSORT_OK};
    };
    state.coded.result = encoding.encode(start, end, PcmInput(pcm), EncodeSink(sink));
    return std::move(state.coded);
}

// Appends what follows it.
void append(Coded& to, const Coded& next);

// Coded samples of a track as a media object, from the beginning of the track or not.
std::unique_ptr<consort::testing::FakeMedia> media_of(const Track& track, const Coded& coded);

// All pictures of a track, decoded one after the other, as they are; a missing one fails the test.
std::vector<Picture> decode(consort::testing::FakeMedia& media);

// Peak signal to noise ratio of the luma, in dB; 99 where they are equal.
double psnr(const Picture& a, const Picture& b);

}  // namespace consort::video::testing
