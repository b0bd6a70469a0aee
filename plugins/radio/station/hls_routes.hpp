// The stations' routes for HTTP Live Streaming: <route>/hls/index.m3u8 and what it leads to.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "consort/exchange.hpp"

#include "plugins/radio/station/station.hpp"

namespace consort::radio {

class LiveHls;

// Where the station's multivariant playlist is; empty for formats that HLS does not carry.
std::string hls_address(const StationSettings& settings);

// Any thread; nothing blocks.
class HlsRoutes {
  public:
    using Handler = std::function<void(const ExchangeView&)>;

    // Follows what the stations, which outlive it, broadcast from now on.
    explicit HlsRoutes(const Stations& stations);

    // Patterns for GET and what answers them, which must not outlive this.
    std::vector<std::pair<std::string, Handler>> all() const;
    // About twice a second.
    void tick();
    void end();

  private:
    const Stations& stations_;
    std::vector<std::shared_ptr<LiveHls>> streams_;  // as the stations
};

}  // namespace consort::radio
