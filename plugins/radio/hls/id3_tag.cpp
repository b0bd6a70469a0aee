#include "plugins/radio/hls/id3_tag.hpp"

#include <string_view>

namespace consort::radio {

namespace {

constexpr std::string_view owner("com.apple.streaming.transportStreamTimestamp\0", 45);

void put_be(std::string& to, std::uint64_t value, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
        to.push_back(static_cast<char>(value >> shift & 0xff));
}

// Seven bits of each byte, so that no size looks like the beginning of a frame of audio.
void put_size(std::string& to, std::size_t size) {
    for (int shift = 21; shift >= 0; shift -= 7)
        to.push_back(static_cast<char>(size >> shift & 0x7f));
}

void put_frame(std::string& to, std::string_view id, std::string_view content) {
    to += id;
    put_size(to, content.size());
    put_be(to, 0, 2);
    to += content;
}

void put_text(std::string& to, std::string_view id, std::string_view text) {
    if (text.empty()) return;
    std::size_t size = text.size();
    if (size > most_id3_text) {  // never within a character
        size = most_id3_text;
        while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
    }
    std::string content = "\3";  // UTF-8
    content += text.substr(0, size);
    put_frame(to, id, content);
}

void put_names(std::string& to, const Track& track) {
    put_text(to, "TIT2", track.title);
    put_text(to, "TPE1", track.artist);
    put_text(to, "TALB", track.album);
}

std::string tag_of(const std::string& frames) {
    std::string tag("ID3\4\0\0", 6);
    put_size(tag, frames.size());
    return tag + frames;
}

}  // namespace

std::string id3_tag(std::uint64_t time_90khz, const Track* track) {
    std::string time(owner), frames;
    put_be(time, time_90khz & 0x1'ffff'ffffu, 8);
    put_frame(frames, "PRIV", time);
    if (track != nullptr) put_names(frames, *track);
    return tag_of(frames);
}

std::string id3_title(const Track& track) {
    std::string frames;
    put_names(frames, track);
    return frames.empty() ? frames : tag_of(frames);
}

}  // namespace consort::radio
