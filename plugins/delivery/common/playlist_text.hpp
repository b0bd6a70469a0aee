// The text of HLS playlists (RFC 8216), line by line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace consort::delivery {

class PlaylistText {
  public:
    void reserve(std::size_t bytes) { text_.reserve(bytes); }
    void begin(int version);

    template <class... Parts>
    void line(const Parts&... parts) {
        (text_.append(parts), ...);
        text_ += '\n';
    }
    void number(std::string_view tag, std::uint64_t value) { line(tag, std::to_string(value)); }

    // The time from `start` to `end`, in microseconds. Both ends are rounded, not the length, so
    // that the sum over all segments is exact.
    void extinf(std::uint64_t start, std::uint64_t end, std::uint32_t timescale);

    std::string take() && { return std::move(text_); }

  private:
    std::string text_;
};

// The least EXT-X-TARGETDURATION that holds for a longest segment.
std::uint64_t target_duration(std::uint64_t longest, std::uint32_t timescale) noexcept;

// A quoted string of RFC 8216 section 4.2 made of any text: without what it must not contain.
std::string quoted(std::string_view text);

}  // namespace consort::delivery
