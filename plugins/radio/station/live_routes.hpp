// What source clients ask: to take over a station, and to say what they play (Icecast's protocol).
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "consort/exchange.hpp"
#include "consort/services/log.hpp"

#include "plugins/radio/station/failed_logins.hpp"
#include "plugins/radio/station/refusal.hpp"
#include "plugins/radio/station/station.hpp"

namespace consort::radio {

// I/O threads; nothing blocks. The stations must outlive it.
class LiveRoutes {
  public:
    LiveRoutes(const Stations& stations, const Log& log) : stations_(stations), log_(log) {}

    // PUT or SOURCE of a station's route.
    void take_over(Station& station, const ExchangeView& exchange);
    // GET /admin/metadata?mode=updinfo&mount=/jazz&song=…
    void metadata(const ExchangeView& exchange);

  private:
    std::optional<Refusal> refusal_of(const Station& station, const ExchangeView& exchange);
    void refuse(const ExchangeView& exchange, const Refusal& refusal) const;

    const Stations& stations_;
    const Log log_;
    std::mutex mutex_;
    FailedLogins failed_;
};

}  // namespace consort::radio
