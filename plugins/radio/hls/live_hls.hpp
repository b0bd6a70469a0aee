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
#include "plugins/radio/hls/audience.hpp"
#include "plugins/radio/hls/live_format.hpp"
#include "plugins/radio/hls/live_window.hpp"

namespace consort::radio {

struct LiveHlsSettings {
    std::string format;                // of the station: mp3, aac, ogg, opus or flac
    std::uint32_t bit_rate = 128'000;  // bits a second
    std::size_t listeners = 500;       // at most
};

// MP3 and AAC as packed audio, Opus and FLAC as fragmented MP4. Vorbis, which HLS has no place for,
// is answered with a problem that says so.
//
// Segments are made of the station's own chunks, whose bytes are shared with all its listeners:
// nothing is copied. Requests for what comes next are held until it is there. Any thread; never
// blocks.
class LiveHls final : public ChunkSink {
  public:
    static constexpr std::size_t most_held = 5'000;  // requests; more are answered with 503
    using Steady = std::chrono::steady_clock;
    struct Clocks {
        std::function<Steady::time_point()> steady = Steady::now;
        std::function<std::int64_t()> wall_ms;  // since 1970
        Clocks();
    };

    struct Figures {
        std::size_t listeners = 0, peak = 0;
        std::uint64_t connects = 0, refused = 0;
        std::uint64_t bytes = 0;  // of segments and parts
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
    // Listeners are those who asked for sound within the last three target durations.
    Figures figures() const;
    // For how long a request waits: three target durations, as the standard says.
    std::chrono::milliseconds hold() const noexcept { return hold_; }

  private:
    // A media playlist or a part that is to come.
    struct Wanted {
        bool playlist = false, exact = false;
        std::uint64_t number = 0;
        std::optional<std::uint32_t> part;  // nothing: the whole segment
    };
    struct Held {
        Exchange exchange;
        Wanted wanted;
        Steady::time_point since;
    };
    struct Answer;
    using Answers = std::vector<Answer>;

    void serve_playlist(const ExchangeView& exchange);
    void serve_segment(const ExchangeView& exchange, std::uint64_t number);
    void serve_init(const ExchangeView& exchange, std::uint64_t number);
    void serve_part(const ExchangeView& exchange, std::uint64_t number, std::uint32_t part);
    // With the mutex held:
    bool ready(std::uint64_t number, std::optional<std::uint32_t> part) const;
    Answer playlist_answer(bool exact);
    Answer part_answer(std::uint64_t number, std::uint32_t part);
    Answer body_of(const LiveSegment& segment, std::size_t first, std::size_t end);
    std::string opening_of(const LiveSegment& segment, std::size_t first) const;
    bool hold_request(const ExchangeView& exchange, const Wanted& wanted);
    bool there(const Wanted& wanted) const;
    void note_asked();
    bool note_listener(const ExchangeView& exchange);

    const LiveHlsSettings settings_;
    const Clocks clocks_;
    const LiveFormat* const format_;  // null: it has no place here
    const std::string extension_;
    const std::chrono::milliseconds hold_;

    mutable std::mutex mutex_;
    LiveWindow window_;
    Audience audience_;
    std::uint64_t bytes_ = 0;
    std::vector<Held> held_;
    Steady::time_point asked_{};
    bool ever_asked_ = false, ended_ = false;
    std::shared_ptr<const std::string> text_;  // the media playlist of `text_version_`
    std::uint64_t text_version_ = 0;
};

}  // namespace consort::radio
