// A station as HTTP Live Streaming: answers for its playlists, segments and parts.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "consort/exchange.hpp"

#include "plugins/radio/common/chunk.hpp"
#include "plugins/radio/hls/live_window.hpp"

namespace consort::radio {

struct LiveHlsSettings {
    std::string format;                // of the station: mp3, aac, ogg, opus or flac
    std::uint32_t bit_rate = 128'000;  // bits a second
};

// MP3 and AAC as packed audio. The other formats are answered with a problem that says so.
//
// Segments are made of the station's own chunks, whose bytes are shared with all its listeners:
// nothing is copied. Requests for what comes next are held until it is there. Any thread; never
// blocks.
class LiveHls final : public ChunkSink {
  public:
    static constexpr std::size_t most_held = 5'000;  // requests; more are answered with 503
    static constexpr std::chrono::seconds hold{18};  // three target durations, as the standard says
    using Steady = std::chrono::steady_clock;
    struct Clocks {
        std::function<Steady::time_point()> steady = Steady::now;
        std::function<std::int64_t()> wall_ms;  // since 1970
        Clocks();
    };

    explicit LiveHls(LiveHlsSettings settings, Clocks clocks = {});

    static bool carries(std::string_view format) noexcept;

    void chunk(SharedChunk made) override;
    // `file`: what follows "<route>/hls/".
    void serve(const ExchangeView& exchange, std::string_view file);
    // About twice a second: requests that were held for too long are answered.
    void tick();
    // Nothing comes any more.
    void end();

  private:
    // A media playlist or a part that is to come.
    struct Held {
        Exchange exchange;
        bool playlist = false;
        std::uint64_t number = 0;
        std::optional<std::uint32_t> part;  // nothing: the whole segment
        Steady::time_point since;
    };
    struct Answer;
    using Answers = std::vector<Answer>;

    void serve_playlist(const ExchangeView& exchange);
    void serve_segment(const ExchangeView& exchange, std::uint64_t number);
    void serve_part(const ExchangeView& exchange, std::uint64_t number, std::uint32_t part);
    // With the mutex held:
    bool ready(std::uint64_t number, std::optional<std::uint32_t> part) const;
    Answer playlist_answer(bool exact);
    Answer part_answer(std::uint64_t number, std::uint32_t part) const;
    Answer body_of(const LiveSegment& segment, std::size_t first, std::size_t end) const;
    bool hold_request(const ExchangeView& exchange, bool playlist, std::uint64_t number,
                      std::optional<std::uint32_t> part);
    void note_asked();

    const LiveHlsSettings settings_;
    const Clocks clocks_;
    const std::string extension_;  // empty: the format has no place here
    const char* content_type_ = "";

    std::mutex mutex_;
    LiveWindow window_;
    std::vector<Held> held_;
    Steady::time_point asked_{};
    bool ever_asked_ = false, ended_ = false;
    std::shared_ptr<const std::string> text_;  // the media playlist of `text_version_`
    std::uint64_t text_version_ = 0;
};

}  // namespace consort::radio
