// One station: its settings, what it plays, what it sends.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "consort/services/metrics.hpp"

#include "plugins/radio/air/broadcast.hpp"
#include "plugins/radio/station/live_desk.hpp"
#include "plugins/radio/station/player.hpp"
#include "plugins/radio/station/settings.hpp"

namespace consort::radio {

class LiveHls;

struct Station {
    StationSettings settings;
    double burst_seconds = 4;
    std::shared_ptr<Broadcast> broadcast;
    std::unique_ptr<Player> player;
    std::shared_ptr<LiveDesk> live = std::make_shared<LiveDesk>();
    std::shared_ptr<LiveHls> hls;  // null: nobody offers it

    // Who listens to its stream and by HLS.
    struct Figures {
        std::size_t listeners = 0, peak = 0, by_hls = 0;
        std::uint64_t bytes = 0, connects = 0, refused = 0;
    };
    Figures figures() const;

  private:
    mutable std::atomic<std::size_t> peak_{0};  // of both together, as often as anybody looked
};

// Sorted by name, whatever the case. Constant after start-up.
class Stations {
  public:
    explicit Stations(std::vector<std::unique_ptr<Station>> stations);

    const std::vector<std::unique_ptr<Station>>& all() const noexcept { return stations_; }
    // With or without its first slash; an empty route is that of the main station, or of the only
    // one. Null: there is none.
    Station* find(std::string_view route) const noexcept;

  private:
    std::vector<std::unique_ptr<Station>> stations_;
};

// The figures of a station at /metrics, but for those of its sound.
class StationMetrics {
  public:
    StationMetrics(const Metrics& metrics, const Station& station);
    // Brings them up to date. One thread at a time.
    void update(const Station& station);

  private:
    // A counter that follows a total.
    struct Following {
        Metric metric;
        std::uint64_t told = 0;
        void follow(std::uint64_t total);
    };
    Following bytes_, connects_, refused_, drops_, jumps_;
    Following sources_, source_bytes_, source_stalls_;
    Metric listeners_, hls_listeners_, behind_, playing_, files_, source_connected_;
};

// A code of a player's reason in words for listeners, who need not know the machine's folders.
std::string_view public_reason(std::string_view code) noexcept;
// As RFC 3339 has it, in UTC.
std::string time_text_utc(std::int64_t milliseconds);
// {"route":"/jazz","name":…}: for /streams.
std::string stream_json(const Station& station);
// For /now-playing and its events.
std::string now_playing_json(const Station& station);
// What was heard, the newest first: for /now-playing/history.
std::string history_json(const Station& station);
// {"items":[…],"next":null}
std::string list_json(const std::vector<std::string>& items);

}  // namespace consort::radio
