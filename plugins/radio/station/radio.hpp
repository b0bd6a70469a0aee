// All stations and the routes that belong to them.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "consort/context.hpp"

#include "plugins/radio/station/controls.hpp"
#include "plugins/radio/station/hls_routes.hpp"
#include "plugins/radio/station/live_routes.hpp"
#include "plugins/radio/station/news.hpp"
#include "plugins/radio/station/settings.hpp"
#include "plugins/radio/station/station.hpp"

namespace consort::radio {

// Makes what plays on a station.
using MakePlayer = std::function<std::unique_ptr<Player>(const StationSettings&,
                                                         const std::shared_ptr<Broadcast>&)>;

// consort.http/1. I/O threads; nothing blocks.
class Radio {
  public:
    Radio(const Context& context, const Settings& settings, const MakePlayer& make_player);

    std::span<const Route> routes() const noexcept { return routes_; }
    void handle(std::uint32_t route, ExchangeView exchange);

    // About twice a second, on a worker: figures, and news of what plays.
    void tick();
    // Every stream and every listener ends.
    void end();
    const Stations& stations() const noexcept { return *stations_; }

  private:
    using Handler = std::function<void(const ExchangeView&)>;
    void add(const char* method, std::string pattern, Handler handler, std::uint64_t max_body = 0);
    void add_routes();
    void add_controls();
    void add_live();
    void listen(Station& station, const ExchangeView& exchange) const;
    void now_playing(const ExchangeView& exchange) const;
    void history(const ExchangeView& exchange) const;
    void events(const ExchangeView& exchange);

    const Log log_;
    std::unique_ptr<Stations> stations_;
    std::unique_ptr<Controls> controls_;
    std::unique_ptr<LiveRoutes> live_;
    std::shared_ptr<News> news_;
    std::unique_ptr<HlsRoutes> hls_;
    std::deque<std::string> patterns_;  // what routes_ points to
    std::vector<Route> routes_;
    std::vector<Handler> handlers_;

    // Of tick().
    struct Told {
        StationMetrics metrics;
        std::uint64_t started = 0;
        std::string state, reason, reason_code;
    };
    std::vector<Told> told_;
    unsigned ticks_ = 0;
};

}  // namespace consort::radio
