// A stream whose every byte tells its place, and a clock that stands still until it is moved.
#pragma once

#include <memory>
#include <string>

#include "plugins/radio/air/ring.hpp"

namespace consort::radio {

// Chunks of half a second at 1,000 bytes a second: ten frames of 50 bytes, 50 ms each.
struct TestStream {
    static constexpr std::uint32_t rate = 1'000, frames = 500;

    std::uint64_t number = 0;
    bool with_frames = true;
    std::shared_ptr<const FrameCoding> coding;
    std::shared_ptr<const Bytes> opening;
    std::shared_ptr<const Track> track;
    Clock::time_point now{std::chrono::hours(1)};

    static std::byte byte_at(std::uint64_t position) {
        return static_cast<std::byte>((position / 251 + position) & 0xff);
    }
    SharedChunk make() {
        auto made = std::make_shared<Chunk>();
        made->number = number;
        made->first = number * frames;
        made->frames = frames;
        made->rate = rate;
        for (std::uint64_t i = 0; i < frames; ++i) made->bytes.push_back(byte_at(made->first + i));
        for (std::uint32_t i = 0; with_frames && i < 10; ++i) made->frame_offsets.push_back(i * 50);
        made->coding = coding;
        made->opening = opening;
        made->track = track;
        ++number;
        return made;
    }
    static std::string bytes(std::uint64_t first, std::uint64_t length) {
        std::string text;
        for (std::uint64_t i = first; i < first + length; ++i)
            text += static_cast<char>(byte_at(i));
        return text;
    }
    void pass(int milliseconds) { now += std::chrono::milliseconds(milliseconds); }
    static std::shared_ptr<const Track> named(std::string title) {
        auto made = std::make_shared<Track>();
        made->title = std::move(title);
        return made;
    }
};

}  // namespace consort::radio
