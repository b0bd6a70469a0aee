// A station's chunks made by hand: MP3-like frames of 1,152 PCM frames whose bytes tell their
// place.
#pragma once

#include <memory>
#include <string>

#include "plugins/radio/common/chunk.hpp"

namespace consort::radio {

struct TestStation {
    static constexpr std::uint32_t rate = 44'100, frame = 1'152, frame_bytes = 10;

    std::uint64_t number = 0, first = 0;
    std::uint32_t run = 1;
    std::shared_ptr<const Track> track = named("One");
    std::shared_ptr<const FrameCoding> coding;  // if there is one, `bytes` are something else

    static std::shared_ptr<const Track> named(std::string title) {
        auto made = std::make_shared<Track>();
        made->title = std::move(title);
        made->artist = "Somebody";
        return made;
    }
    static std::shared_ptr<const FrameCoding> opus() {
        return std::make_shared<const FrameCoding>(
            FrameCoding{"opus", std::string("\0\2\1\x38\0\0\xbb\x80\0\0\0", 11), rate, 2, 0});
    }
    // The bytes of the coded frame that begins at PCM frame `at`.
    static std::string frame_at(std::uint64_t at) {
        std::string text = std::to_string(at / frame);
        text.insert(0, frame_bytes - text.size(), '.');
        return text;
    }
    static std::string frames_at(std::uint64_t at, std::uint64_t count) {
        std::string text;
        for (std::uint64_t i = 0; i < count; ++i) text += frame_at(at + i * frame);
        return text;
    }
    SharedChunk make(std::uint32_t count = 19) {
        auto made = std::make_shared<Chunk>();
        made->number = number++;
        made->first = first;
        made->frames = count * frame;
        made->rate = rate;
        made->run = run;
        made->track = track;
        for (std::uint32_t i = 0; i < count; ++i) {
            made->frame_offsets.push_back(i * frame_bytes);
            for (const char c : frame_at(first + i * frame))
                made->bytes.push_back(static_cast<std::byte>(c));
        }
        if (coding) {
            made->frames_alone.swap(made->bytes);
            made->bytes = {std::byte{'O'}};
            made->coding = coding;
        }
        first += made->frames;
        return made;
    }
};

}  // namespace consort::radio
